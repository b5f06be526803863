import type { JobSummary } from '../jobs/job-service.ts'
import { JOB_STATUS_TEXTS } from '../jobs/job-status.ts'
import { awaitJob, type ClientSession, endedError, findJob, isActive, jobText, stateError } from './client-session.ts'
import { localTimeText } from './local-time.ts'

/** Widths of the columns; the last one takes the rest. */
const ID_WIDTH = 19
const STATUS_WIDTH = 18
const TIME_WIDTH = 23

/** `jet list-jobs`. */
export async function listJobs({ client, write }: ClientSession, all: boolean): Promise<void> {
  const jobs = await client.listJobs({ all })
  write(jobLine('ID', 'STATUS', 'SUBMISSION TIME', 'NAME'))
  for (const job of jobs) {
    const { idText, status, submissionTimeMs, name } = job
    write(
      jobLine(idText, JOB_STATUS_TEXTS[status], localTimeText(submissionTimeMs), `${name ?? 'N/A'}${reasonText(job)}`),
    )
  }
}

/** `jet suspend`: returns when the job is suspended. */
export async function suspendJob(session: ClientSession, idOrName: string): Promise<void> {
  const job = await findJob(session, idOrName)
  if (job.status !== 'running') throw stateError(idOrName, 'running', job)
  session.write(`Suspending job ${jobText(job)}...\n`)
  await session.client.suspendJob(job.id)
  const after = await awaitJob(session, job.id, (seen) => seen.status === 'suspended' || !isActive(seen))
  if (after.status !== 'suspended') throw await endedError(session, after, 'be suspended')
  session.write('Job suspended.\n')
}

/** `jet resume`: returns when the job runs. */
export async function resumeJob(session: ClientSession, idOrName: string): Promise<void> {
  const job = await findJob(session, idOrName)
  if (job.status !== 'suspended') throw stateError(idOrName, 'suspended', job)
  session.write(`Resuming job ${jobText(job)}...\n`)
  await session.client.resumeJob(job.id)
  const after = await awaitJob(session, job.id, (seen) => seen.status === 'running' || !isActive(seen))
  // A short job may have done all its work by now.
  if (after.status === 'failed') throw await endedError(session, after, 'be resumed')
  session.write('Job resumed.\n')
}

/** `jet restart`: returns when another execution runs, not while the old one still does. */
export async function restartJob(session: ClientSession, idOrName: string): Promise<void> {
  const job = await findJob(session, idOrName)
  if (job.status !== 'running') throw stateError(idOrName, 'running', job)
  session.write(`Restarting job ${jobText(job)}...\n`)
  await session.client.restartJob(job.id)
  const isRestarted = (seen: JobSummary): boolean =>
    seen.status === 'running' && seen.executionId !== null && seen.executionId !== job.executionId
  const after = await awaitJob(session, job.id, (seen) => isRestarted(seen) || !isActive(seen))
  if (after.status === 'failed') throw await endedError(session, after, 'be restarted')
  session.write('Job restarted.\n')
}

/** `jet cancel`: returns when the job has ended, whichever way. */
export async function cancelJob(session: ClientSession, idOrName: string): Promise<void> {
  const job = await findJob(session, idOrName)
  if (!isActive(job)) throw stateError(idOrName, 'active', job)
  session.write(`Cancelling job ${jobText(job)}\n`)
  await session.client.cancelJob(job.id)
  const { status } = await session.client.awaitResult(job.id)
  session.write(status === 'completed' ? 'Job completed before it was cancelled.\n' : 'Job cancelled.\n')
}

function jobLine(id: string, status: string, time: string, name: string): string {
  return `${id.padEnd(ID_WIDTH)} ${status.padEnd(STATUS_WIDTH)} ${time.padEnd(TIME_WIDTH)} ${name}\n`
}

/** Why a job that should run does not. */
function reasonText(job: JobSummary): string {
  return job.reason === null || !isActive(job) ? '' : `  (${job.reason})`
}
