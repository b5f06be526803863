import { NacelleError } from '../base/nacelle-error.ts'
import type { Client } from '../client/client.ts'
import type { JobSummary } from '../jobs/job-service.ts'
import { JOB_STATUS_TEXTS } from '../jobs/job-status.ts'
import type { Clock } from '../platform/clock.ts'
import type { Timers } from '../platform/timers.ts'
import { localTimeText } from './local-time.ts'

/** What commands to members work with. */
export interface ClientSession {
  readonly client: Client
  readonly clock: Clock
  readonly timers: Timers
  /** To the standard output. */
  write(text: string): void
}

/** The wait between two looks at a job. */
const LOOK_PERIOD_MS = 100

/** The job of a name or id. @throws NacelleError with the original's text when there is none */
export async function findJob({ client }: ClientSession, idOrName: string): Promise<JobSummary> {
  try {
    return await client.getJob(idOrName)
  } catch (error) {
    if (!(error instanceof NacelleError) || error.code !== 'ERR_JOB_NOT_FOUND') throw error
    throw new NacelleError(error.code, `No job with name or id '${idOrName}' was found`, { details: error.details })
  }
}

/** Looks at a job until it is as wanted, and answers it. */
export async function awaitJob(
  { client, timers }: ClientSession,
  id: string,
  isWanted: (job: JobSummary) => boolean,
): Promise<JobSummary> {
  for (;;) {
    const job = await client.getJob(id)
    if (isWanted(job)) return job
    await new Promise<void>((resolve) => timers.after(LOOK_PERIOD_MS, resolve))
  }
}

/** Whether a job may still run. */
export function isActive({ status }: JobSummary): boolean {
  return status !== 'completed' && status !== 'failed'
}

/** A job as messages name it: `id=…, name=…, submissionTime=…`. */
export function jobText({ idText, name, submissionTimeMs }: JobSummary): string {
  return `id=${idText}, name=${name ?? 'N/A'}, submissionTime=${localTimeText(submissionTimeMs)}`
}

/** The error of a command that a job's state does not allow. */
export function stateError(idOrName: string, expected: string, { status }: JobSummary): NacelleError {
  const text = `Job '${idOrName}' is not ${expected}. Current state: ${JOB_STATUS_TEXTS[status]}`
  return new NacelleError('ERR_JOB_STATE', text)
}

/**
 * The error of a job that has ended instead of doing what was asked.
 *
 * @param asked what it should have come to: `be suspended`
 */
export async function endedError({ client }: ClientSession, job: JobSummary, asked: string): Promise<NacelleError> {
  const result = await client.getResult(job.id)
  const cause = result?.error ?? null
  const why = cause === null ? '' : `: ${cause.message}`
  const named = `Job '${job.name ?? job.idText}'`
  return new NacelleError(
    'ERR_JOB_STATE',
    `${named} could not ${asked}. Current state: ${JOB_STATUS_TEXTS[job.status]}${why}`,
  )
}
