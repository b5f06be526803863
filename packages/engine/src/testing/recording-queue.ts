import { Batch, type BatchLayout } from '../core/batch.ts'
import type { Watermark } from '../core/watermark.ts'
import type { QueueProducer } from '../execution/edge-queue.ts'

/** One thing that a processor has emitted. `destination` counts the queues of the output, from 0. */
export type RigEvent =
  | { readonly kind: 'item'; readonly destination: number; readonly item: unknown; readonly timestamp: number }
  | ({ readonly kind: 'entry'; readonly destination: number } & RigEntry)
  | { readonly kind: 'watermark'; readonly destination: number; readonly watermark: Watermark }
  | { readonly kind: 'barrier'; readonly destination: number; readonly snapshotId: number }
  | { readonly kind: 'done'; readonly destination: number }

/** An entry of a batch of layout `keyed`. */
export interface RigEntry {
  readonly key: unknown
  /** The value columns at this entry. */
  readonly values: readonly unknown[]
  /** NaN when the layout is not timed. */
  readonly timestamp: number
}

/** What a {@link RecordingQueue} is made of. */
export interface RecordingQueueOptions {
  readonly layout: BatchLayout
  readonly capacity: number
  readonly destination: number
  readonly events: RigEvent[]
  /** Asked before anything is taken; true = refuse it this time. */
  refuses(): boolean
}

/**
 * A queue that writes down what it is given. Batches are overwritten with nonsense as soon as they are read, so that
 * whoever still looks at them is seen.
 */
export class RecordingQueue implements QueueProducer {
  readonly byReference = true
  readonly hasRoom = true
  /** Entries of the largest batch so far. */
  largestBatch = 0
  readonly #options: RecordingQueueOptions
  #spare: Batch

  constructor(options: RecordingQueueOptions) {
    this.#options = options
    this.#spare = new Batch(options.layout, options.capacity)
  }

  offerBatch(batch: Batch): Batch | null {
    const { destination, events } = this.#options
    if (this.#options.refuses()) return null
    this.largestBatch = Math.max(this.largestBatch, batch.count)
    for (let i = 0; i < batch.count; i++) {
      if (batch.slots === null)
        events.push({ kind: 'item', destination, item: batch.items[i], timestamp: timestampOf(batch, i) })
      else events.push({ kind: 'entry', destination, ...entryOf(batch, i) })
    }
    poison(batch)
    const next = this.#spare
    next.count = 0
    this.#spare = batch
    return next
  }

  offerWatermark(watermark: Watermark): boolean {
    return this.#marker({ kind: 'watermark', destination: this.#options.destination, watermark })
  }

  offerBarrier(snapshotId: number): boolean {
    return this.#marker({ kind: 'barrier', destination: this.#options.destination, snapshotId })
  }

  offerDone(): boolean {
    return this.#marker({ kind: 'done', destination: this.#options.destination })
  }

  #marker(event: RigEvent): boolean {
    if (this.#options.refuses()) return false
    this.#options.events.push(event)
    return true
  }
}

function entryOf(batch: Batch, at: number): RigEntry {
  const slot = batch.slots![at]!
  if (!(slot >= 0 && slot < batch.keyCount)) throw new Error(`slot ${slot} in a batch with ${batch.keyCount} keys`)
  return {
    key: batch.dictionary!.keys[slot],
    values: batch.columns.map((column) => column[at]),
    timestamp: timestampOf(batch, at),
  }
}

function timestampOf(batch: Batch, at: number): number {
  return batch.timestamps === null ? Number.NaN : batch.timestamps[at]!
}

/** Makes a batch useless to whoever still reads it. */
export function poison(batch: Batch): void {
  batch.timestamps?.fill(-1e300)
  batch.slots?.fill(-1)
  for (const column of batch.columns) {
    if (column instanceof Float64Array) column.fill(Number.NaN)
    else column.fill('gone')
  }
  batch.items.fill('gone')
}
