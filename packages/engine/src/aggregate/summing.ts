import type { AggregateOperation } from './aggregate-operation.ts'
import {
  addCompensated,
  addCompensatedText,
  type CompensatedSum,
  combineCompensated,
  combineCompensatedText,
  compensatedTotal,
  compensatedTotalText,
} from './compensated-sum.ts'
import { type NumberGetter, numberGetter, wholeGetter } from './numeric-getter.ts'
import { wholeSum } from './whole-sum.ts'

/** Accumulator of {@link summingLong}. */
export interface SumAccumulator {
  sum: number
}

/**
 * The sum of whole numbers; 0 when there are no items. It is exact: a value that is not whole and a sum beyond
 * ±(2^53 − 1) are errors.
 *
 * @throws NacelleError at run time: ERR_AGGREGATE_VALUE, ERR_AGGREGATE_GETTER, ERR_AGGREGATE_OVERFLOW
 */
export function summingLong<T>(getter: NumberGetter<T>): AggregateOperation<T, SumAccumulator, number> {
  const name = 'summingLong'
  const get = wholeGetter(name, getter)
  const whole = wholeSum(name)
  return {
    name,
    create: () => ({ sum: 0 }),
    accumulate(accumulator, item) {
      accumulator.sum = whole.add(accumulator.sum, get(item))
    },
    combine(accumulator, other) {
      accumulator.sum = whole.add(accumulator.sum, other.sum)
    },
    deduct(accumulator, other) {
      accumulator.sum = whole.add(accumulator.sum, -other.sum)
    },
    export: (accumulator) => accumulator.sum,
    finish: (accumulator) => accumulator.sum,
    columnar: {
      state: [{ type: 'f64', initial: () => '0' }],
      values: [{ type: 'f64', get }],
      accumulate: ([s], [v], k) => whole.text(`${s}`, `${s}`, '+', `${v}`, `${k.overflow}`),
      combine: ([s], [o], k) => whole.text(`${s}`, `${s}`, '+', `${o}`, `${k.overflow}`),
      deduct: ([s], [o], k) => whole.text(`${s}`, `${s}`, '-', `${o}`, `${k.overflow}`),
      export: ([s]) => `${s}`,
      finish: ([s]) => `${s}`,
      constants: { overflow: whole.overflow },
    },
  }
}

/**
 * The sum of numbers; 0 when there are no items. Rounding errors are compensated, so that the result does not depend on
 * the number of threads but for about its last digit. There is no `deduct`: taking floating-point numbers out again
 * would drift, so sliding windows are recomputed.
 *
 * @throws NacelleError at run time: ERR_AGGREGATE_VALUE for NaN and for what is no number, ERR_AGGREGATE_GETTER
 */
export function summingDouble<T>(getter: NumberGetter<T>): AggregateOperation<T, CompensatedSum, number> {
  const get = numberGetter('summingDouble', getter)
  return {
    name: 'summingDouble',
    create: () => ({ sum: 0, error: 0 }),
    accumulate: (accumulator, item) => addCompensated(accumulator, get(item)),
    combine: combineCompensated,
    deduct: null,
    export: compensatedTotal,
    finish: compensatedTotal,
    columnar: {
      state: [
        { type: 'f64', initial: () => '0' },
        { type: 'f64', initial: () => '0' },
      ],
      values: [{ type: 'f64', get }],
      accumulate: ([sum, error], [v]) => addCompensatedText(`${sum}`, `${error}`, `${v}`),
      combine: ([sum, error], [otherSum, otherError]) =>
        combineCompensatedText(`${sum}`, `${error}`, `${otherSum}`, `${otherError}`),
      deduct: null,
      export: ([sum, error]) => compensatedTotalText(`${sum}`, `${error}`),
      finish: ([sum, error]) => compensatedTotalText(`${sum}`, `${error}`),
      constants: {},
    },
  }
}
