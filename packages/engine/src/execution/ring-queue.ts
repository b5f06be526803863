import type { Batch, BatchLayout } from '../core/batch.ts'
import { RingConsumer } from '../wire/ring-consumer.ts'
import { RingProducer } from '../wire/ring-producer.ts'
import { SharedRing } from '../wire/shared-ring.ts'
import type { Doorbell } from './doorbell.ts'
import { POLL_NOTHING, type QueueConsumer, type QueueProducer } from './edge-queue.ts'

/** Where the ring of a queue lies and whose it is. */
export interface RingQueueOptions {
  readonly buffer: SharedArrayBuffer
  readonly byteOffset: number
  readonly dataBytes: number
  readonly layout: BatchLayout
  /** The producing vertex and its output ordinal, for messages. */
  readonly vertex: string
  readonly ordinal: number
  readonly itemBytesMax: number
  readonly doorbell: Doorbell
}

/** Bytes that one ring takes in the shared buffer, so that rings lie on cache lines of their own. */
export function ringFootprint(dataBytes: number): number {
  return Math.ceil(SharedRing.bytesFor(dataBytes) / 64) * 64
}

/** The producing end of a queue to another thread: encodes batches into the ring and rings the consumer's bell. */
export class RingQueueProducer implements QueueProducer {
  readonly byReference = false
  readonly #ring: SharedRing
  readonly #producer: RingProducer
  readonly #doorbell: Doorbell
  readonly #consumerThread: number

  constructor(options: RingQueueOptions, consumerThread: number) {
    this.#ring = new SharedRing(options.buffer, options.byteOffset, options.dataBytes)
    this.#producer = new RingProducer(
      this.#ring,
      options.layout,
      { vertex: options.vertex, ordinal: options.ordinal },
      { itemBytesMax: options.itemBytesMax },
    )
    this.#doorbell = options.doorbell
    this.#consumerThread = consumerThread
  }

  /** Half of the ring is free: a batch will most likely fit at once. */
  get hasRoom(): boolean {
    return this.#ring.usedBytes <= this.#ring.messageBytesMax
  }

  offerBatch(batch: Batch): Batch | null {
    const taken = this.#producer.offerBatch(batch)
    // A refused batch may still have gone in part.
    this.#doorbell.mark(this.#consumerThread)
    if (!taken) return null
    batch.clear()
    return batch
  }

  offerWatermark(watermark: number): boolean {
    return this.#marked(this.#producer.offerWatermark(watermark))
  }

  offerBarrier(snapshotId: number, terminal: boolean): boolean {
    return this.#marked(this.#producer.offerBarrier(snapshotId, terminal))
  }

  offerDone(): boolean {
    return this.#marked(this.#producer.offerDone())
  }

  #marked(taken: boolean): boolean {
    if (taken) this.#doorbell.mark(this.#consumerThread)
    return taken
  }
}

/** The consuming end of a queue from another thread: what is read frees room, which the producer may wait for. */
export class RingQueueConsumer implements QueueConsumer {
  readonly #consumer: RingConsumer
  readonly #doorbell: Doorbell
  readonly #producerThread: number

  constructor(options: RingQueueOptions, producerThread: number) {
    this.#consumer = new RingConsumer(
      new SharedRing(options.buffer, options.byteOffset, options.dataBytes),
      options.layout,
      { itemBytesMax: options.itemBytesMax },
    )
    this.#doorbell = options.doorbell
    this.#producerThread = producerThread
  }

  poll(): number {
    const before = this.#consumer.bytesRead
    const kind = this.#consumer.poll()
    if (kind !== POLL_NOTHING || this.#consumer.bytesRead !== before) this.#doorbell.mark(this.#producerThread)
    return kind
  }

  get batch(): Batch {
    return this.#consumer.batch
  }

  get watermark(): number {
    return this.#consumer.watermark
  }

  get barrierId(): number {
    return this.#consumer.barrierId
  }

  get barrierTerminal(): boolean {
    return this.#consumer.barrierTerminal
  }
}
