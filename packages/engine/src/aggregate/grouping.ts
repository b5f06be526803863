import { NacelleError } from '../base/nacelle-error.ts'
import type { AggregateOperation } from './aggregate-operation.ts'
import { describeValue, requireFunction } from './argument.ts'
import { toList } from './collecting.ts'

/**
 * A Map with an entry for each item. When two items have the same key, `merge` makes one value of the two; without it
 * they are an error. Keys are told apart as a Map does. `create` gives a Map of your own for each result.
 *
 * @throws NacelleError ERR_DUPLICATE_KEY at run time
 */
export function toMap<T, K, V, M extends Map<K, V> = Map<K, V>>(
  keyOf: (item: T) => K,
  valueOf: (item: T) => V,
  merge: ((held: V, value: V) => V) | null = null,
  create: (() => M) | null = null,
): AggregateOperation<T, Map<K, V>, M> {
  requireFunction('toMap', keyOf)
  requireFunction('toMap', valueOf)
  const put = (accumulator: Map<K, V>, key: K, value: V) => {
    const isHeld = accumulator.has(key)
    if (isHeld && merge === null) throw duplicateKey(key)
    accumulator.set(key, isHeld && merge !== null ? merge(accumulator.get(key) as V, value) : value)
  }
  return {
    name: 'toMap',
    create: () => new Map(),
    accumulate: (accumulator, item) => put(accumulator, keyOf(item), valueOf(item)),
    combine(accumulator, other) {
      for (const [key, value] of other) put(accumulator, key, value)
    },
    deduct: null,
    export: (accumulator) => copyInto(create, accumulator),
    finish: (accumulator) => (create === null ? (accumulator as M) : copyInto(create, accumulator)),
    columnar: null,
  }
}

/**
 * The result of `operation` for each group, in a Map by the group's key; without an operation, the group's items in an
 * array. Keys are told apart as a Map does. `create` gives a Map of your own for each result.
 */
export function groupingBy<T, K, A = T[], R = T[], M extends Map<K, R> = Map<K, R>>(
  keyOf: (item: T) => K,
  operation: AggregateOperation<T, A, R> = toList<T>() as AggregateOperation<T, unknown, unknown> as AggregateOperation<
    T,
    A,
    R
  >,
  create: (() => M) | null = null,
): AggregateOperation<T, Map<K, A>, M> {
  requireFunction('groupingBy', keyOf)
  const { combine } = operation
  const groupOf = (accumulator: Map<K, A>, key: K): A => {
    let group = accumulator.get(key)
    if (group === undefined) {
      group = operation.create()
      accumulator.set(key, group)
    }
    return group
  }
  const results = (accumulator: Map<K, A>, resultOf: (group: A) => R) => {
    const map = create === null ? (new Map<K, R>() as M) : create()
    for (const [key, group] of accumulator) map.set(key, resultOf(group))
    return map
  }
  return {
    name: `groupingBy(${operation.name})`,
    create: () => new Map(),
    accumulate: (accumulator, item) => operation.accumulate(groupOf(accumulator, keyOf(item)), item),
    combine:
      combine === null
        ? null
        : (accumulator, other) => {
            for (const [key, group] of other) combine(groupOf(accumulator, key), group)
          },
    // Taking groups out again would leave empty ones behind that no item has made.
    deduct: null,
    export: (accumulator) => results(accumulator, (group) => operation.export(group)),
    finish: (accumulator) => results(accumulator, (group) => operation.finish(group)),
    columnar: null,
  }
}

function copyInto<K, V, M extends Map<K, V>>(create: (() => M) | null, source: Map<K, V>): M {
  if (create === null) return new Map(source) as M
  const map = create()
  for (const [key, value] of source) map.set(key, value)
  return map
}

function duplicateKey(key: unknown): NacelleError {
  return new NacelleError(
    'ERR_DUPLICATE_KEY',
    `toMap: two items have the key ${describeValue(key)}; give a merge function to make one value of two`,
    {
      details: { operation: 'toMap', key: describeValue(key) },
    },
  )
}
