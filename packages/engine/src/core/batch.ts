import type { ItemNumbering } from './item-numbering.ts'

/** The kind of a column: `f64` lies in a Float64Array, `any` in an array of JavaScript values. */
export type ColumnType = 'f64' | 'any'

/** The values of one column of a batch. Only the first `count` of the batch are meaningful. */
export type Column = Float64Array | unknown[]

/**
 * What the batches of one edge look like; fixed when the edge is planned.
 * - `items`: an array of items.
 * - `keyed`: each entry has a key, given as a slot of the queue's {@link KeyDictionary}, and columns of values
 *   (see the design note on projection before the exchange in ARCHITECTURE.md).
 */
export type BatchLayout =
  | { readonly kind: 'items'; readonly timed: boolean }
  | { readonly kind: 'keyed'; readonly timed: boolean; readonly columns: readonly ColumnType[] }

/**
 * The keys that one queue has carried: a key's value travels once, afterwards its slot (an index into `keys`) stands
 * for it. A dictionary only grows; a producer that wants to forget starts a new one.
 */
export class KeyDictionary {
  /** slot → key. */
  readonly keys: unknown[] = []
  /** For the consumer of the queue: slot → row of its own state, valid for slots below `resolved`. */
  rows: Int32Array = new Int32Array(64)
  /** For the consumer of the queue: generation of the row at the time when the slot was resolved. */
  generations: Int32Array = new Int32Array(0)
  /** For the consumer of the queue: how many slots it has mapped to rows. */
  resolved = 0
}

/**
 * A number of items that travel together through one edge queue, with their timestamps in a column beside them.
 * Watermarks, barriers and done markers travel between batches, never inside.
 */
export class Batch {
  /** How many entries are filled. */
  count = 0
  /** Layout `items`: the items. It may be longer than `count`. */
  items: unknown[]
  /** Milliseconds since the epoch, one for each entry, or null when the edge carries no event time. */
  timestamps: Float64Array | null
  /** Layout `keyed`: the slot of each entry's key. */
  slots: Int32Array | null
  /** Layout `keyed`: the value columns. */
  columns: Column[]
  /** Layout `keyed`: the dictionary that `slots` point into. */
  dictionary: KeyDictionary | null
  /** Layout `keyed`: how many keys the dictionary had when the batch was sealed. */
  keyCount = 0
  /** Layout `items`: the number of each entry in {@link numbering}, -1 = it has none. Meaningless without numbering. */
  numbers: Int32Array | null = null
  /** Layout `items`: for consumers that can use it, numbers of items that repeat; null = there are none. */
  numbering: ItemNumbering | null = null

  constructor(layout: BatchLayout, capacity: number) {
    const keyed = layout.kind === 'keyed'
    this.items = keyed ? [] : new Array<unknown>(capacity)
    this.timestamps = layout.timed ? new Float64Array(capacity) : null
    this.slots = keyed ? new Int32Array(capacity) : null
    this.columns = keyed ? layout.columns.map((type) => newColumn(type, capacity)) : []
    this.dictionary = null
  }

  /** Forgets all entries, so that the batch can be filled anew. */
  clear(): void {
    this.count = 0
    this.numbering = null
  }

  /** Makes room for `capacity` entries in all typed columns. Item arrays grow by themselves. */
  reserve(capacity: number): void {
    if (this.timestamps !== null && this.timestamps.length < capacity) {
      this.timestamps = grownFloat64(this.timestamps, capacity)
    }
    if (this.slots === null || this.slots.length >= capacity) return
    const slots = new Int32Array(grownLength(this.slots.length, capacity))
    slots.set(this.slots)
    this.slots = slots
    for (let i = 0; i < this.columns.length; i++) {
      const column = this.columns[i]
      if (column instanceof Float64Array) this.columns[i] = grownFloat64(column, capacity)
    }
  }
}

function newColumn(type: ColumnType, capacity: number): Column {
  return type === 'f64' ? new Float64Array(capacity) : new Array<unknown>(capacity)
}

function grownLength(length: number, capacity: number): number {
  return Math.max(capacity, length * 2)
}

function grownFloat64(column: Float64Array, capacity: number): Float64Array {
  const grown = new Float64Array(grownLength(column.length, capacity))
  grown.set(column)
  return grown
}
