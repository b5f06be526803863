import { describe, expectTypeOf, it } from 'vitest'
import type { Sink } from '../pipeline/sink.ts'
import type { BatchSource, StreamSource } from '../pipeline/source.ts'
import { SinkBuilder } from './sink-builder.ts'
import { Sinks } from './sinks.ts'
import type { BatchSourceBuffer } from './source-buffer.ts'
import { SourceBuilder } from './source-builder.ts'
import { Sources } from './sources.ts'
import { TestSources } from './test-sources.ts'

interface Bid {
  readonly price: number
}

/** Never called: only the compiler reads it. */
function refusals(): void {
  const batch = SourceBuilder.batch('x', () => 1)
  // @ts-expect-error: there is nothing to build before fillBuffer
  batch.build()
  // @ts-expect-error: the source is a number
  batch.fillBuffer<Bid>((source: string) => void source)
  // @ts-expect-error: items are bids
  batch.fillBuffer<Bid>((_source, buffer) => buffer.add('bid'))
  // @ts-expect-error: batch sources have no state to save
  batch.fillBuffer<Bid>(() => {}).createSnapshot(() => 1)
  const stream = SourceBuilder.stream('x', () => 1)
  // @ts-expect-error: a stream does not end
  stream.fillBuffer<Bid>((_source, buffer) => buffer.close())
  const saving = stream.fillBuffer<Bid>(() => {}).createSnapshot(() => 1)
  // @ts-expect-error: what is saved must be restored
  saving.build()
  // @ts-expect-error: the states are numbers
  saving.restoreSnapshot((_source, states: readonly string[]) => void states)
  // @ts-expect-error: items of a timestamped stream need a timestamp
  SourceBuilder.timestampedStream('x', () => 1).fillBuffer<Bid>((_source, buffer) => buffer.add({ price: 1 }))
  // @ts-expect-error: there is nothing to build before receive
  SinkBuilder.sink('x', () => 1).build()
  // @ts-expect-error: strings are no numbers
  Sinks.collector<number>([]) satisfies Sink<string>
  // @ts-expect-error: no such column type
  Sources.csv('x', { columns: { price: 'decimal' } })
  // @ts-expect-error: the sort compares bids
  Sinks.table<Bid>({ sort: (a, b) => a.name - b.name })
  // @ts-expect-error: there is no such format
  Sinks.files<Bid>({ directory: 'x', format: 'xml' })
}

describe('types of sources and sinks', () => {
  it('refuses what makes no sense', () => {
    expectTypeOf(refusals).toBeFunction()
  })

  it('takes the item type from fillBuffer, given or from its parameter', () => {
    const given = SourceBuilder.batch('x', () => ({ n: 1 })).fillBuffer<Bid>((source, buffer) => {
      expectTypeOf(source).toEqualTypeOf<{ n: number }>()
      expectTypeOf(buffer.add).parameter(0).toEqualTypeOf<Bid>()
    })
    expectTypeOf(given.build()).toEqualTypeOf<BatchSource<Bid>>()
    const fromParameter = SourceBuilder.batch('x', async () => 'made').fillBuffer(
      (source, buffer: BatchSourceBuffer<Bid>) => {
        expectTypeOf(source).toEqualTypeOf<string>()
        buffer.close()
      },
    )
    expectTypeOf(fromParameter.distributed().build()).toEqualTypeOf<BatchSource<Bid>>()
    const timed = SourceBuilder.timestampedStream('x', () => null).fillBuffer<Bid>((_source, buffer) =>
      buffer.add({ price: 1 }, 5),
    )
    expectTypeOf(
      timed
        .destroy(() => {})
        .partitionIdleTimeout(5)
        .build(),
    ).toEqualTypeOf<StreamSource<Bid>>()
  })

  it('takes the item type of test sources and sinks', () => {
    expectTypeOf(TestSources.items('a', 'b')).toEqualTypeOf<BatchSource<string>>()
    expectTypeOf(TestSources.itemStream(1, (timestamp) => ({ price: timestamp }))).toEqualTypeOf<
      StreamSource<{ price: number }>
    >()
    expectTypeOf(
      SinkBuilder.sink('x', () => 1)
        .receive<Bid>(() => {})
        .build(),
    ).toEqualTypeOf<Sink<Bid>>()
    expectTypeOf(Sinks.noop()).toExtend<Sink<Bid>>()
    expectTypeOf<Sink<Bid>>().not.toExtend<Sink<unknown>>()
  })
})
