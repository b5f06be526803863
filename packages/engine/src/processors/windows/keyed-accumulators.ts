import type { AggregateState, Kernels } from '../../aggregate/kernels.ts'
import { grown } from './key-rows.ts'

const PLACES_MIN = 64

export const NO_PLACES: Int32Array = new Int32Array(0)

/** An accumulator for each of some keys. They lie without gaps at places 0 … count - 1. */
export class KeyedAccumulators {
  /** How many keys there are. */
  count = 0
  /** place → row of the key. */
  rows: Int32Array
  /** row of the key → place, -1 = the key is not here. {@link NO_PLACES} while nothing is added. */
  places: Int32Array = NO_PLACES
  /** The accumulators, by place. */
  readonly state: AggregateState
  readonly #kernels: Kernels

  /** @param expected how many keys there will probably be: growing costs copies */
  constructor(kernels: Kernels, expected = 0) {
    const capacity = Math.max(PLACES_MIN, expected)
    this.#kernels = kernels
    this.rows = new Int32Array(capacity)
    this.state = kernels.newState(capacity)
  }

  /** Makes room for keys with rows below `capacity`. */
  reserveRows(capacity: number): void {
    if (this.places.length < capacity) this.places = grown(this.places, capacity, -1)
  }

  /** Adds a key, which must not be here yet; answers its place. Its accumulator is not initialised. */
  add(row: number): number {
    const place = this.count++
    if (place === this.rows.length) {
      this.rows = grown(this.rows, place * 2, 0)
      this.#kernels.grow(this.state, place * 2)
    }
    this.rows[place] = row
    this.places[row] = place
    return place
  }

  /** Marks all keys as not being here, as a table of places is when nobody uses it. */
  clearPlaces(): void {
    const { places, rows, count } = this
    if (count * 4 > places.length) places.fill(-1)
    else for (let i = 0; i < count; i++) places[rows[i]!] = -1
  }

  /** Forgets all entries. Accumulator objects are let go: somebody else may have them now. */
  clearEntries(): void {
    for (const column of this.state) if (!(column instanceof Float64Array)) column.fill(null, 0, this.count)
    this.count = 0
  }
}
