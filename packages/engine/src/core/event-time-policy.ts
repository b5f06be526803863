/**
 * How a source finds the timestamp of its items and when it emits watermarks (the original's class of the same name).
 *
 * @typeParam T items of the source
 */
export interface EventTimePolicy<T = unknown> {
  /**
   * Where timestamps come from: the user's `function`, the source's own (`native`), or the wall clock when the item
   * is read (`ingestion`).
   */
  readonly timestampOf: ((item: T) => number) | 'native' | 'ingestion'
  /**
   * How far behind the highest timestamp seen an item may be, in milliseconds. Items later than that may be dropped.
   */
  readonly allowedLagMs: number
  /**
   * A source partition without items for this long no longer holds the watermark back; 0 = it always does. Default a
   * minute.
   */
  readonly idleTimeoutMs: number
  /** Watermarks are multiples of this many milliseconds; set by the planner from the windows downstream (1 to 1000). */
  readonly watermarkStrideMs: number
  /** Added to each multiple of the stride, so that watermarks meet window edges with an offset. Default 0. */
  readonly watermarkOffsetMs: number
}
