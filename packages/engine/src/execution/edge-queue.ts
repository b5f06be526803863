import type { Batch } from '../core/batch.ts'
import type { Watermark } from '../core/watermark.ts'

/** What a queue had to offer: the answer of {@link QueueConsumer.poll}. */
export const POLL_NOTHING = 0
export const POLL_BATCH = 1
export const POLL_WATERMARK = 2
export const POLL_BARRIER = 3
export const POLL_DONE = 4

/**
 * The producing end of an edge queue: one producer, one consumer, first in first out. A refused call (false or null) is
 * repeated later with the same arguments (a batch may have grown meanwhile); only a queue that passes by reference may
 * be given up after a refusal, any other may already hold a part of the batch.
 */
export interface QueueProducer {
  /**
   * Takes a batch. Answers a batch for the next entries (its `count` is 0; for queues in shared memory the same one,
   * for queues that pass by reference another one), or null when there is no room.
   */
  offerBatch(batch: Batch): Batch | null
  offerWatermark(watermark: Watermark): boolean
  offerBarrier(snapshotId: number, terminal: boolean): boolean
  offerDone(): boolean
  /** Whether batches are handed over by reference, so that one batch cannot be offered to two queues. */
  readonly byReference: boolean
  /** False when a batch offered now would most likely be refused. */
  readonly hasRoom: boolean
}

/** The consuming end of an edge queue. */
export interface QueueConsumer {
  /** Takes the next entry; one of the POLL_ constants. A polled batch stays valid until the next call. */
  poll(): number
  readonly batch: Batch
  readonly watermark: Watermark
  readonly barrierId: number
  readonly barrierTerminal: boolean
}
