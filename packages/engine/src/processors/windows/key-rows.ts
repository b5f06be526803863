import { KeyMap } from '../../base/key-map.ts'

const ROWS_MIN = 64

/**
 * The keys that some frame of a window processor holds, each with a row number that stays the same from frame to frame.
 * A key that no frame holds any more loses its row, not at once but when the next frame goes: most keys come back.
 *
 * Invariants:
 * - R1: a row has the same key as long as its generation stays the same.
 * - R2: a row with `frameCounts[row] > 0` is never given to another key.
 * - R3: rows without a frame are at most as many as the frame that went last had keys.
 */
export class KeyRows {
  /** key → row. */
  readonly map = new KeyMap()
  /** row → key. */
  readonly keys: unknown[] = []
  /** How often the row has been freed: whoever remembers a row compares it. */
  generations: Int32Array = new Int32Array(ROWS_MIN)
  /** How many frames hold the key. */
  frameCounts: Int32Array = new Int32Array(ROWS_MIN)
  /** For the first of two stages: code of the key in the dictionaries of the output; -1 = not known. */
  codes: Int32Array = new Int32Array(ROWS_MIN).fill(-1)
  /** Free rows, a stack. */
  readonly #free: number[] = []
  /** Rows that had no frame left when the last frame went. */
  #waning: Int32Array = new Int32Array(ROWS_MIN)
  #waningCount = 0

  /** Rows below this have a place in all columns; it grows. */
  get capacity(): number {
    return this.generations.length
  }

  /** How many keys have a row. */
  get size(): number {
    return this.map.size
  }

  /** Gives a new key a row. @throws NacelleError ERR_KEY_TYPE when the key is of a type that keys cannot have */
  create(key: unknown): number {
    const row = this.#free.length > 0 ? this.#free[this.#free.length - 1]! : this.keys.length
    this.map.set(key, row)
    if (this.#free.length > 0) this.#free.pop()
    else if (row === this.capacity) this.#grow()
    this.keys[row] = key
    return row
  }

  /** A frame with these rows has gone. */
  releaseFrame(rows: Int32Array, count: number): void {
    for (let i = 0; i < this.#waningCount; i++) {
      const row = this.#waning[i]!
      if (this.frameCounts[row] === 0) this.#freeRow(row)
    }
    this.#waningCount = 0
    if (this.#waning.length < count) this.#waning = new Int32Array(rows.length)
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      if (--this.frameCounts[row]! === 0) this.#waning[this.#waningCount++] = row
    }
  }

  #freeRow(row: number): void {
    this.map.delete(this.keys[row])
    this.keys[row] = undefined
    this.generations[row]!++
    this.codes[row] = -1
    this.#free.push(row)
  }

  #grow(): void {
    const capacity = this.capacity * 2
    this.generations = grown(this.generations, capacity, 0)
    this.frameCounts = grown(this.frameCounts, capacity, 0)
    this.codes = grown(this.codes, capacity, -1)
  }
}

/** A longer copy; what is new holds `filler`. */
export function grown(column: Int32Array, capacity: number, filler: number): Int32Array {
  const longer = new Int32Array(capacity)
  longer.set(column)
  if (filler !== 0) longer.fill(filler, column.length)
  return longer
}
