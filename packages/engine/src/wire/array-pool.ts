/**
 * Arrays for intermediate columns, lent in the manner of a stack, so that nested columns get arrays of their own and
 * nothing is allocated once the pool is warm.
 */
export class ArrayPool {
  /** All arrays; those below {@link depth} are lent. */
  readonly arrays: unknown[][] = []
  depth = 0

  /** Lends one array; its contents are left over from earlier use. */
  take(): unknown[] {
    if (this.depth === this.arrays.length) this.arrays.push([])
    return this.arrays[this.depth++]!
  }

  /**
   * Takes back all arrays from `depth` on and forgets the first `count` values in each, so that they can be collected.
   */
  release(depth: number, count: number): void {
    for (let i = depth; i < this.depth; i++) {
      const array = this.arrays[i]!
      if (array.length > POOLED_LENGTH_MAX) this.arrays[i] = []
      else array.fill(undefined, 0, count)
    }
    this.depth = depth
  }
}

/** Longer arrays are not kept: one huge batch must not hold memory for ever. */
const POOLED_LENGTH_MAX = 1 << 16
