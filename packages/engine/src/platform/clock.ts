/** Time. Leases, budgets and waits use the monotonic one; only what people read uses the wall clock. */
export interface Clock {
  /** Milliseconds with fractions since some fixed point of this process; never goes back. */
  monotonicMs(): number
  /** Milliseconds since the epoch; may jump. */
  wallMs(): number
}
