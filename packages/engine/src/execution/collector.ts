import type { Batch } from '../core/batch.ts'
import type { Watermark } from '../core/watermark.ts'

/**
 * The producing side of one edge of one processor: decides which queue gets which entry. Whoever is refused (an answer
 * of false, null or a position short of the end) repeats the same call later; nothing is ever sent twice.
 */
export interface Collector {
  /** Takes entries `from` … `batch.count` by copying; answers the index of the first it did not take. */
  accept(batch: Batch, from: number): number
  /**
   * Takes the whole batch by reference and answers an empty one in its place; null when there is no room. Only called
   * when {@link takesBatches} is true.
   */
  exchange(batch: Batch): Batch | null
  readonly takesBatches: boolean
  /** Sends what is gathered. */
  flush(): boolean
  /** Flushes, then sends a watermark to all queues. */
  offerWatermark(watermark: Watermark): boolean
  offerBarrier(snapshotId: number, terminal: boolean): boolean
  offerDone(): boolean
}
