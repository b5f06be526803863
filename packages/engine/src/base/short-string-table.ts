import { mix } from './key-hash.ts'

/** UTF-16 units that a string in the table has at most: as many as fit into its key, a byte each. */
export const SHORT_LENGTH_MAX = 8

/** The answer for strings that do not belong into the table: they have a unit that does not fit into a byte. */
export const NOT_SHORT = -2

const FREE = -1

/** 32-bit words of a place: two of the key, the value (-1 = the place is free), the length. */
const PLACE = 4
const PLACE_BITS = 2
const INITIAL_PLACES = 64

/**
 * An open hash table from strings of up to eight Latin-1 characters to small integers. Such a string is its own key,
 * two integers and its length: finding it touches one line of memory and no other string. A Map would first make each
 * new string one with its equals, which costs more than all the rest when keys are cut out of texts.
 */
export class ShortStringTable {
  /** How many keys there are. */
  count = 0
  private places: Int32Array = newPlaces(INITIAL_PLACES)
  /** The packed key that {@link pack} has made. */
  private low = 0
  private high = 0

  /** The value of a key of at most {@link SHORT_LENGTH_MAX} units, -1 when it is absent, or {@link NOT_SHORT}. */
  get(key: string): number {
    if (!this.pack(key)) return NOT_SHORT
    return this.places[this.placeOf(this.low, this.high, key.length) + 2]!
  }

  /** Adds a key or changes its value; false when it does not belong into the table. */
  set(key: string, value: number): boolean {
    if (!this.pack(key)) return false
    // At most two thirds full.
    if ((this.count + 1) * 3 * PLACE > this.places.length * 2) this.grow()
    const { places } = this
    const at = this.placeOf(this.low, this.high, key.length)
    if (places[at + 2] === FREE) {
      places[at] = this.low
      places[at + 1] = this.high
      places[at + 3] = key.length
      this.count++
    }
    places[at + 2] = value
    return true
  }

  /** Removes a key; false when it was absent. */
  delete(key: string): boolean {
    if (!this.pack(key)) return false
    const { places } = this
    const mask = places.length - PLACE
    let hole = this.placeOf(this.low, this.high, key.length)
    if (places[hole + 2] === FREE) return false
    places[hole + 2] = FREE
    this.count--
    // Entries behind the hole that could not have been found across it move into it.
    for (let at = (hole + PLACE) & mask; places[at + 2] !== FREE; at = (at + PLACE) & mask) {
      const home = homeOf(places[at]!, places[at + 1]!) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      places.copyWithin(hole, at, at + PLACE)
      places[at + 2] = FREE
      hole = at
    }
    return true
  }

  clear(): void {
    this.places.fill(FREE)
    this.count = 0
  }

  /** Makes the key of a string in {@link low} and {@link high}; false when some unit does not fit into a byte. */
  private pack(key: string): boolean {
    let low = 0
    let high = 0
    let all = 0
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i)
      all |= unit
      high = (high << 8) | (low >>> 24)
      low = (low << 8) | unit
    }
    this.low = low
    this.high = high
    return all <= 0xff
  }

  /** Index of a key's place, or of the free place where it belongs. */
  private placeOf(low: number, high: number, length: number): number {
    const { places } = this
    const mask = places.length - PLACE
    let at = homeOf(low, high) & mask
    while (places[at + 2] !== FREE && !(places[at] === low && places[at + 1] === high && places[at + 3] === length))
      at = (at + PLACE) & mask
    return at
  }

  private grow(): void {
    const old = this.places
    const places = newPlaces((old.length / PLACE) * 2)
    const mask = places.length - PLACE
    for (let from = 0; from < old.length; from += PLACE) {
      if (old[from + 2] === FREE) continue
      let at = homeOf(old[from]!, old[from + 1]!) & mask
      while (places[at + 2] !== FREE) at = (at + PLACE) & mask
      places.set(old.subarray(from, from + PLACE), at)
    }
    this.places = places
  }
}

function newPlaces(count: number): Int32Array {
  return new Int32Array(count * PLACE).fill(FREE)
}

/** Where a key would like to lie, before it is cut to the size of the table. */
function homeOf(low: number, high: number): number {
  return mix(Math.imul(low, 0x9e3779b1) ^ high) << PLACE_BITS
}
