import { Batch, type BatchLayout, type Column, type ColumnType, KeyDictionary } from '../core/batch.ts'
import type { ByteWriter } from '../wire/byte-writer.ts'
import { ChunkEncoder, type ChunkOrigin } from './chunk-encoder.ts'
import { CHUNK_BYTES_MAX } from './chunk-format.ts'
import { PAGE_ENTRIES } from './shadow-pages.ts'

/** Keys and columns that are to become a chunk. */
export interface ColumnsRange {
  readonly keys: readonly unknown[]
  /** Entry → index into `keys`; null = the same index. */
  readonly rows: Int32Array | null
  readonly keysFrom: number
  readonly columns: readonly Column[]
  readonly timestamp: number
}

const SLOTS = Int32Array.from({ length: PAGE_ENTRIES }, (_, slot) => slot)

/** Makes chunks of keys and columns, as long as they may be. */
export class ColumnsEncoder {
  readonly #batch: Batch
  readonly #encoder: ChunkEncoder
  readonly #types: readonly ColumnType[]
  /** So many entries have fitted into a chunk lately. */
  #fitting = PAGE_ENTRIES

  constructor(origin: ChunkOrigin, types: readonly ColumnType[], timed: boolean, writer: ByteWriter) {
    const layout: BatchLayout = { kind: 'keyed', timed, columns: types }
    this.#types = types
    this.#batch = new Batch(layout, 0)
    this.#batch.slots = SLOTS
    this.#batch.dictionary = new KeyDictionary()
    if (timed) this.#batch.timestamps = new Float64Array(PAGE_ENTRIES)
    this.#encoder = new ChunkEncoder(origin, layout, writer)
  }

  /** Whether it is made for such columns. */
  fits(columns: readonly Column[], timestamp: number): boolean {
    if (columns.length !== this.#types.length || (this.#batch.timestamps === null) !== Number.isNaN(timestamp))
      return false
    return columns.every((column, i) => typeOf(column) === this.#types[i])
  }

  /** A chunk of entries from `from` on, of as many as fit, and how many they are. */
  encode(
    range: ColumnsRange,
    { from, to, snapshotId }: { readonly from: number; readonly to: number; readonly snapshotId: number },
  ): { readonly chunk: ArrayBuffer; readonly count: number } {
    for (;;) {
      const count = Math.min(to - from, this.#fitting)
      this.#fill(range, from, count)
      const chunk = this.#encoder.encode(this.#batch, snapshotId)
      if (chunk === null) {
        this.#fitting = count >> 1
        continue
      }
      // A chunk may come out longer by what strange keys there are: half the length leaves room for that.
      if (count === this.#fitting && chunk.byteLength * 2 < CHUNK_BYTES_MAX)
        this.#fitting = Math.min(PAGE_ENTRIES, this.#fitting * 2)
      return { chunk, count }
    }
  }

  #fill({ keys, rows, keysFrom, columns, timestamp }: ColumnsRange, from: number, count: number): void {
    const batch = this.#batch
    const slots = batch.dictionary!.keys
    slots.length = count
    for (let i = 0; i < count; i++) slots[i] = keys[rows === null ? keysFrom + from + i : rows[from + i]!]
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c]!
      batch.columns[c] =
        column instanceof Float64Array ? column.subarray(from, from + count) : column.slice(from, from + count)
    }
    batch.timestamps?.fill(timestamp, 0, count)
    batch.count = batch.keyCount = count
  }
}

/** What a column holds. */
export function typeOf(column: Column): ColumnType {
  return column instanceof Float64Array ? 'f64' : 'any'
}
