import { NacelleError } from '../base/nacelle-error.ts'
import type { AggregateOperation } from './aggregate-operation.ts'
import { describeValue, requireFunction } from './argument.ts'
import type { Comparator } from './extremes.ts'

/**
 * The `n` greatest items, the greatest first; fewer when there are fewer. Of equal ones the first to come is kept and
 * stands first; across threads any may.
 *
 * @throws NacelleError ERR_AGGREGATE_ARGUMENT when `n` is not a positive whole number or `compare` no function
 */
export function topN<T>(n: number, compare: Comparator<T>): AggregateOperation<T, T[], T[]> {
  return ranking('topN', n, compare, (a, b) => compare(b, a))
}

/**
 * The `n` least items, the least first; otherwise as {@link topN}.
 *
 * @throws NacelleError ERR_AGGREGATE_ARGUMENT when `n` is not a positive whole number or `compare` no function
 */
export function bottomN<T>(n: number, compare: Comparator<T>): AggregateOperation<T, T[], T[]> {
  return ranking('bottomN', n, compare, compare)
}

function ranking<T>(
  name: string,
  n: number,
  given: Comparator<T>,
  order: Comparator<T>,
): AggregateOperation<T, T[], T[]> {
  requireFunction(name, given)
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new NacelleError(
      'ERR_AGGREGATE_ARGUMENT',
      `${name} takes how many items to keep, a positive whole number, not ${describeValue(n)}`,
      {
        details: { operation: name },
      },
    )
  }
  return {
    name,
    create: () => [],
    accumulate: (accumulator, item) => insert(accumulator, item, n, order),
    combine(accumulator, other) {
      for (const item of other) insert(accumulator, item, n, order)
    },
    deduct: null,
    export: (accumulator) => accumulator.slice(),
    finish: (accumulator) => accumulator,
    columnar: null,
  }
}

/**
 * Keeps `ranked` sorted and no longer than `n`. Most items of a long input fail the first comparison; the others cost a
 * move of the array's tail.
 */
function insert<T>(ranked: T[], item: T, n: number, order: Comparator<T>): void {
  if (ranked.length === n) {
    if (order(item, ranked[n - 1]!) >= 0) return
    ranked.pop()
  }
  let low = 0
  let high = ranked.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (order(ranked[middle]!, item) <= 0) low = middle + 1
    else high = middle
  }
  ranked.splice(low, 0, item)
}
