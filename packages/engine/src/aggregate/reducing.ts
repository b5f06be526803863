import type { AggregateOperation } from './aggregate-operation.ts'
import { requireFunction } from './argument.ts'

/** Accumulator of {@link reducing}. */
export interface ValueAccumulator<V> {
  value: V
}

/**
 * Reduces items to one value. Values are treated as immutable: each function answers a new one.
 *
 * @param empty the value of no items; combining it with any other must give that other
 * @param valueOf the value of one item
 * @param combine makes one value of two; associative and commutative
 * @param deduct undoes `combine`: `deduct(combine(a, b), b)` equals `a`. Leave it out when it would not be exact.
 */
export function reducing<T, V>(
  empty: V,
  valueOf: (item: T) => V,
  combine: (value: V, other: V) => V,
  deduct: ((value: V, other: V) => V) | null = null,
): AggregateOperation<T, ValueAccumulator<V>, V> {
  requireFunction('reducing', valueOf)
  requireFunction('reducing', combine)
  return {
    name: 'reducing',
    create: () => ({ value: empty }),
    accumulate(accumulator, item) {
      accumulator.value = combine(accumulator.value, valueOf(item))
    },
    combine(accumulator, other) {
      accumulator.value = combine(accumulator.value, other.value)
    },
    deduct:
      deduct === null
        ? null
        : (accumulator, other) => {
            accumulator.value = deduct(accumulator.value, other.value)
          },
    export: (accumulator) => accumulator.value,
    finish: (accumulator) => accumulator.value,
    columnar: {
      state: [{ type: 'any', initial: (k) => `${k.empty}` }],
      values: [{ type: 'any', get: valueOf, nullable: true }],
      accumulate: ([s], [v], k) => `${s} = ${k.combine}(${s}, ${v});`,
      combine: ([s], [o], k) => `${s} = ${k.combine}(${s}, ${o});`,
      deduct: deduct === null ? null : ([s], [o], k) => `${s} = ${k.deduct}(${s}, ${o});`,
      export: ([s]) => `${s}`,
      finish: ([s]) => `${s}`,
      constants: { empty, combine, deduct },
    },
  }
}
