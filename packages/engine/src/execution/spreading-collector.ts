import { Batch, type BatchLayout } from '../core/batch.ts'
import { appendItems } from './batch-copy.ts'
import type { Collector } from './collector.ts'
import type { QueueProducer } from './edge-queue.ts'
import { MarkerBroadcast } from './marker-broadcast.ts'

/**
 * The collector of unicast and isolated edges: a batch goes whole to one queue, the queues take turns and full ones are
 * passed over.
 */
export class SpreadingCollector implements Collector {
  readonly takesBatches = true
  readonly #queues: readonly QueueProducer[]
  readonly #markers: MarkerBroadcast
  readonly #capacity: number
  /** Gathers what comes by {@link accept}; unused while batches are exchanged. */
  #open: Batch
  #turn = 0
  /** The queue that has refused a batch and may hold a part of it: nobody else can take that batch. */
  #committed: QueueProducer | null = null

  constructor(queues: readonly QueueProducer[], layout: BatchLayout, capacity: number) {
    this.#queues = queues
    this.#markers = new MarkerBroadcast(queues)
    this.#capacity = capacity
    this.#open = new Batch(layout, capacity)
  }

  accept(batch: Batch, from: number): number {
    let position = from
    while (position < batch.count) {
      const room = this.#capacity - this.#open.count
      if (room <= 0) {
        if (!this.flush()) return position
        continue
      }
      const to = Math.min(batch.count, position + room)
      appendItems(this.#open, batch, position, to)
      position = to
    }
    return position
  }

  exchange(batch: Batch): Batch | null {
    if (this.#committed !== null) return this.#offer(this.#committed, batch)
    const queues = this.#queues
    for (let tries = 0; tries < queues.length; tries++) {
      const queue = queues[this.#turn]!
      this.#turn = this.#turn + 1 === queues.length ? 0 : this.#turn + 1
      if (queue.hasRoom) return this.#offer(queue, batch)
    }
    return null
  }

  #offer(queue: QueueProducer, batch: Batch): Batch | null {
    const next = queue.offerBatch(batch)
    this.#committed = next === null && !queue.byReference ? queue : null
    return next
  }

  flush(): boolean {
    if (this.#open.count === 0) return true
    const next = this.exchange(this.#open)
    if (next === null) return false
    next.count = 0
    this.#open = next
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
