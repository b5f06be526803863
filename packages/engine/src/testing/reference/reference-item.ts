/** An item on its way through the reference interpreter. */
export interface ReferenceItem {
  readonly item: unknown
  /** Milliseconds since the epoch; NaN without event time. */
  readonly timestamp: number
  /** The highest watermark that has come before the item; -Infinity where nothing can be late. */
  readonly watermark: number
}

/** An item without event time. */
export function untimedItem(item: unknown): ReferenceItem {
  return { item, timestamp: Number.NaN, watermark: Number.NEGATIVE_INFINITY }
}
