import { NacelleError } from './nacelle-error.ts'

/** How many partitions the keys of a cluster fall into when nothing else is configured (the original's number). */
export const DEFAULT_PARTITION_COUNT = 271

/** Nesting of arrays and objects that a key may have; deeper ones are most likely cyclic. */
const KEY_DEPTH_MAX = 64

const doubles = new Float64Array(1)
const words = new Int32Array(doubles.buffer)

/** Scatters the bits of an integer: the finalizer of murmur3. Every input bit changes about half of the output bits. */
export function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/**
 * The 32-bit hash of a key as a signed integer: the same on every thread, member and version, equal for keys that
 * {@link keyEquals} calls equal.
 *
 * @throws NacelleError ERR_KEY_TYPE when the key is a function, a symbol or an instance of a class other than Date and
 *   Array
 */
export function keyHash(key: unknown): number {
  if (typeof key === 'number') return hashNumber(key)
  if (typeof key === 'string') return hashString(key)
  return hashOther(key, 0)
}

/** The partition of a key, from 0 to `partitionCount` - 1. @throws NacelleError ERR_KEY_TYPE as {@link keyHash} */
export function partitionOf(key: unknown, partitionCount: number = DEFAULT_PARTITION_COUNT): number {
  return (keyHash(key) >>> 0) % partitionCount
}

/** Whether a key is compared by its contents: a Date, an array or a plain object. */
export function isStructuralKey(key: unknown): key is object {
  return typeof key === 'object' && key !== null
}

/**
 * Whether two keys are the same by value: primitives by SameValueZero (0 equals -0, NaN equals NaN), dates by their
 * time, arrays element by element, plain objects by their properties in any order.
 */
export function keyEquals(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a === 'number') return a !== a && b !== b
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && arraysEqual(a, b)
  if (a instanceof Date)
    return (
      b instanceof Date && (a.getTime() === b.getTime() || (Number.isNaN(a.getTime()) && Number.isNaN(b.getTime())))
    )
  if (Array.isArray(b) || b instanceof Date) return false
  return objectsEqual(a as Record<string, unknown>, b as Record<string, unknown>)
}

function arraysEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (!keyEquals(a[i], b[i])) return false
  }
  return true
}

function objectsEqual(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) {
    if (!Object.hasOwn(b, name) || !keyEquals(a[name], b[name])) return false
  }
  return true
}

function hashNumber(value: number): number {
  const integer = value | 0
  if (integer === value) return mix(integer)
  doubles[0] = value
  // All NaNs are one key, whatever bits they have.
  if (value !== value) return 0x7ff80000
  return mix(words[0]! ^ mix(words[1]!))
}

/** FNV-1a over UTF-16 units, then the finalizer: alone, FNV leaves the low bits of short strings too regular. */
function hashString(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mix(h)
}

function hashOther(key: unknown, depth: number): number {
  switch (typeof key) {
    case 'number':
      return hashNumber(key)
    case 'string':
      return hashString(key)
    case 'boolean':
      return key ? 0x4cf5ad43 : 0x2745937f
    case 'undefined':
      return 0x38b34ae5
    case 'bigint':
      return hashBigint(key)
    case 'object':
      return key === null ? 0x1b873593 : hashObject(key, depth)
    default:
      throw badKey(`a ${typeof key}`)
  }
}

function hashBigint(value: bigint): number {
  let h = value < 0n ? 0x3c6ef372 : 0x5be0cd19
  let rest = value < 0n ? -value : value
  do {
    h = mix(h ^ Number(BigInt.asIntN(32, rest)))
    rest >>= 32n
  } while (rest > 0n)
  return h
}

function hashObject(key: object, depth: number): number {
  if (depth >= KEY_DEPTH_MAX) throw badKey(`an object nested deeper than ${KEY_DEPTH_MAX} levels (or cyclic)`)
  if (Array.isArray(key)) {
    let h = 0x6a09e667 ^ key.length
    for (let i = 0; i < key.length; i++) h = mix(Math.imul(h, 31) ^ hashOther(key[i], depth + 1))
    return h
  }
  if (key instanceof Date) return mix(hashNumber(key.getTime()) ^ 0x510e527f)
  const prototype: unknown = Object.getPrototypeOf(key)
  if (prototype !== Object.prototype && prototype !== null)
    throw badKey(`an instance of class '${key.constructor.name}'`)
  // A sum, so that the order of properties does not matter.
  let h = 0
  for (const name of Object.keys(key)) {
    const value = (key as Readonly<Record<string, unknown>>)[name]
    h = (h + mix(Math.imul(hashString(name), 31) ^ hashOther(value, depth + 1))) | 0
  }
  return mix(h ^ 0x1f83d9ab)
}

function badKey(what: string): NacelleError {
  return new NacelleError(
    'ERR_KEY_TYPE',
    `${what} cannot be a key: keys are numbers, strings, booleans, bigints, dates, and arrays or plain objects of these`,
  )
}
