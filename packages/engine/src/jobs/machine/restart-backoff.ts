import type { RestartPolicy } from '../job-settings.ts'

/** Failures of a job that no long quiet run lies between. */
export interface FailureCount {
  /** All of them. */
  readonly inARow: number
  /** Those of the job's own code. */
  readonly attempts: number
}

export const NO_FAILURES: FailureCount = { inARow: 0, attempts: 0 }

/** A wait that is drawn evenly from `delayMs` to `delayMs + spreadMs`. */
export interface Wait {
  readonly delayMs: number
  readonly spreadMs: number
}

export const NO_WAIT: Wait = { delayMs: 0, spreadMs: 0 }

/** The count before a failure of an execution that had run for `ranForMs`. */
export function failuresBefore(failures: FailureCount, policy: RestartPolicy, ranForMs: number): FailureCount {
  return ranForMs >= policy.resetAfterMs ? NO_FAILURES : failures
}

/**
 * How long to wait before the next start after so many failures in a row. The first restart is at once; then the wait
 * doubles up to its limit, with a quarter of jitter either way so that jobs that failed together do not start together.
 */
export function restartWait(policy: RestartPolicy, failuresInARow: number): Wait {
  if (failuresInARow <= 1) return NO_WAIT
  const meanMs = Math.min(policy.delayMaxMs, policy.delayMs * 2 ** Math.min(failuresInARow - 2, 30))
  return { delayMs: meanMs * 0.75, spreadMs: meanMs * 0.5 }
}
