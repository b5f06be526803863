import type { AggregateState, Kernels } from '../../aggregate/kernels.ts'

const PLACES_MIN = 64

/**
 * A slice of event time, as long as the step of the windows, with an accumulator for each key that has items in it. The
 * accumulators lie without gaps at places 0 … count - 1.
 */
export class Frame {
  /** Exclusive end, milliseconds since the epoch. */
  end = 0
  /** How many keys there are. */
  count = 0
  /** place → row of the key. */
  rows: Int32Array = new Int32Array(PLACES_MIN)
  /** row of the key → place, -1 = the key is not here. Only while the frame takes entries; empty afterwards. */
  places: Int32Array = NO_PLACES
  /** The accumulators, by place. */
  readonly state: AggregateState
  readonly #kernels: Kernels

  constructor(kernels: Kernels) {
    this.#kernels = kernels
    this.state = kernels.newState(PLACES_MIN)
  }

  /** Adds a key, which must not be here yet; answers its place. Its accumulator is not initialised. */
  add(row: number): number {
    const place = this.count++
    if (place === this.rows.length) {
      const rows = new Int32Array(place * 2)
      rows.set(this.rows)
      this.rows = rows
      this.#kernels.grow(this.state, place * 2)
    }
    this.rows[place] = row
    this.places[row] = place
    return place
  }

  /** Forgets all entries. Accumulator objects are let go: somebody else may have them now. */
  clear(): void {
    for (const column of this.state) if (!(column instanceof Float64Array)) column.fill(null, 0, this.count)
    this.count = 0
  }
}

export const NO_PLACES: Int32Array = new Int32Array(0)
