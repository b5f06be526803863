import { AggregateOperations, type BatchStage, type Entry } from 'nacelle'

/** How often each word occurs. */
export function countWords(words: BatchStage<string>): BatchStage<Entry<string, number>> {
  return words.groupingKey((word) => word).aggregate(AggregateOperations.counting())
}
