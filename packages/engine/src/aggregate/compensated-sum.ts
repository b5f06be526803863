/**
 * Sums of floating-point numbers with compensation: beside the sum lies the rounding error that it has gathered
 * (Knuth's exact two-sum at each step), and the result is their sum. Partial sums added in any order then agree to
 * about the last digit unless nearly everything cancels out; plain sums would differ with the number of threads. It
 * costs one column and about a nanosecond for each item.
 */
export interface CompensatedSum {
  sum: number
  /** What rounding has lost so far. Meaningless once `sum` is infinite or NaN. */
  error: number
}

/** Adds one number. */
export function addCompensated(target: CompensatedSum, value: number): void {
  const before = target.sum
  const after = before + value
  const added = after - before
  target.error += before - (after - added) + (value - added)
  target.sum = after
}

/** Adds another sum. */
export function combineCompensated(target: CompensatedSum, other: CompensatedSum): void {
  addCompensated(target, other.sum)
  target.error += other.error
}

/** The sum; infinite and NaN sums as in plain arithmetic. */
export function compensatedTotal({ sum, error }: CompensatedSum): number {
  return sum - sum === 0 ? sum + error : sum
}

/** Text of {@link addCompensated} on two columns. */
export function addCompensatedText(sum: string, error: string, value: string): string {
  return `{ const $before = ${sum}, $value = ${value}, $after = $before + $value, $added = $after - $before;
${error} += $before - ($after - $added) + ($value - $added); ${sum} = $after; }`
}

/** Text of {@link combineCompensated}. */
export function combineCompensatedText(sum: string, error: string, otherSum: string, otherError: string): string {
  return `${addCompensatedText(sum, error, otherSum)} ${error} += ${otherError};`
}

/** Text of {@link compensatedTotal}, an expression. */
export function compensatedTotalText(sum: string, error: string): string {
  return `(${sum} - ${sum} === 0 ? ${sum} + ${error} : ${sum})`
}
