import type { AggregateOperation } from './aggregate-operation.ts'
import { requireFunction } from './argument.ts'

/** Order of two items: below 0 when `a` comes first, above 0 when `b` does, 0 when they are equal. */
export type Comparator<in T> = (a: T, b: T) => number

/** Accumulator of operations that keep one item; null = none yet. */
export interface ItemAccumulator<T> {
  item: T | null
}

/**
 * The least item; null when there is none. Of equal ones the first to come is kept; across threads any may win.
 *
 * @throws NacelleError ERR_AGGREGATE_ARGUMENT when `compare` is no function
 */
export function minBy<T>(compare: Comparator<T>): AggregateOperation<T, ItemAccumulator<T>, T | null> {
  return extreme('minBy', compare, '<')
}

/**
 * The greatest item; null when there is none. Of equal ones the first to come is kept; across threads any may win.
 *
 * @throws NacelleError ERR_AGGREGATE_ARGUMENT when `compare` is no function
 */
export function maxBy<T>(compare: Comparator<T>): AggregateOperation<T, ItemAccumulator<T>, T | null> {
  return extreme('maxBy', compare, '>')
}

function extreme<T>(
  name: string,
  compare: Comparator<T>,
  sign: '<' | '>',
): AggregateOperation<T, ItemAccumulator<T>, T | null> {
  requireFunction(name, compare)
  const wins =
    sign === '<' ? (item: T, held: T) => compare(item, held) < 0 : (item: T, held: T) => compare(item, held) > 0
  const offer = (accumulator: ItemAccumulator<T>, item: T) => {
    if (accumulator.item === null || wins(item, accumulator.item)) accumulator.item = item
  }
  return {
    name,
    create: () => ({ item: null }),
    accumulate: offer,
    combine(accumulator, other) {
      if (other.item !== null) offer(accumulator, other.item)
    },
    deduct: null,
    export: (accumulator) => accumulator.item,
    finish: (accumulator) => accumulator.item,
    columnar: {
      state: [{ type: 'any', initial: () => 'null' }],
      values: [{ type: 'any', get: null }],
      accumulate: ([s], [v], k) => `if (${s} === null || ${k.compare}(${v}, ${s}) ${sign} 0) ${s} = ${v};`,
      combine: ([s], [o], k) =>
        `if (${o} !== null && (${s} === null || ${k.compare}(${o}, ${s}) ${sign} 0)) ${s} = ${o};`,
      deduct: null,
      export: ([s]) => `${s}`,
      finish: ([s]) => `${s}`,
      constants: { compare },
    },
  }
}

/**
 * Any one of the items, null when there is none. It has no `deduct`, so that a sliding window never shows an item that
 * has left it.
 */
export function pickAny<T>(): AggregateOperation<T, ItemAccumulator<T>, T | null> {
  return {
    name: 'pickAny',
    create: () => ({ item: null }),
    accumulate(accumulator, item) {
      accumulator.item ??= item
    },
    combine(accumulator, other) {
      accumulator.item ??= other.item
    },
    deduct: null,
    export: (accumulator) => accumulator.item,
    finish: (accumulator) => accumulator.item,
    columnar: {
      state: [{ type: 'any', initial: () => 'null' }],
      values: [{ type: 'any', get: null }],
      accumulate: ([s], [v]) => `if (${s} === null) ${s} = ${v};`,
      combine: ([s], [o]) => `if (${s} === null) ${s} = ${o};`,
      deduct: null,
      export: ([s]) => `${s}`,
      finish: ([s]) => `${s}`,
      constants: {},
    },
  }
}
