import { SourceBuilder } from '../../connectors/source-builder.ts'
import { TestSources } from '../../connectors/test-sources.ts'
import type { BatchSource, StreamSource } from '../../pipeline/source.ts'
import type { SourceDescription, SourceItem } from './pipeline-description.ts'

/** All items of a source with their times, in order. */
export function timedItems({ items, repeats = 1 }: SourceDescription): readonly SourceItem[] {
  const times = items.map(({ t }) => t)
  const span = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times)
  return Array.from({ length: repeats }, (_, round) => items.map(({ v, t }) => ({ v, t: t + round * span }))).flat()
}

/** The items that a source emits, in order. */
export function sourceItems(source: SourceDescription): readonly unknown[] {
  return timedItems(source).map(({ v, t }) => (source.isWrapped ? { t, v } : v))
}

/** The timestamp that wrapped items carry. */
export function wrappedTime(item: unknown): number {
  return (item as { readonly t: number }).t
}

export function batchSource(source: SourceDescription): BatchSource<unknown> {
  const items = sourceItems(source)
  if (source.kind === 'items') return TestSources.itemsFrom(items)
  if (source.kind === 'distributed') return TestSources.itemsDistributed(...items)
  const builder = SourceBuilder.batch('fills', (context) => new Filling(source, context)).fillBuffer<unknown>(
    (filling, buffer) => filling.fill(buffer),
  )
  return (source.isDistributed ? builder.distributed() : builder).build()
}

export function streamSource(source: SourceDescription): StreamSource<unknown> {
  if (source.timestamps === 'native') {
    const timed = SourceBuilder.timestampedStream(
      'timed stream',
      (context) => new Filling(source, context),
    ).fillBuffer<unknown>((filling, buffer) => filling.fill(buffer as unknown as ClosableBuffer))
    return (source.isDistributed ? timed.distributed() : timed).build()
  }
  const plain = SourceBuilder.stream('stream', (context) => new Filling(source, context)).fillBuffer<unknown>(
    (filling, buffer) => filling.fill(buffer as unknown as ClosableBuffer),
  )
  return (source.isDistributed ? plain.distributed() : plain).build()
}

/** Streams do not end, for users; their buffers can be closed all the same, and generated streams have to end. */
interface ClosableBuffer {
  add(item: unknown, timestampMs?: number): void
  close(): void
}

/** Fills buffers as a description says; each of several processors takes every n-th item. */
class Filling {
  readonly #source: SourceDescription
  readonly #items: readonly unknown[]
  readonly #times: readonly number[]
  readonly #step: number
  #next: number
  #calls = 0
  #wasOver = false

  constructor(
    source: SourceDescription,
    context: { readonly globalProcessorIndex: number; readonly totalParallelism: number },
  ) {
    this.#source = source
    this.#items = sourceItems(source)
    this.#times = timedItems(source).map(({ t }) => t)
    this.#next = context.globalProcessorIndex
    this.#step = context.totalParallelism
  }

  fill(buffer: ClosableBuffer): void | Promise<void> {
    if (!this.#source.isAsync) return this.#fill(buffer)
    return Promise.resolve().then(() => this.#fill(buffer))
  }

  #fill(buffer: ClosableBuffer): void {
    const { fills } = this.#source
    const items = this.#items
    const size = fills[this.#calls++ % fills.length]!
    for (let n = 0; n < size && this.#next < items.length; n++, this.#next += this.#step) {
      buffer.add(items[this.#next], this.#times[this.#next])
    }
    // Some sources notice their end with the last item, others only when they are asked again.
    const isOver = this.#next >= items.length
    if (isOver && (fills.length % 2 === 0 || this.#wasOver)) buffer.close()
    this.#wasOver = isOver
  }
}
