import { Batch, type BatchLayout } from '../core/batch.ts'
import { appendItems } from './batch-copy.ts'
import type { Collector } from './collector.ts'
import type { QueueProducer } from './edge-queue.ts'
import { MarkerBroadcast } from './marker-broadcast.ts'

/** The collector of broadcast edges: every queue gets every item, exactly once, also when some are full meanwhile. */
export class BroadcastCollector implements Collector {
  readonly takesBatches = false
  readonly #queues: readonly QueueProducer[]
  readonly #markers: MarkerBroadcast
  readonly #layout: BatchLayout
  readonly #capacity: number
  #open: Batch
  /** How many queues already have the open batch. */
  #served = 0

  constructor(queues: readonly QueueProducer[], layout: BatchLayout, capacity: number) {
    this.#queues = queues
    this.#markers = new MarkerBroadcast(queues)
    this.#layout = layout
    this.#capacity = capacity
    this.#open = new Batch(layout, capacity)
  }

  accept(batch: Batch, from: number): number {
    let position = from
    while (position < batch.count) {
      // A batch that some queues have and others not must not grow.
      if (this.#served > 0 || this.#open.count >= this.#capacity) {
        if (!this.flush()) return position
      }
      const to = Math.min(batch.count, position + this.#capacity - this.#open.count)
      appendItems(this.#open, batch, position, to)
      position = to
    }
    return position
  }

  exchange(_batch: Batch): Batch | null {
    return null
  }

  flush(): boolean {
    if (this.#open.count === 0) return true
    while (this.#served < this.#queues.length) {
      const queue = this.#queues[this.#served]!
      if (queue.byReference) {
        if (!queue.hasRoom) return false
        const copy = new Batch(this.#layout, this.#open.count)
        appendItems(copy, this.#open, 0, this.#open.count)
        if (queue.offerBatch(copy) === null) return false
      } else {
        const count = this.#open.count
        const next = queue.offerBatch(this.#open)
        if (next === null) return false
        next.count = count
      }
      this.#served++
    }
    this.#served = 0
    this.#open.count = 0
    return true
  }

  offerWatermark(watermark: number): boolean {
    return this.flush() && this.#markers.watermark(watermark)
  }

  offerBarrier(snapshotId: number, terminal: boolean): boolean {
    return this.flush() && this.#markers.barrier(snapshotId, terminal)
  }

  offerDone(): boolean {
    return this.flush() && this.#markers.done()
  }
}
