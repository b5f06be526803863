/**
 * Whether two values are indistinguishable but for identity: -0 is not 0, a missing property is not an undefined one, a
 * hole is not undefined, properties stand in the same order, prototypes are the same. Stricter than the matchers of
 * test libraries.
 */
export function exactlyEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime())
  if (a instanceof ArrayBuffer) return sequencesEqual([...new Uint8Array(a)], [...new Uint8Array(b as ArrayBuffer)])
  if (a instanceof DataView) return exactlyEqual(bytesOf(a), bytesOf(b as DataView))
  if (a instanceof Map) return sequencesEqual([...a], [...(b as Map<unknown, unknown>)])
  if (a instanceof Set) return sequencesEqual([...a], [...(b as Set<unknown>)])
  return propertiesEqual(a, b)
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
}

function sequencesEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => exactlyEqual(value, b[i]))
}

function propertiesEqual(a: object, b: object): boolean {
  const keys = Reflect.ownKeys(a)
  const others = Reflect.ownKeys(b)
  if (keys.length !== others.length) return false
  return keys.every((key, i) => key === others[i] && exactlyEqual(Reflect.get(a, key), Reflect.get(b, key)))
}
