import type { AggregateState, Kernels } from '../../aggregate/kernels.ts'
import { KeyMap } from '../../base/key-map.ts'
import type { Batch, KeyDictionary } from '../../core/batch.ts'
import type { Inbox } from '../../core/inbox.ts'
import type { ItemNumbering } from '../../core/item-numbering.ts'
import type { Outbox } from '../../core/outbox.ts'
import { nullKeyError } from '../../core/user-error.ts'
import { NO_TIMESTAMP } from '../../core/watermark.ts'
import type { AggregationFailure } from './aggregation-failure.ts'
import { checkColumns, misfitState } from './saved-state.ts'

const INITIAL_ROWS = 64

/**
 * The accumulators of an aggregation by key: columns with a row for each key. Rows are given in the order in which keys
 * are met and never taken back but all at once, by {@link clear}.
 */
export class KeyedState {
  /** key → row. */
  readonly keys: KeyMap = new KeyMap()
  /** row → key. */
  rowKeys: unknown[] = []
  /** Read its columns anew after {@link newRow} and {@link rowsOf}: they may have grown. */
  columns: AggregateState
  /** Rows in use: 0 ≤ row < count. */
  count = 0
  private readonly kernels: Kernels
  private readonly failure: AggregationFailure
  private capacity = INITIAL_ROWS
  private entryRows = new Int32Array(0)
  /** Numbering → number → row, -1 = not looked up yet. */
  private numberRows = new WeakMap<ItemNumbering, Int32Array>()

  constructor(kernels: Kernels, failure: AggregationFailure) {
    this.kernels = kernels
    this.failure = failure
    this.columns = kernels.newState(INITIAL_ROWS)
  }

  /**
   * Gives a key that {@link keys} does not know a row with an empty accumulator. `item` is for the message about a
   * null key.
   */
  newRow(key: unknown, item: unknown): number {
    if (key === null || key === undefined) throw nullKeyError(this.failure.vertex, item)
    if (this.count === this.capacity) {
      this.capacity *= 2
      this.kernels.grow(this.columns, this.capacity)
    }
    const row = this.count
    this.keys.set(key, row)
    try {
      this.kernels.initRow(this.columns, row)
    } catch (thrown) {
      throw this.failure.inOperation(thrown, 'create')
    }
    this.rowKeys.push(key)
    this.count = row + 1
    return row
  }

  /**
   * The rows of entries `from` ≤ i < `to` of a keyed batch, at the same indices; valid until the next call. Keys are
   * looked up once for each dictionary.
   */
  rowsOf(batch: Batch, from: number, to: number): Int32Array {
    const dictionary = batch.dictionary!
    if (dictionary.resolved < batch.keyCount) this.resolve(dictionary, batch.keyCount)
    if (this.entryRows.length < to) this.entryRows = new Int32Array(Math.max(to, this.entryRows.length * 2))
    const rows = this.entryRows
    const slots = batch.slots!
    const rowOfSlot = dictionary.rows
    for (let i = from; i < to; i++) rows[i] = rowOfSlot[slots[i]!]!
    return rows
  }

  /**
   * Saves rows from `from` on.
   *
   * @returns the first row that was not taken; {@link count} when all are saved
   */
  save(outbox: Outbox, from: number): number {
    const { rowKeys, columns, count } = this
    if (from === count) return count
    return outbox.offerColumnsToSnapshot(
      { keys: rowKeys, rows: null, keysStay: true, columns, timestamp: NO_TIMESTAMP },
      from,
      count,
    )
  }

  /** Takes entries that {@link save} has saved, of this processor or another. */
  restore(inbox: Inbox): void {
    const { batch, position } = inbox
    checkColumns(inbox, this.kernels, this.failure.vertex)
    const before = this.count
    const rows = this.rowsOf(batch, position, batch.count)
    if (this.count - before !== batch.count - position) throw misfitState(this.failure.vertex, 'a key is in it twice')
    for (let i = position; i < batch.count; i++) this.kernels.moveEntry(this.columns, rows[i]!, batch.columns, i)
    inbox.position = batch.count
  }

  /** Number → row of items that a producer has numbered, -1 = the row of that number is not known yet. */
  rowsOfNumbers(numbering: ItemNumbering): Int32Array {
    const rows = this.numberRows.get(numbering)
    if (rows !== undefined && rows.length >= numbering.count) return rows
    const longer = new Int32Array(Math.max(INITIAL_ROWS, numbering.count * 2)).fill(-1)
    if (rows !== undefined) longer.set(rows)
    this.numberRows.set(numbering, longer)
    return longer
  }

  private resolve(dictionary: KeyDictionary, keyCount: number): void {
    if (dictionary.rows.length < keyCount) {
      const grown = new Int32Array(Math.max(keyCount, dictionary.rows.length * 2))
      grown.set(dictionary.rows)
      dictionary.rows = grown
    }
    const { rows, keys } = dictionary
    for (let slot = dictionary.resolved; slot < keyCount; slot++) {
      const row = this.keys.get(keys[slot])
      rows[slot] = row >= 0 ? row : this.newRow(keys[slot], undefined)
    }
    dictionary.resolved = keyCount
  }

  /** Forgets all keys and accumulators. Only for states whose rows no dictionary knows. */
  clear(): void {
    this.keys.clear()
    this.rowKeys = []
    this.columns = this.kernels.newState(INITIAL_ROWS)
    this.capacity = INITIAL_ROWS
    this.count = 0
    this.numberRows = new WeakMap()
  }
}
