import { NacelleError } from '../base/nacelle-error.ts'

/** What a member knows of an execution process that has ended before its time. */
export interface ProcessEnd {
  /** Null when a signal has ended it. */
  readonly code: number | null
  readonly signal: string | null
  /** The last of what it has written to its standard error output. */
  readonly lastWords: string
  /** Why the member has ended it; null when it did not. */
  readonly endedFor: NacelleError | null
}

/** Signals that come from outside: the same job may run another time. */
const OUTSIDE_SIGNALS: readonly (string | null)[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']

/** Characters of the last words in a message. */
const WORDS_LENGTH_MAX = 1000

/** The error of a job whose execution process has ended before its time, with the cause as far as one can tell. */
export function processEndedError(job: string, end: ProcessEnd): NacelleError {
  if (end.endedFor !== null) return end.endedFor
  const { code, signal } = end
  const words = end.lastWords.trim()
  const ended = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
  if (/out of memory|allocation failed|bad_alloc/i.test(words)) {
    return new NacelleError(
      'ERR_MEMORY_LIMIT',
      `job '${job}' has taken more memory than it may have, and its execution process ${ended}: it keeps too much, or its limit (limits.memoryBytes) is too low`,
      { cause: words === '' ? undefined : new Error(words.slice(-WORDS_LENGTH_MAX)) },
    )
  }
  if (OUTSIDE_SIGNALS.includes(signal)) {
    const who = signal === 'SIGKILL' ? 'somebody did so, or the system, which lacked memory' : 'somebody did so'
    return new NacelleError('ERR_EXECUTION_PROCESS_ENDED', `the execution process of job '${job}' ${ended}: ${who}`, {
      domain: 'external',
      retry: 'restart',
      details: { signal },
    })
  }
  return new NacelleError('ERR_EXECUTION_PROCESS_ENDED', `the execution process of job '${job}' ${ended}`, {
    details: { code, signal },
    cause: words === '' ? undefined : new Error(words.slice(-WORDS_LENGTH_MAX)),
  })
}

/** The error of a job whose execution process gives no sign of life. */
export function processSilentError(job: string, silenceMs: number): NacelleError {
  return new NacelleError(
    'ERR_EXECUTION_PROCESS_SILENT',
    `the execution process of job '${job}' has given no sign of life for ${silenceMs} ms and was ended`,
    { domain: 'internal', retry: 'restart', details: { silenceMs } },
  )
}

/** The error of a job in whose execution process something speaks for it that is not the engine. */
export function processBrokenError(job: string, cause: Error): NacelleError {
  return new NacelleError(
    'ERR_EXECUTION_PROCESS_PROTOCOL',
    `the execution process of job '${job}' was ended because of what its job did to the link with the member: ${cause.message}`,
    { cause },
  )
}
