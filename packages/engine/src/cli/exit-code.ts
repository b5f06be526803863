import { NacelleError } from '../base/nacelle-error.ts'

/** What the `jet` command answers to the shell; signals add their number to 128. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Whoever read the output has gone: 128 + SIGPIPE. */
  outputClosed: 141,
} as const

/** Errors that say: this command line does not name a job. */
const USAGE_CODES: ReadonlySet<string> = new Set(['ERR_JOB_FILE_MISSING', 'ERR_JOB_FILE', 'ERR_NOT_A_JOB'])

/** The exit code for an error: wrong usage, or a job that failed while it was built or ran. */
export function exitCodeOf(error: unknown): number {
  return error instanceof NacelleError && USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed
}
