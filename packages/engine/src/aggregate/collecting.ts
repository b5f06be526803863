import type { AggregateOperation } from './aggregate-operation.ts'
import { requireFunction } from './argument.ts'
import type { Comparator } from './extremes.ts'

/** A collection that {@link toCollection} can fill: a Set or whatever else has `add`. */
export interface Addable<in T> {
  add(item: T): unknown
}

/** All items in an array, in the order in which they come; across threads the order is not fixed. */
export function toList<T>(): AggregateOperation<T, T[], T[]> {
  return gathering(
    'toList',
    (items: T[]) => items.slice(),
    (items) => items,
  )
}

/** All items in an array, sorted; equal ones in the order in which they come. */
export function sorting<T>(compare: Comparator<T>): AggregateOperation<T, T[], T[]> {
  requireFunction('sorting', compare)
  return gathering(
    'sorting',
    (items: T[]) => items.toSorted(compare),
    (items) => items.sort(compare),
  )
}

/**
 * All items in a collection of your own: `create` makes an empty one for each result, items are added in the order in
 * which they come. Until then they are kept in an array, so that no instance of your class has to cross between
 * threads.
 */
export function toCollection<T, C extends Addable<T>>(create: () => C): AggregateOperation<T, T[], C> {
  requireFunction('toCollection', create)
  const collect = (items: readonly T[]) => {
    const collection = create()
    for (const item of items) collection.add(item)
    return collection
  }
  return gathering('toCollection', collect, collect)
}

/** The distinct items, told apart as a Set does: objects by identity, which a passage between threads does not keep. */
export function toSet<T>(): AggregateOperation<T, Set<T>, Set<T>> {
  return {
    name: 'toSet',
    create: () => new Set(),
    accumulate: (accumulator, item) => accumulator.add(item),
    combine(accumulator, other) {
      for (const item of other) accumulator.add(item)
    },
    deduct: null,
    export: (accumulator) => new Set(accumulator),
    finish: (accumulator) => accumulator,
    columnar: null,
  }
}

/** An operation that keeps all items in an array. */
function gathering<T, R>(
  name: string,
  exportItems: (items: T[]) => R,
  finishItems: (items: T[]) => R,
): AggregateOperation<T, T[], R> {
  return {
    name,
    create: () => [],
    accumulate(accumulator, item) {
      accumulator.push(item)
    },
    combine(accumulator, other) {
      for (const item of other) accumulator.push(item)
    },
    deduct: null,
    export: exportItems,
    finish: finishItems,
    columnar: null,
  }
}
