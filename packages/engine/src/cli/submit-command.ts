import { decodeError, type EncodedError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { JobBundle } from '../deployment/job-bundle.ts'
import { StackMapper } from '../deployment/source-map.ts'
import type { JobResult, JobSummary } from '../jobs/job-service.ts'
import { JOB_STATUS_TEXTS } from '../jobs/job-status.ts'
import { awaitJob, type ClientSession } from './client-session.ts'
import type { StackReader } from './failure-report.ts'
import { localTimeText } from './local-time.ts'
import { durationText } from './quantity-text.ts'

/** What `jet submit` is told. */
export interface Submission {
  readonly jobFile: string
  readonly args: readonly string[]
  readonly jobName: string | null
  readonly snapshot: string | null
  readonly waits: boolean
  /** Called as soon as stacks can be mapped. */
  onStacks(stacks: StackReader): void
}

/** How often a job that takes its time to start is spoken of. */
const STILL_STARTING_PERIOD_MS = 10_000

/**
 * `jet submit`: returns when the job runs, or with `waits` when it has ended.
 *
 * @throws NacelleError also when the job has failed by then
 */
export async function submitJob(session: ClientSession, submission: Submission): Promise<void> {
  const { jobFile, args, jobName, snapshot, waits, onStacks } = submission
  const { client, write } = session
  write(`Submitting job file '${jobFile}' with arguments [${args.join(', ')}]\n`)
  if (jobName !== null) write(`Using job name '${jobName}'\n`)
  if (snapshot !== null) write(`Will restore the job from the snapshot with name '${snapshot}'\n`)
  let bundle = null as JobBundle | null
  const { id, isNew } = await client.submitJob(jobFile, args, {
    ...(jobName !== null && { name: jobName }),
    ...(snapshot !== null && { initialSnapshotName: snapshot }),
    onBundle(made) {
      bundle = made
      onStacks(new StackMapper(made))
    },
  })
  const { idText } = await client.getJob(id)
  write(`Job id: ${idText}${isNew ? '' : ' (the same job was submitted before)'}\n`)
  const job = await awaitStart(session, id)
  const named = `Job '${job.name ?? job.idText}'`
  const submittedAt = localTimeText(job.submissionTimeMs)
  const now = localTimeText(session.clock.wallMs())
  write(`${named} submitted at ${submittedAt} changed status to ${JOB_STATUS_TEXTS[job.status]} at ${now}.\n`)
  const result = waits || job.status === 'failed' ? await client.awaitResult(id) : null
  if (result === null) return
  if (result.error !== null) throw failureOf(result, result.error, bundle)
  if (waits) {
    write(`${named} completed in ${durationText(result.completionTimeMs - result.submissionTimeMs)}.\n`)
  }
}

/** Looks at a job until it runs, or has ended or been suspended. */
function awaitStart(session: ClientSession, id: string): Promise<JobSummary> {
  const { clock, write } = session
  let spokenAtMs = clock.monotonicMs()
  return awaitJob(session, id, ({ status, reason }) => {
    if (status !== 'notRunning' && status !== 'starting') return true
    if (clock.monotonicMs() - spokenAtMs >= STILL_STARTING_PERIOD_MS) {
      spokenAtMs = clock.monotonicMs()
      write(`A job is still starting...${reason === null ? '' : ` (${reason})`}\n`)
    }
    return false
  })
}

/** The job's error as this machine understands it: its bundle lies elsewhere than on the member. */
function failureOf({ name, id }: JobResult, error: EncodedError, bundle: JobBundle | null): NacelleError {
  const cause = decodeError(error)
  if (bundle !== null && cause.stack !== undefined) {
    const { sha256, path } = bundle
    cause.stack = cause.stack.replaceAll(new RegExp(`(?:file://)?/[^\\s():]*${sha256}\\.mjs`, 'g'), path)
  }
  return new NacelleError('ERR_JOB_FAILED', `Job '${name ?? id}' failed: ${cause.message}`, { cause })
}
