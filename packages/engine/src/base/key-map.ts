import { isStructuralKey, keyHash, mix } from './key-hash.ts'
import { NOT_SHORT, SHORT_LENGTH_MAX, ShortStringTable } from './short-string-table.ts'
import { StructuralKeyTable } from './structural-key-table.ts'

/** Integers below this may have their place in a dense array. */
const DENSE_MAX = 1 << 20
const DENSE_MIN = 256
/** The dense array may have this many places for each key in the map: a sparse one would only waste memory. */
const DENSE_SPARSITY = 16

/**
 * A map from keys to small integers (0 to 2^31 - 1) that compares keys by value as `keyEquals` does. Small integers lie
 * in a dense array, other integers and short strings in open hash tables, other primitives in a Map, and dates, arrays
 * and objects in a table by structural hash.
 */
export class KeyMap {
  /** How many keys there are. */
  size = 0
  /**
   * Value of each small integer key, -1 = absent. It covers the keys below its length, and is another array after a key
   * was added. To be read by {@link keyLookupText} only.
   */
  dense: Int32Array = new Int32Array(0)
  /** The integers outside `dense`: pairs (key, value); a value of -1 marks a free place. */
  private integers: Int32Array = new Int32Array(0)
  private integerCount = 0
  private readonly shortStrings = new ShortStringTable()
  private readonly others: Map<unknown, number> = new Map()
  private structural: StructuralKeyTable | null = null

  /** The value of a key, -1 when it is absent. */
  get(key: unknown): number {
    if (typeof key === 'number') {
      const integer = key | 0
      if (integer === key) {
        // Negative keys are large unsigned numbers here, so one comparison covers both borders.
        if (integer >>> 0 < this.dense.length) return this.dense[integer]!
        return this.integerCount === 0 ? -1 : this.getInteger(integer)
      }
    } else if (typeof key === 'string') {
      if (key.length <= SHORT_LENGTH_MAX) {
        const value = this.shortStrings.get(key)
        if (value !== NOT_SHORT) return value
      }
    } else if (isStructuralKey(key)) {
      return this.structural === null ? -1 : this.structural.get(key)
    }
    const value = this.others.get(key)
    return value === undefined ? -1 : value
  }

  /**
   * Adds a key or changes its value. @throws NacelleError ERR_KEY_TYPE when the key is of a type that keys cannot have
   */
  set(key: unknown, value: number): void {
    if (typeof key === 'number') {
      const integer = key | 0
      if (integer === key) return this.setInteger(integer, value)
    } else if (typeof key === 'string') {
      if (key.length <= SHORT_LENGTH_MAX) {
        const before = this.shortStrings.count
        const isSet = this.shortStrings.set(key, value)
        this.size += this.shortStrings.count - before
        if (isSet) return
      }
    } else if (isStructuralKey(key)) {
      this.structural ??= new StructuralKeyTable()
      if (this.structural.set(key, value)) this.size++
      return
    }
    if (typeof key === 'symbol' || typeof key === 'function') keyHash(key)
    const before = this.others.size
    this.others.set(key, value)
    this.size += this.others.size - before
  }

  /** Removes a key; false when it was absent. */
  delete(key: unknown): boolean {
    if (!this.remove(key)) return false
    this.size--
    return true
  }

  clear(): void {
    this.size = 0
    this.integerCount = 0
    this.dense.fill(-1)
    this.integers.fill(-1)
    this.shortStrings.clear()
    this.others.clear()
    this.structural = null
  }

  private remove(key: unknown): boolean {
    if (typeof key === 'number') {
      const integer = key | 0
      if (integer === key) {
        if (integer >>> 0 >= this.dense.length) return this.integerCount > 0 && this.deleteInteger(integer)
        const present = this.dense[integer] !== -1
        this.dense[integer] = -1
        return present
      }
    } else if (typeof key === 'string') {
      if (key.length <= SHORT_LENGTH_MAX && this.shortStrings.delete(key)) return true
    } else if (isStructuralKey(key)) {
      return this.structural !== null && this.structural.delete(key)
    }
    return this.others.delete(key)
  }

