import { NacelleError } from '../base/nacelle-error.ts'
import { binaryCodeOf } from './binary-types.ts'
import type { SerializerRegistry } from './serializers.ts'
import { serializers } from './serializers.ts'

/** Nesting that an item may have; deeper ones are most likely cyclic. */
export const ITEM_DEPTH_MAX = 500

/**
 * Says that a value cannot travel; the message says what it is. Whoever knows the vertex makes a NacelleError of it.
 */
export class NotTransferable extends Error {
  override readonly name = 'NotTransferable'
  readonly className: string | null

  constructor(message: string, className: string | null) {
    super(message)
    this.className = className
  }
}

/** The reason why an object with this prototype cannot travel. */
export function unregisteredClass(value: object): NotTransferable {
  const constructor: unknown = (value as { constructor?: unknown }).constructor
  const className = typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'without a name'
  return new NotTransferable(`an instance of class '${className}', which would lose its methods`, className)
}

/** The reason why a function or a symbol cannot travel. */
export function notData(value: unknown): NotTransferable {
  return new NotTransferable(`a ${typeof value}, which is not data`, null)
}

/** The reason why a too deep or cyclic value cannot travel. */
export function tooDeep(): NotTransferable {
  return new NotTransferable(`an object nested deeper than ${ITEM_DEPTH_MAX} levels (or cyclic)`, null)
}

/** The reason why an object with symbols as keys or with hidden properties cannot travel. */
export function hiddenProperties(): NotTransferable {
  return new NotTransferable(
    'an object or array with properties that would be lost (named by symbols, not enumerable, or beside the elements)',
    null,
  )
}

/** Whether an array has properties beside its elements, or an object has some that `Object.keys` does not show. */
export function hasHiddenProperties(value: object): boolean {
  if (!Array.isArray(value)) return Reflect.ownKeys(value).length !== Object.keys(value).length
  let holes = 0
  for (let i = 0; i < value.length; i++) {
    if (value[i] === undefined && !(i in value)) holes++
  }
  return Reflect.ownKeys(value).length !== value.length - holes + 1
}

/**
 * Checks that an item may leave its processor: primitives, plain objects, arrays, Date, Map, Set, binary data, and
 * instances of registered classes, nested as they like. The same rule holds on edges within a thread, where nothing is
 * encoded: a job must not work on one thread and fail on two.
 *
 * @throws NacelleError ERR_UNREGISTERED_CLASS or ERR_NOT_TRANSFERABLE, naming the vertex and where in the item it lies
 */
export function checkTransferable(item: unknown, vertexName: string, registry: SerializerRegistry = serializers): void {
  const path: string[] = []
  try {
    walk(item, path, 0, registry)
  } catch (error) {
    if (error instanceof NotTransferable) throw refusal(error, vertexName, path.join(''))
    throw error
  }
}

/** The error for the user. */
export function refusal(reason: NotTransferable, vertexName: string, path: string): NacelleError {
  const where = path === '' ? 'is' : `has at item${path}`
  const todo =
    reason.className === null
      ? 'Emit plain data.'
      : `Emit a plain object, or register the class with registerSerializer(${reason.className}, …).`
  return new NacelleError(
    reason.className === null ? 'ERR_NOT_TRANSFERABLE' : 'ERR_UNREGISTERED_CLASS',
    `vertex '${vertexName}' emitted an item that ${where} ${reason.message}. ${todo}`,
    { details: { vertex: vertexName, class: reason.className, path } },
  )
}

function walk(value: unknown, path: string[], depth: number, registry: SerializerRegistry): void {
  if (typeof value === 'function' || typeof value === 'symbol') throw notData(value)
  if (typeof value !== 'object' || value === null) return
  if (depth > ITEM_DEPTH_MAX) throw tooDeep()
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Date.prototype) return
  if (prototype === Object.prototype || prototype === null) {
    if (hasHiddenProperties(value)) throw hiddenProperties()
    for (const key of Object.keys(value))
      inside(`.${key}`, (value as Readonly<Record<string, unknown>>)[key], path, depth, registry)
  } else if (prototype === Array.prototype) {
    if (hasHiddenProperties(value)) throw hiddenProperties()
    const array = value as readonly unknown[]
    for (let i = 0; i < array.length; i++) inside(`[${i}]`, array[i], path, depth, registry)
  } else if (prototype === Map.prototype || prototype === Set.prototype) {
    for (const entry of value as Iterable<unknown>) inside('[…]', entry, path, depth, registry)
  } else if (binaryCodeOf(prototype as object) === -1) {
    const serializer = registry.ofPrototype(prototype as object)
    if (serializer === undefined) throw unregisteredClass(value)
    walk(serializer.write(value), path, depth + 1, registry)
  }
}

function inside(step: string, value: unknown, path: string[], depth: number, registry: SerializerRegistry): void {
  path.push(step)
  walk(value, path, depth + 1, registry)
  path.pop()
}
