/**
 * First word of each message on a ring. The second depends on the kind; the rest begins at {@link
 * MESSAGE_HEADER_BYTES}.
 */
export const BATCH_MESSAGE = 1
export const WATERMARK_MESSAGE = 2
/** Second word: 1 = the barrier is terminal. */
export const BARRIER_MESSAGE = 3
export const DONE_MESSAGE = 4
/**
 * A part of an encoded batch. Second word: length of the whole in bytes; then the offset of this part as a word and an
 * unused one.
 */
export const FRAGMENT_MESSAGE = 5

export const MESSAGE_HEADER_BYTES = 8
export const FRAGMENT_HEADER_BYTES = 16

/** The largest encoded item, and with it the largest encoded batch, when nothing else is configured: 16 MiB. */
export const DEFAULT_ITEM_BYTES_MAX: number = 16 << 20

/** Settings of both ends of a ring; they must agree. */
export interface RingOptions {
  /** Bytes that one encoded item may take. Default {@link DEFAULT_ITEM_BYTES_MAX}. */
  readonly itemBytesMax?: number
}
