import { appendFileSync } from 'node:fs'
import { AggregateOperations, defineJob, Pipeline, SinkBuilder, SourceBuilder } from 'nacelle'

const KEYS = 1000

/**
 * Counts the numbers below the second argument by their remainder, in a source that saves how far it is. The sink notes
 * in a file each key whose count has reached the third argument, and each that goes beyond it.
 */
export default defineJob(
  { name: 'counts-with-snapshots', guarantee: 'exactlyOnce' },
  ([journal, numbersText, countText]) => {
    const total = Number(numbersText)
    const expected = Number(countText)
    const numbers = SourceBuilder.stream('numbers', () => ({ next: 0 }))
      .fillBuffer<number>((state, buffer) => {
        for (let i = 0; i < buffer.capacity && state.next < total; i++) buffer.add(state.next++)
      })
      .createSnapshot((state) => state.next)
      .restoreSnapshot((state, [next]) => {
        state.next = next!
      })
      .build()
    const sink = SinkBuilder.sink('journal', () => null)
      .receive<{ readonly key: number; readonly value: number }>((_, { key, value }) => {
        if (value >= expected) appendFileSync(journal!, `${key} ${value}\n`)
      })
      .build()
    const pipeline = Pipeline.create()
    pipeline
      .readFrom(numbers)
      .withoutTimestamps()
      .groupingKey((number) => number % KEYS)
      .rollingAggregate(AggregateOperations.counting())
      .writeTo(sink)
    return pipeline
  },
)
