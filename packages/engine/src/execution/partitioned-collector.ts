import { keyHash } from '../base/key-hash.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { Batch, type BatchLayout } from '../core/batch.ts'
import { nullKeyError, userFunctionError } from '../core/user-error.ts'
import type { Collector } from './collector.ts'
import type { QueueProducer } from './edge-queue.ts'
import { MarkerBroadcast } from './marker-broadcast.ts'

/** Which of an edge's queues takes the keys of each partition. */
export interface PartitionRouting {
  /** partition → index of the queue. Its length is the number of partitions. */
  readonly queueOfPartition: Int32Array
}

/** What a {@link PartitionedCollector} is made of. */
export interface PartitionedCollectorOptions {
  readonly queues: readonly QueueProducer[]
  readonly layout: BatchLayout
  /** Entries of a batch at most. */
  readonly capacity: number
  readonly keyOf: (item: never) => unknown
  readonly routing: PartitionRouting
  readonly vertexName: string
}

/** The collector of partitioned edges that carry whole items. */
export class PartitionedCollector implements Collector {
  readonly takesBatches = false
  readonly #queues: readonly QueueProducer[]
  readonly #markers: MarkerBroadcast
  readonly #capacity: number
  readonly #open: Batch[]
  readonly #keyOf: (item: never) => unknown
  readonly #queueOfPartition: Int32Array
  readonly #vertexName: string

  constructor(options: PartitionedCollectorOptions) {
    const { queues, layout, capacity } = options
    if (layout.kind !== 'items')
      throw new NacelleError('ERR_EDGE_LAYOUT', 'a partitioned edge of items was given a keyed layout', {
        domain: 'internal',
      })
    this.#queues = queues
    this.#markers = new MarkerBroadcast(queues)
    this.#capacity = capacity
    this.#open = queues.map(() => new Batch(layout, capacity))
    this.#keyOf = options.keyOf
    this.#queueOfPartition = options.routing.queueOfPartition
    this.#vertexName = options.vertexName
  }

  accept(batch: Batch, from: number): number {
    const { items, timestamps, count } = batch
    const queueOfPartition = this.#queueOfPartition
    for (let i = from; i < count; i++) {
      const item = items[i]
      const partition = (this.#keyHash(item) >>> 0) % queueOfPartition.length
      const destination = queueOfPartition[partition]!
      let open = this.#open[destination]!
      if (open.count >= this.#capacity) {
        if (!this.#flushOne(destination)) return i
        open = this.#open[destination]!
      }
      open.items[open.count] = item
      if (timestamps !== null) open.timestamps![open.count] = timestamps[i]!
      open.count++
    }
    return count
  }

  #keyHash(item: unknown): number {
    try {
      const key = this.#keyOf(item as never)
      if (key === null || key === undefined) throw nullKeyError(this.#vertexName, item)
      return keyHash(key)
    } catch (error) {
      throw userFunctionError(error, { vertex: this.#vertexName, what: 'the key function', item })
    }
  }

  exchange(_batch: Batch): Batch | null {
    return null
  }

  flush(): boolean {
    let all = true
    for (let i = 0; i < this.#queues.length; i++) all = this.#flushOne(i) && all
    return all
  }

  #flushOne(destination: number): boolean {
    const open = this.#open[destination]!
    if (open.count === 0) return true
    const next = this.#queues[destination]!.offerBatch(open)
    if (next === null) return false
    next.count = 0
    this.#open[destination] = next
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
