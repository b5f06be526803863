import { ItemNumbering, NO_NUMBER } from '../../core/item-numbering.ts'
import type { Decode } from './split-consumer.ts'
import type { DecodableBytes } from './split-reader.ts'

/** Words kept at most, when the maker does not say otherwise; then the table starts anew. */
const WORDS_MAX = 1 << 20

/** Bytes of long words kept at most. */
const ARENA_LENGTH_MAX = 32 * 1024 * 1024

/** Longer words are not kept: they hardly ever repeat. */
const WORD_LENGTH_MAX = 128

/** 32-bit fields of an entry: two of the key, the length in bytes, the word's number plus one (0 = free). */
const ENTRY = 4

/** Masks for the bytes of a word that are in a read of four. */
export const WORD_MASKS: Int32Array = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1)

/**
 * The strings of words seen before, by their bytes: a word that repeats costs neither decoding nor allocation.
 *
 * Words of up to eight bytes are their own key: two integers, compared exactly. The key of a longer word is a hash and
 * a place in an arena of bytes. Open addressing, at most four fifths full: a small table misses the caches less often
 * than a sparse one probes.
 */
export class WordTable {
  /** Number of the word answered last; {@link NO_NUMBER} when it is not kept. */
  number: number = NO_NUMBER
  /** The numbering that numbers belong to; another one after the table has started anew. */
  numbering: ItemNumbering = new ItemNumbering()
  readonly #decode: Decode
  readonly #wordsMax: number
  #entries = new Int32Array(4096 * ENTRY)
  /** Index mask of slots, times {@link ENTRY}. */
  #mask = (4096 - 1) * ENTRY
  #strings: string[] = []
  #arena = new Uint8Array(64 * 1024)
  #arenaUsed = 0

  constructor(decode: Decode, wordsMax: number = WORDS_MAX) {
    this.#decode = decode
    this.#wordsMax = wordsMax
  }

  /** How many words are kept. */
  get size(): number {
    return this.#strings.length
  }

  /**
   * The word of `length` ≤ 8 bytes at `at`.
   *
   * @param low its first four bytes, little-endian, zero where it is shorter
   * @param high the other four likewise
   */
  short(low: number, high: number, length: number, bytes: DecodableBytes, at: number): string {
    const entries = this.#entries
    const mask = this.#mask
    let slot = hashShort(low, high) & mask
    for (;;) {
      const number = entries[slot + 3]!
      if (number === 0) return this.#add(slot, low, high, length, bytes, at)
      if (entries[slot] === low && entries[slot + 1] === high && entries[slot + 2] === length) {
        this.number = number - 1
        return this.#strings[number - 1]!
      }
      slot = (slot + ENTRY) & mask
    }
  }

  /** The word of no bytes, which is not kept. */
  empty(): string {
    this.number = NO_NUMBER
    return ''
  }

  /** The word of `length` > 8 bytes at `at`. */
  long(length: number, bytes: DecodableBytes, at: number): string {
    if (length > WORD_LENGTH_MAX) {
      this.number = NO_NUMBER
      return this.#decode(bytes, at, at + length)
    }
    const hash = hashLong(bytes, at, length)
    const entries = this.#entries
    let slot = spread(hash) & this.#mask
    for (;;) {
      const number = entries[slot + 3]!
      if (number === 0) return this.#addLong(slot, hash, length, bytes, at)
      if (
        entries[slot] === hash &&
        entries[slot + 2] === length &&
        this.#hasBytes(entries[slot + 1]!, length, bytes, at)
      ) {
        this.number = number - 1
        return this.#strings[number - 1]!
      }
      slot = (slot + ENTRY) & this.#mask
    }
  }

  #hasBytes(offset: number, length: number, bytes: Uint8Array, at: number): boolean {
    const arena = this.#arena
    for (let i = 0; i < length; i++) if (arena[offset + i] !== bytes[at + i]) return false
    return true
  }

  #addLong(slot: number, hash: number, length: number, bytes: DecodableBytes, at: number): string {
    if (this.#arenaUsed + length > this.#arena.length) {
      const grown = new Uint8Array(this.#arena.length * 2)
      grown.set(this.#arena)
      this.#arena = grown
    }
    const offset = this.#arenaUsed
    this.#arena.set(bytes.subarray(at, at + length), offset)
    this.#arenaUsed += length
    return this.#add(slot, hash, offset, length, bytes, at)
  }

  #add(slot: number, first: number, second: number, length: number, bytes: DecodableBytes, at: number): string {
    const word = this.#decode(bytes, at, at + length)
    const entries = this.#entries
    entries[slot] = first
    entries[slot + 1] = second
    entries[slot + 2] = length
    this.numbering.count = entries[slot + 3] = this.#strings.push(word)
    this.number = this.numbering.count - 1
    if (this.#strings.length >= this.#wordsMax || this.#arenaUsed >= ARENA_LENGTH_MAX) this.#clear()
    else if (this.#strings.length * 1.25 * ENTRY > entries.length) this.#grow()
    return word
  }

  #clear(): void {
    this.#entries.fill(0)
    this.#strings = []
    this.#arenaUsed = 0
    this.number = NO_NUMBER
    this.numbering = new ItemNumbering()
  }

  #grow(): void {
    const old = this.#entries
    const entries = new Int32Array(old.length * 2)
    const mask = entries.length - ENTRY
    for (let from = 0; from < old.length; from += ENTRY) {
      if (old[from + 3] === 0) continue
      const isShort = old[from + 2]! <= 8
      let slot = (isShort ? hashShort(old[from]!, old[from + 1]!) : spread(old[from]!)) & mask
      while (entries[slot + 3] !== 0) slot = (slot + ENTRY) & mask
      entries.set(old.subarray(from, from + ENTRY), slot)
    }
    this.#entries = entries
    this.#mask = mask
  }
}

function hashShort(low: number, high: number): number {
  let h = Math.imul(low, 0x85ebca6b) ^ Math.imul(high ^ (low >>> 15), 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return spread(h ^ (h >>> 13))
}

/** FNV-1a. */
function hashLong(bytes: Uint8Array, at: number, length: number): number {
  let h = 0x811c9dc5 | 0
  for (let i = at; i < at + length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193)
  return h ^ (h >>> 15)
}

/** Makes an index of entries of a hash. */
function spread(hash: number): number {
  return Math.imul(hash, ENTRY)
}
