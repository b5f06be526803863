import { SourceBuilder } from '../../connectors/source-builder.ts'
import { TestSources } from '../../connectors/test-sources.ts'
import type { BatchSource, StreamSource } from '../../pipeline/source.ts'
import type { SourceDescription } from './pipeline-description.ts'

/** The items that a source emits, in order. */
export function sourceItems({ items, isWrapped }: SourceDescription): readonly unknown[] {
  return isWrapped ? items.map(({ v, t }) => ({ t, v })) : items.map(({ v }) => v)
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
    this.#next = context.globalProcessorIndex
    this.#step = context.totalParallelism
  }

  fill(buffer: ClosableBuffer): void | Promise<void> {
    if (!this.#source.isAsync) return this.#fill(buffer)
    return Promise.resolve().then(() => this.#fill(buffer))
  }

  #fill(buffer: ClosableBuffer): void {
    const { fills, items } = this.#source
    const size = fills[this.#calls++ % fills.length]!
    for (let n = 0; n < size && this.#next < items.length; n++, this.#next += this.#step) {
      buffer.add(this.#items[this.#next], items[this.#next]!.t)
    }
    // Some sources notice their end with the last item, others only when they are asked again.
    const isOver = this.#next >= items.length
    if (isOver && (fills.length % 2 === 0 || this.#wasOver)) buffer.close()
    this.#wasOver = isOver
  }
}
