import { Batch, type BatchLayout } from '../core/batch.ts'
import { WATERMARK_NONE, type Watermark } from '../core/watermark.ts'
import {
  POLL_BARRIER,
  POLL_BATCH,
  POLL_DONE,
  POLL_NOTHING,
  POLL_WATERMARK,
  type QueueConsumer,
  type QueueProducer,
} from './edge-queue.ts'
import type { ExchangeCheck } from './exchange-check.ts'

/** Entries other than batches that may wait in one queue; a power of two. */
const ENTRIES_MAX = 64

/**
 * An edge queue between two tasklets of one thread: batches pass by reference and are used again, so that a running
 * pipeline allocates none. Bounded by items: a batch is taken while fewer than `queueSize` items wait.
 */
export class LocalQueue implements QueueProducer, QueueConsumer {
  readonly byReference = true
  batch: Batch
  watermark: Watermark = WATERMARK_NONE
  barrierId = 0
  barrierTerminal = false

  readonly #layout: BatchLayout
  readonly #batchCapacity: number
  readonly #queueSize: number
  readonly #exchange: ExchangeCheck | null
  readonly #kinds = new Int8Array(ENTRIES_MAX)
  readonly #numbers = new Float64Array(ENTRIES_MAX)
  readonly #batches: Batch[] = []
  readonly #spare: Batch[] = []
  #head = 0
  #tail = 0
  #items = 0
  #batchIsBorrowed = false

  /** @param exchange looks at what passes; null for edges that never cross threads */
  constructor(layout: BatchLayout, batchCapacity: number, queueSize: number, exchange: ExchangeCheck | null = null) {
    this.#layout = layout
    this.#batchCapacity = batchCapacity
    this.#queueSize = queueSize
    this.#exchange = exchange
    this.batch = new Batch(layout, 0)
    for (let i = 0; i < ENTRIES_MAX; i++) this.#batches.push(this.batch)
  }

  get hasRoom(): boolean {
    return this.#items < this.#queueSize && !this.#isFull()
  }

  offerBatch(batch: Batch): Batch | null {
    if (!this.hasRoom) return null
    this.#exchange?.check(batch)
    const at = this.#tail++ & (ENTRIES_MAX - 1)
    this.#kinds[at] = POLL_BATCH
    this.#batches[at] = batch
    this.#items += batch.count
    const next = this.#spare.pop() ?? new Batch(this.#layout, this.#batchCapacity)
    // A young array takes new objects without being noted in the collector's books, which an array that has been used
    // for long is at each of them; numbered items are old themselves, and for them the array is kept.
    if (this.#layout.kind === 'items' && next.numbering === null) next.items = new Array<unknown>(this.#batchCapacity)
    next.clear()
    return next
  }

  offerWatermark(watermark: Watermark): boolean {
    return this.#offer(POLL_WATERMARK, watermark)
  }

  offerBarrier(snapshotId: number, terminal: boolean): boolean {
    return this.#offer(POLL_BARRIER, terminal ? -snapshotId : snapshotId)
  }

  offerDone(): boolean {
    return this.#offer(POLL_DONE, 0)
  }

  poll(): number {
    if (this.#batchIsBorrowed) {
      this.#spare.push(this.batch)
      this.#batchIsBorrowed = false
    }
    if (this.#head === this.#tail) return POLL_NOTHING
    const at = this.#head++ & (ENTRIES_MAX - 1)
    const kind = this.#kinds[at]!
    const number = this.#numbers[at]!
    if (kind === POLL_BATCH) {
      this.batch = this.#batches[at]!
      this.#items -= this.batch.count
      this.#batchIsBorrowed = true
    } else if (kind === POLL_WATERMARK) {
      this.watermark = number
    } else if (kind === POLL_BARRIER) {
      this.barrierId = Math.abs(number)
      this.barrierTerminal = number < 0
    }
    return kind
  }

  #isFull(): boolean {
    return this.#tail - this.#head === ENTRIES_MAX
  }

  #offer(kind: number, number: number): boolean {
    if (this.#isFull()) return false
    const at = this.#tail++ & (ENTRIES_MAX - 1)
    this.#kinds[at] = kind
    this.#numbers[at] = number
    return true
  }
}
