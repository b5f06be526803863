import { grown } from './key-rows.ts'

/** A set of rows: adding, deleting and looking up take the same time whatever its size, reading goes along an array. */
export class RowSet {
  count = 0
  /** The members, in no particular order; only the first `count` are meaningful. */
  rows: Int32Array = new Int32Array(0)
  /** row → index in {@link rows}; -1 = not a member. */
  #places: Int32Array = new Int32Array(0)

  /** Makes room for rows below `capacity`. */
  reserve(capacity: number): void {
    this.rows = grown(this.rows, capacity, 0)
    this.#places = grown(this.#places, capacity, -1)
  }

  has(row: number): boolean {
    return this.#places[row]! >= 0
  }

  /** Adds a row that is not a member. */
  add(row: number): void {
    this.#places[row] = this.count
    this.rows[this.count++] = row
  }

  /** Deletes a member. */
  delete(row: number): void {
    const place = this.#places[row]!
    const last = this.rows[--this.count]!
    this.rows[place] = last
    this.#places[last] = place
    this.#places[row] = -1
  }

  clear(): void {
    for (let i = 0; i < this.count; i++) this.#places[this.rows[i]!] = -1
    this.count = 0
  }
}
