import { type EncodedError, encodeError } from '../../base/encoded-error.ts'
import { NacelleError } from '../../base/nacelle-error.ts'
import type { JobRecord } from '../documents/job-record.ts'
import { jobText } from './step.ts'

/** How a job ends that its user cancelled. */
export function cancelledError(record: JobRecord): EncodedError {
  return withoutStack(new NacelleError('ERR_CANCELLED', `${jobText(record)} was cancelled`))
}

/** Why a job without automatic restarts does not go on under another coordinator. */
export function coordinatorLostError(record: JobRecord): EncodedError {
  return withoutStack(
    new NacelleError(
      'ERR_TOPOLOGY_CHANGED',
      `the coordinator of ${jobText(record)} was lost while it ran, and its setting autoScaling is off`,
      { domain: 'external', retry: 'restart' },
    ),
  )
}

/** An execution was ended, and nobody here had asked for it. */
export function endedUnaskedError(record: JobRecord): EncodedError {
  return withoutStack(
    new NacelleError('ERR_EXECUTION_ENDED', `the execution of ${jobText(record)} was ended from outside`, {
      domain: 'external',
      retry: 'restart',
    }),
  )
}

/** One line about an error. */
export function errorLine(error: EncodedError): string {
  const line = error.message.split('\n', 1)[0]!
  return error.kind === 'error' ? `${error.name}: ${line}` : line
}

/** The machine's own line says nothing about where an error comes from. */
function withoutStack(error: NacelleError): EncodedError {
  return { ...encodeError(error), stack: null }
}
