import { keyEquals, keyHash } from './key-hash.ts'

const INITIAL_PLACES = 32
const FREE = -1

/**
 * An open hash table from dates, arrays and plain objects, compared by value, to small integers. It keeps the key
 * objects it is given: whoever changes them afterwards loses the entry.
 */
export class StructuralKeyTable {
  private keys: unknown[] = new Array<unknown>(INITIAL_PLACES).fill(undefined)
  private hashes: Int32Array = new Int32Array(INITIAL_PLACES)
  private values: Int32Array = new Int32Array(INITIAL_PLACES).fill(FREE)
  private count = 0

  /** The value of a key, -1 when it is absent. */
  get(key: object): number {
    return this.values[this.placeOf(key, keyHash(key))]!
  }

  /** Adds a key or changes its value; true when it was absent. */
  set(key: object, value: number): boolean {
    if ((this.count + 1) * 2 > this.values.length) this.grow()
    const hash = keyHash(key)
    const at = this.placeOf(key, hash)
    const added = this.values[at] === FREE
    if (added) {
      this.keys[at] = key
      this.hashes[at] = hash
      this.count++
    }
    this.values[at] = value
    return added
  }

  /** Removes a key; false when it was absent. */
  delete(key: object): boolean {
    const mask = this.values.length - 1
    let hole = this.placeOf(key, keyHash(key))
    if (this.values[hole] === FREE) return false
    this.free(hole)
    this.count--
    // Entries behind the hole that could not have been found across it move into it.
    for (let at = (hole + 1) & mask; this.values[at] !== FREE; at = (at + 1) & mask) {
      const home = this.hashes[at]! & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      this.keys[hole] = this.keys[at]
      this.hashes[hole] = this.hashes[at]!
      this.values[hole] = this.values[at]!
      this.free(at)
      hole = at
    }
    return true
  }

  private free(at: number): void {
    this.values[at] = FREE
    this.keys[at] = undefined
  }

  private placeOf(key: object, hash: number): number {
    const mask = this.values.length - 1
    let at = hash & mask
    while (this.values[at] !== FREE && !(this.hashes[at] === hash && keyEquals(this.keys[at], key)))
      at = (at + 1) & mask
    return at
  }

  private grow(): void {
    const { keys, hashes, values } = this
    const length = values.length * 2
    this.keys = new Array<unknown>(length).fill(undefined)
    this.hashes = new Int32Array(length)
    this.values = new Int32Array(length).fill(FREE)
    const mask = length - 1
    for (let i = 0; i < values.length; i++) {
      if (values[i] === FREE) continue
      let at = hashes[i]! & mask
      while (this.values[at] !== FREE) at = (at + 1) & mask
      this.keys[at] = keys[i]
      this.hashes[at] = hashes[i]!
      this.values[at] = values[i]!
    }
  }
}
