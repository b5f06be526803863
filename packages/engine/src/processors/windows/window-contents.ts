import type { AggregateState } from '../../aggregate/kernels.ts'

/** How a stream is cut by event time, in milliseconds; the size is a multiple of the step. Windows are aligned to 0. */
export interface SlidingWindow {
  readonly sizeMs: number
  readonly slideByMs: number
}

/**
 * What lies in the window that is emitted now. Windows come by rising end, empty ones are passed over.
 * Order of calls: {@link nextEnd}, {@link open}, reading, {@link close}; then again.
 */
export interface WindowContents {
  /** Inclusive, while the window is open. */
  readonly start: number
  /** Exclusive, while the window is open. */
  readonly end: number
  /** How many keys have a result. */
  readonly count: number
  /** Rows of those keys. */
  readonly rows: Int32Array
  /** row → key. */
  readonly keys: readonly unknown[]
  /** Their accumulators. */
  readonly state: AggregateState
  /** Whether the accumulator of entry i is number `rows[i]` (its row) or number i (its place). */
  readonly by: 'row' | 'place'
  /** Whether accumulators go on after their result was taken. */
  readonly take: 'export' | 'finish'

  /** End of the next window that has items; Infinity when there is none. */
  nextEnd(): number
  /** Makes that window ready. */
  open(end: number): void
  /** Its results are emitted: what is in no later window is forgotten. */
  close(): void
}
