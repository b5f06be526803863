import { ItemNumbering, NO_NUMBER } from '../core/item-numbering.ts'

/** Tokens kept at most, when the maker does not say otherwise; then the table starts anew. */
const TOKENS_MAX = 1 << 20

/** UTF-16 units of long tokens kept at most. */
const LONG_UNITS_MAX = 16 * 1024 * 1024

/** Longer tokens are not kept: they hardly ever repeat. */
const TOKEN_LENGTH_MAX = 128

/** UTF-16 units that a short token has at most: as many as fit into its key, a byte each. */
export const SHORT_LENGTH_MAX = 8

const INITIAL_PLACES = 256

/** 32-bit words of a place of the table of short tokens. */
const PLACE = 4
const PLACE_BITS = 2

/**
 * The strings of tokens seen before: a token that repeats costs no allocation, and all of its occurrences are one
 * string, whose hash is known.
 *
 * Short tokens, of units from 1 to 255, are their own key: two integers with a byte for each unit, the last one lowest.
 * The key of all others is a hash, and their units are compared. A string lies at the place of its key, not behind an
 * index: its memory is then fetched while the key is still being compared. Open addressing, at most four fifths full:
 * a small table misses the caches less often than a sparse one probes.
 */
export class TokenTable {
  /** Number of the token answered last; {@link NO_NUMBER} when it is not kept. */
  number: number = NO_NUMBER
  /** The numbering that numbers belong to; another one after the table has started anew. */
  numbering: ItemNumbering = new ItemNumbering()
  readonly #tokensMax: number
  /** For each place four words: the two of the key, the token's number, one unused. */
  #keys = new Int32Array(INITIAL_PLACES * PLACE)
  #shorts: string[] = emptyStrings(INITIAL_PLACES)
  #shortCount = 0
  /** Hash of each long token; 0 = a free place. */
  #hashes = new Int32Array(INITIAL_PLACES)
  #longNumbers = new Int32Array(INITIAL_PLACES)
  #longs: string[] = emptyStrings(INITIAL_PLACES)
  #longCount = 0
  #longUnits = 0

  constructor(tokensMax: number = TOKENS_MAX) {
    this.#tokensMax = tokensMax
  }

  /** How many tokens are kept. */
  get size(): number {
    return this.#shortCount + this.#longCount
  }

  /**
   * The token `from` ≤ unit < `to` of a text, 1 to {@link SHORT_LENGTH_MAX} units.
   *
   * @param low its last four units, a byte each
   * @param high those in front of them likewise
   */
  short(low: number, high: number, text: string, from: number, to: number): string {
    const keys = this.#keys
    const mask = keys.length - PLACE
    let at = (hashOf(low, high) << PLACE_BITS) & mask
    for (;;) {
      const key = keys[at]!
      if (key === low && keys[at + 1] === high) {
        this.number = keys[at + 2]!
        return this.#shorts[at >> PLACE_BITS]!
      }
      // No unit is 0, so neither is the lower half of a key.
      if (key === 0) return this.#addShort(at, text.slice(from, to), low, high)
      at = (at + PLACE) & mask
    }
  }

  /** A token of any length and units, but not empty; `hash` must depend on its units only. */
  long(hash: number, text: string, from: number, to: number): string {
    if (to - from > TOKEN_LENGTH_MAX) {
      this.number = NO_NUMBER
      return text.slice(from, to)
    }
    const key = spread(hash)
    const hashes = this.#hashes
    const mask = hashes.length - 1
    let at = hash & mask
    for (;;) {
      const held = hashes[at]!
      if (held === 0) return this.#addLong(at, copyOf(text, from, to), key)
      if (held === key && isAt(this.#longs[at]!, text, from, to)) {
        this.number = this.#longNumbers[at]!
        return this.#longs[at]!
      }
      at = (at + 1) & mask
    }
  }

  #addShort(at: number, token: string, low: number, high: number): string {
    this.#keys[at] = low
    this.#keys[at + 1] = high
    this.#keys[at + 2] = this.number = this.numbering.count++
    this.#shorts[at >> PLACE_BITS] = token
    this.#shortCount++
    if (this.size >= this.#tokensMax) this.#clear()
    else if (this.#shortCount * 5 > this.#shorts.length * 4) this.#growShorts()
    return token
  }

  #addLong(at: number, token: string, hash: number): string {
    this.#hashes[at] = hash
    this.#longNumbers[at] = this.number = this.numbering.count++
    this.#longs[at] = token
    this.#longCount++
    this.#longUnits += token.length
    if (this.size >= this.#tokensMax || this.#longUnits >= LONG_UNITS_MAX) this.#clear()
    else if (this.#longCount * 5 > this.#hashes.length * 4) this.#growLongs()
    return token
  }

  #clear(): void {
    this.#keys.fill(0)
    this.#shorts.fill('')
    this.#hashes.fill(0)
    this.#longs.fill('')
    this.#shortCount = this.#longCount = this.#longUnits = 0
    this.number = NO_NUMBER
    this.numbering = new ItemNumbering()
  }

  #growShorts(): void {
    const keys = new Int32Array(this.#keys.length * 2)
    const shorts = emptyStrings(this.#shorts.length * 2)
    const mask = keys.length - PLACE
    for (let from = 0; from < this.#keys.length; from += PLACE) {
      const low = this.#keys[from]!
      if (low === 0) continue
      const high = this.#keys[from + 1]!
      let at = (hashOf(low, high) << PLACE_BITS) & mask
      while (keys[at] !== 0) at = (at + PLACE) & mask
      keys[at] = low
      keys[at + 1] = high
      keys[at + 2] = this.#keys[from + 2]!
      shorts[at >> PLACE_BITS] = this.#shorts[from >> PLACE_BITS]!
    }
    this.#keys = keys
    this.#shorts = shorts
  }

  #growLongs(): void {
    const hashes = new Int32Array(this.#hashes.length * 2)
    const numbers = new Int32Array(hashes.length)
    const longs = emptyStrings(hashes.length)
    const mask = hashes.length - 1
    for (let from = 0; from < this.#hashes.length; from++) {
      const hash = this.#hashes[from]!
      if (hash === 0) continue
      let at = hash & mask
      while (hashes[at] !== 0) at = (at + 1) & mask
      hashes[at] = hash
      numbers[at] = this.#longNumbers[from]!
      longs[at] = this.#longs[from]!
    }
    this.#hashes = hashes
    this.#longNumbers = numbers
    this.#longs = longs
  }
}

/** Scatters the bits of a short token's key. */
function hashOf(low: number, high: number): number {
  let h = Math.imul(low, 0x85ebca6b) ^ Math.imul(high ^ (low >>> 15), 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return h ^ (h >>> 13)
}

/** The low bits of FNV-1a alone are too regular. Never 0. */
function spread(hash: number): number {
  const h = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (h ^ (h >>> 13)) | 0 || 1
}

function isAt(token: string, text: string, from: number, to: number): boolean {
  if (token.length !== to - from) return false
  for (let i = 0; i < token.length; i++) if (token.charCodeAt(i) !== text.charCodeAt(from + i)) return false
  return true
}

/** A string of its own: a slice would keep the whole text in memory for as long as the token is kept. */
function copyOf(text: string, from: number, to: number): string {
  const units: number[] = []
  for (let i = from; i < to; i++) units.push(text.charCodeAt(i))
  return String.fromCharCode(...units)
}

/** Packed, unlike what `new Array(n)` makes. */
function emptyStrings(count: number): string[] {
  const strings: string[] = []
  for (let i = 0; i < count; i++) strings.push('')
  return strings
}
