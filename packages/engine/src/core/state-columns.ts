import type { Column } from './batch.ts'

/** State of a processor with a key and a row of columns for each entry, for `Outbox.offerColumnsToSnapshot`. */
export interface StateColumns {
  /** The key of entry i is `keys[i]`, or `keys[rows[i]]` when there are {@link rows}. */
  readonly keys: readonly unknown[]
  readonly rows: Int32Array | null
  /**
   * Whether the keys of entries that exist now stay where they are in the array, whatever happens later: they then need
   * not be copied.
   */
  readonly keysStay: boolean
  /** The same number of them, of the same types, whenever the processor saves. */
  readonly columns: readonly Column[]
  /** Comes back as the timestamp of each entry; NaN = the entries have none. */
  readonly timestamp: number
}
