import { overflow } from './numeric-getter.ts'

/** Adds whole numbers and refuses to leave the range in which they are exact. */
export interface WholeSum {
  /** `a + b`. @throws NacelleError ERR_AGGREGATE_OVERFLOW */
  add(a: number, b: number): number
  /** The statement that puts `a + b` (or `a - b`) into `target`; `fail` is the name of {@link overflow}'s answer. */
  text(target: string, a: string, sign: '+' | '-', b: string, fail: string): string
  /** What `fail` names. */
  readonly overflow: (sum: number) => never
}

const LIMIT = Number.MAX_SAFE_INTEGER

/**
 * Both operands lie within ±(2^53 − 1), so a sum beyond is seen even when it is rounded: rounding never leads back
 * across the limit.
 */
export function wholeSum(operation: string): WholeSum {
  const fail = overflow(operation)
  return {
    add(a, b) {
      const sum = a + b
      if (Math.abs(sum) > LIMIT) fail(sum)
      return sum
    },
    text: (target, a, sign, b, failName) =>
      `{ const $sum = ${a} ${sign} ${b}; if (Math.abs($sum) > ${LIMIT}) ${failName}($sum); ${target} = $sum; }`,
    overflow: fail,
  }
}