  private setInteger(key: number, value: number): void {
    const place = key >>> 0
    if (
      place >= this.dense.length &&
      place < DENSE_MAX &&
      place < Math.max(DENSE_MIN, (this.size + 1) * DENSE_SPARSITY)
    ) {
      this.growDense(place)
    }
    if (place < this.dense.length) {
      if (this.dense[place] === -1) this.size++
      this.dense[place] = value
      return
    }
    if ((this.integerCount + 1) * 4 > this.integers.length) this.resizeIntegers()
    const at = this.placeOf(key)
    if (this.integers[at + 1] === -1) {
      this.integers[at] = key
      this.integerCount++
      this.size++
    }
    this.integers[at + 1] = value
  }

  /** Makes the dense array cover `place` and moves the keys it covers now over from the hash table. */
  private growDense(place: number): void {
    let length = Math.max(DENSE_MIN, this.dense.length)
    while (length <= place) length *= 2
    const grown = new Int32Array(length).fill(-1)
    grown.set(this.dense)
    this.dense = grown
    if (this.integerCount === 0) return
    const old = this.integers
    this.integers = new Int32Array(old.length).fill(-1)
    this.integerCount = 0
    this.insertAll(old)
  }

  private resizeIntegers(): void {
    const old = this.integers
    this.integers = new Int32Array(Math.max(64, old.length * 2)).fill(-1)
    this.integerCount = 0
    this.insertAll(old)
  }

  private insertAll(pairs: Int32Array): void {
    for (let at = 0; at < pairs.length; at += 2) {
      const value = pairs[at + 1]!
      if (value === -1) continue
      const key = pairs[at]!
      if (key >>> 0 < this.dense.length) {
        this.dense[key] = value
        continue
      }
      const to = this.placeOf(key)
      this.integers[to] = key
      this.integers[to + 1] = value
      this.integerCount++
    }
  }

  private getInteger(key: number): number {
    // The value of a free place is -1, so the answer is right whether the key was found or not.
    return this.integers[this.placeOf(key) + 1]!
  }

  /** Index of the pair of a key, or of the free place where it belongs. At least half of the places are free. */
  private placeOf(key: number): number {
    const pairs = this.integers
    const mask = pairs.length - 1
    let at = (mix(key) << 1) & mask
    while (pairs[at + 1] !== -1 && pairs[at] !== key) at = (at + 2) & mask
    return at
  }

  private deleteInteger(key: number): boolean {
    const pairs = this.integers
    const mask = pairs.length - 1
    let hole = this.placeOf(key)
    if (pairs[hole + 1] === -1) return false
    pairs[hole + 1] = -1
    this.integerCount--
    // Entries behind the hole that could not have been found across it move into it.
    for (let at = (hole + 2) & mask; pairs[at + 1] !== -1; at = (at + 2) & mask) {
      const home = (mix(pairs[at]!) << 1) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      pairs[hole] = pairs[at]!
      pairs[hole + 1] = pairs[at + 1]!
      pairs[at + 1] = -1
      hole = at
    }
    return true
  }
}

/**
 * Text for generated loops: statements that put the value of `key`, -1 when it is absent, into the variable `value`. They
 * do what {@link KeyMap.get} does, without a call for small integers.
 *
 * @param map the variable that holds the map
 * @param dense the variable that holds the map's `dense`; read it anew whenever a key may have been added
 */
export function keyLookupText({ map, dense, key, value }: KeyLookupNames): string {
  return `${value} = typeof ${key} === 'number' && (${key} | 0) === ${key} && ${key} >>> 0 < ${dense}.length ? ${dense}[${key}] : ${map}.get(${key});`
}

/** Variables of a generated loop, see {@link keyLookupText}. */
export interface KeyLookupNames {
  readonly map: string
  readonly dense: string
  readonly key: string
  readonly value: string
}
