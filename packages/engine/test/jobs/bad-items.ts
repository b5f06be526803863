import { AggregateOperations, defineJob, Pipeline, Sinks, TestSources, tumbling } from 'nacelle'

const { counting } = AggregateOperations

/** Has items that cannot go on: without a key, without a time, too large. */
export default defineJob({ name: 'bad-items' }, ([kind]) => {
  const pipeline = Pipeline.create()
  const items = pipeline.readFrom(TestSources.items({ id: 1, key: 'a', at: 5 }, { id: 2, key: null, at: Number.NaN }))
  if (kind === 'null-key') {
    items
      .groupingKey((item) => item.key as string)
      .aggregate(counting())
      .writeTo(Sinks.noop())
  } else if (kind === 'nan-timestamp') {
    items
      .addTimestamps((item) => item.at, 0)
      .window(tumbling(10))
      .aggregate(counting())
      .writeTo(Sinks.noop())
  } else {
    items
      .flatMap(() => Array.from({ length: 16 }, (_, id) => ({ id, text: 'x'.repeat(17 * 1024 * 1024) })))
      .groupingKey((item) => item.id)
      .aggregate(AggregateOperations.toList())
      .writeTo(Sinks.noop())
  }
  return pipeline
})
