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
import type { CountAccumulator } from './counting.ts'
import { type NumberGetter, numberGetter, wholeGetter } from './numeric-getter.ts'
import type { SumAccumulator } from './summing.ts'
import { wholeSum } from './whole-sum.ts'

/** Accumulator of {@link averagingLong}. */
export interface AverageAccumulator extends CountAccumulator, SumAccumulator {}

/** Accumulator of {@link averagingDouble}. */
export interface CompensatedAverage extends CountAccumulator, CompensatedSum {}

const ZERO = { type: 'f64', initial: () => '0' } as const

/**
 * The mean of whole numbers; NaN when there are no items. Sum and count are exact; the division rounds once.
 *
 * @throws NacelleError at run time: ERR_AGGREGATE_VALUE, ERR_AGGREGATE_GETTER, ERR_AGGREGATE_OVERFLOW (of the sum)
 */
export function averagingLong<T>(getter: NumberGetter<T>): AggregateOperation<T, AverageAccumulator, number> {
  const name = 'averagingLong'
  const get = wholeGetter(name, getter)
  const whole = wholeSum(name)
  const average = ({ sum, count }: AverageAccumulator) => (count === 0 ? Number.NaN : sum / count)
  const averageText = (sum?: string, count?: string) => `(${count} === 0 ? NaN : ${sum} / ${count})`
  return {
    name,
    create: () => ({ sum: 0, count: 0 }),
    accumulate(accumulator, item) {
      accumulator.sum = whole.add(accumulator.sum, get(item))
      accumulator.count++
    },
    combine(accumulator, other) {
      accumulator.sum = whole.add(accumulator.sum, other.sum)
      accumulator.count += other.count
    },
    deduct(accumulator, other) {
      accumulator.sum = whole.add(accumulator.sum, -other.sum)
      accumulator.count -= other.count
    },
    export: average,
    finish: average,
    columnar: {
      state: [ZERO, ZERO],
      values: [{ type: 'f64', get }],
      accumulate: ([sum, count], [v], k) =>
        `${whole.text(`${sum}`, `${sum}`, '+', `${v}`, `${k.overflow}`)} ${count} += 1;`,
      combine: ([sum, count], [oSum, oCount], k) =>
        `${whole.text(`${sum}`, `${sum}`, '+', `${oSum}`, `${k.overflow}`)} ${count} += ${oCount};`,
      deduct: ([sum, count], [oSum, oCount], k) =>
        `${whole.text(`${sum}`, `${sum}`, '-', `${oSum}`, `${k.overflow}`)} ${count} -= ${oCount};`,
      export: ([sum, count]) => averageText(sum, count),
      finish: ([sum, count]) => averageText(sum, count),
      constants: { overflow: whole.overflow },
    },
  }
}

/**
 * The mean of numbers; NaN when there are no items. The sum is compensated as in `summingDouble`, and for the same
 * reason there is no `deduct`.
 *
 * @throws NacelleError at run time: ERR_AGGREGATE_VALUE for NaN and for what is no number, ERR_AGGREGATE_GETTER
 */
export function averagingDouble<T>(getter: NumberGetter<T>): AggregateOperation<T, CompensatedAverage, number> {
  const get = numberGetter('averagingDouble', getter)
  const average = (accumulator: CompensatedAverage) =>
    accumulator.count === 0 ? Number.NaN : compensatedTotal(accumulator) / accumulator.count
  const averageText = (sum?: string, error?: string, count?: string) =>
    `(${count} === 0 ? NaN : ${compensatedTotalText(`${sum}`, `${error}`)} / ${count})`
  return {
    name: 'averagingDouble',
    create: () => ({ sum: 0, error: 0, count: 0 }),
    accumulate(accumulator, item) {
      addCompensated(accumulator, get(item))
      accumulator.count++
    },
    combine(accumulator, other) {
      combineCompensated(accumulator, other)
      accumulator.count += other.count
    },
    deduct: null,
    export: average,
    finish: average,
    columnar: {
      state: [ZERO, ZERO, ZERO],
      values: [{ type: 'f64', get }],
      accumulate: ([sum, error, count], [v]) => `${addCompensatedText(`${sum}`, `${error}`, `${v}`)} ${count} += 1;`,
      combine: ([sum, error, count], [oSum, oError, oCount]) =>
        `${combineCompensatedText(`${sum}`, `${error}`, `${oSum}`, `${oError}`)} ${count} += ${oCount};`,
      deduct: null,
      export: ([sum, error, count]) => averageText(sum, error, count),
      finish: ([sum, error, count]) => averageText(sum, error, count),
      constants: {},
    },
  }
}
