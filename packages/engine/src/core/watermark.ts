/**
 * A watermark of value `t` (milliseconds since the epoch) says: no item with a timestamp below `t` will follow on this
 * queue. Watermarks are plain numbers on the way; the three special values below never reach a processor as event time.
 */
export type Watermark = number

/** Before the first watermark: nothing is known. */
export const WATERMARK_NONE: Watermark = -Infinity

/** Stands for "this input is idle: do not wait for it" and travels like a watermark. */
export const WATERMARK_IDLE: Watermark = Number.MAX_VALUE

/** What a finished input counts as: it holds nothing back. */
export const WATERMARK_DONE: Watermark = Infinity

/** The timestamp of an item without event time. */
export const NO_TIMESTAMP: number = Number.NaN
