/** One record of a journal. */
export interface JournalRecord {
  /** Grows strictly from record to record; there may be gaps. The first one of a journal is at least 1. */
  readonly offset: bigint
  readonly payload: Uint8Array
}

/** What a journal holds. */
export interface JournalBounds {
  /** Offset of the oldest record; one above {@link last} when there is none. */
  readonly first: bigint
  /** Offset of the youngest record there ever was; 0 when there was none. */
  readonly last: bigint
}

/** What {@link Journal.append} takes. */
export interface AppendOptions {
  /** Appends only when this is the last offset: a single writer is fenced by it, as a CAS fences. */
  readonly expectedLast?: bigint
}

/** What {@link Journal.read} takes. */
export interface JournalReadOptions {
  /** At the end wait for more, instead of ending there. */
  readonly follow: boolean
  /** Ends the reading. */
  readonly signal: AbortSignal
}

/** Records in one total order, appended at one end and trimmed at the other. */
export interface Journal {
  /**
   * Appends records in their order; resolves when they are durable. Readers may see a first part of them while the call
   * is under way, and after a failure that is ERR_GRID_INDETERMINATE. Without records it only checks `expectedLast`.
   *
   * @returns the offsets of the first and the last of them; records of others are never between these
   * @throws NacelleError ERR_GRID_CONFLICT when the last offset is another one than `expectedLast`
   */
  append(records: readonly Uint8Array[], options?: AppendOptions): Promise<{ first: bigint; last: bigint }>
  /**
   * The records from offset `from` on, 0 for the oldest there is, in order and without leaving one out. Ends at the end
   * or with `follow` never, and when the signal is aborted or the grid closed.
   *
   * @throws NacelleError ERR_GRID_TRIMMED when the record wanted next has been trimmed
   */
  read(from: bigint, options: JournalReadOptions): AsyncIterable<JournalRecord>
  bounds(): Promise<JournalBounds>
  /** Removes the records below offset `before`; those above the last one count as the last one. May be repeated. */
  trim(before: bigint): Promise<void>
}
