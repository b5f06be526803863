import type { AggregateOperation } from './aggregate-operation.ts'
import { type NumberGetter, numberGetter } from './numeric-getter.ts'

/** Accumulator of {@link linearTrend}: means, and sums of products of the differences from them. */
export interface TrendAccumulator {
  count: number
  meanX: number
  meanY: number
  /** Sum of (x − mean x)². */
  squares: number
  /** Sum of (x − mean x)(y − mean y). */
  products: number
}

const ZERO = { type: 'f64', initial: () => '0' } as const

/**
 * The slope of the straight line that fits the points best (least squares); NaN with fewer than two distinct x. Means
 * and differences from them are kept rather than sums of squares, which would lose all digits when x is a time in
 * milliseconds. For the same reason there is no `deduct`.
 *
 * @throws NacelleError at run time: ERR_AGGREGATE_VALUE for NaN and for what is no number, ERR_AGGREGATE_GETTER
 */
export function linearTrend<T>(
  getX: NumberGetter<T>,
  getY: NumberGetter<T>,
): AggregateOperation<T, TrendAccumulator, number> {
  const x = numberGetter('linearTrend', getX)
  const y = numberGetter('linearTrend', getY)
  const slope = ({ squares, products }: TrendAccumulator) => (squares === 0 ? Number.NaN : products / squares)
  return {
    name: 'linearTrend',
    create: () => ({ count: 0, meanX: 0, meanY: 0, squares: 0, products: 0 }),
    accumulate: (accumulator, item) => addPoint(accumulator, x(item), y(item)),
    combine: combineTrends,
    deduct: null,
    export: slope,
    finish: slope,
    columnar: {
      state: [ZERO, ZERO, ZERO, ZERO, ZERO],
      values: [
        { type: 'f64', get: x },
        { type: 'f64', get: y },
      ],
      accumulate: ([count, meanX, meanY, squares, products], [x, y]) => `{
const $count = ${count} + 1, $dx = ${x} - ${meanX}, $dy = ${y} - ${meanY}, $meanX = ${meanX} + $dx / $count;
${squares} += $dx * (${x} - $meanX); ${products} += $dy * (${x} - $meanX);
${count} = $count; ${meanX} = $meanX; ${meanY} += $dy / $count; }`,
      combine: (
        [count, meanX, meanY, squares, products],
        [oCount, oMeanX, oMeanY, oSquares, oProducts],
      ) => `if (${oCount} !== 0) {
const $count = ${count} + ${oCount}, $dx = ${oMeanX} - ${meanX}, $dy = ${oMeanY} - ${meanY}, $share = ${oCount} / $count, $weight = ${count} * $share;
${squares} += ${oSquares} + $dx * $dx * $weight; ${products} += ${oProducts} + $dx * $dy * $weight;
${count} = $count; ${meanX} += $dx * $share; ${meanY} += $dy * $share; }`,
      deduct: null,
      export: ([, , , squares, products]) => `(${squares} === 0 ? NaN : ${products} / ${squares})`,
      finish: ([, , , squares, products]) => `(${squares} === 0 ? NaN : ${products} / ${squares})`,
      constants: {},
    },
  }
}

/** Adds one point, moving the means. */
function addPoint(trend: TrendAccumulator, x: number, y: number): void {
  const dx = x - trend.meanX
  const dy = y - trend.meanY
  trend.count += 1
  trend.meanX += dx / trend.count
  trend.squares += dx * (x - trend.meanX)
  trend.products += dy * (x - trend.meanX)
  trend.meanY += dy / trend.count
}

/** Adds the points of another accumulator, given by their means and sums. */
function combineTrends(trend: TrendAccumulator, other: TrendAccumulator): void {
  if (other.count === 0) return
  const dx = other.meanX - trend.meanX
  const dy = other.meanY - trend.meanY
  const count = trend.count + other.count
  const share = other.count / count
  const weight = trend.count * share
  trend.squares += other.squares + dx * dx * weight
  trend.products += other.products + dx * dy * weight
  trend.count = count
  trend.meanX += dx * share
  trend.meanY += dy * share
}
