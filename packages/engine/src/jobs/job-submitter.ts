import { NacelleError } from '../base/nacelle-error.ts'
import { compareWithState } from './dag-compatibility.ts'
import { type CommittedSnapshot, snapshotFolder } from './documents/committed-snapshot.ts'
import type { JobRecord } from './documents/job-record.ts'
import type { JobResultDocument } from './documents/job-result-document.ts'
import type { ExportedSnapshots } from './exported-snapshots.ts'
import type { HookPoint } from './hook-point.ts'
import { jobIdText, newJobId, parseJobId } from './job-id.ts'
import type { CoordinationPlatform } from './job-runner.ts'
import type { JobSubmission, SubmittedJob } from './job-service.ts'
import { jobSettingsShape } from './job-settings.ts'
import type { JobStore } from './job-store.ts'
import { hasCode } from './settled-write.ts'

/** Bytes in UTF-8 that the name of a job may have when it is written into a key. */
const NAME_BYTES_MAX = 300

/** What a {@link JobSubmitter} works with. */
export interface JobSubmitterOptions {
  readonly store: JobStore
  readonly exports: ExportedSnapshots
  readonly platform: CoordinationPlatform
  reached(hook: HookPoint): void
  /** A job that is or was here. */
  known(id: string): JobRecord | JobResultDocument | null
  /** The job of the name that has not ended. */
  activeRecord(name: string): JobRecord | null
  /** Takes the job over. Resolves when its head is claimed. */
  adopt(record: JobRecord, isTakenOver: boolean): Promise<void>
  /** It is not known whether a record was written: jobs must be looked for. */
  onUnknown(): void
}

/**
 * Takes new jobs.
 *
 * - A submission that is repeated, with its id or with the same name and content, finds the job that is there.
 * - Of several with one name at a time one is taken after the other.
 */
export class JobSubmitter {
  readonly #options: JobSubmitterOptions
  readonly #turns = new Map<string, Promise<unknown>>()
  readonly #underWay = new Map<string, CommittedSnapshot | null>()

  constructor(options: JobSubmitterOptions) {
    this.#options = options
  }

  /** Resolves when the record is durable: from then on nothing loses the job. */
  async submit(submission: JobSubmission): Promise<SubmittedJob> {
    const { id, name } = submission
    if (name !== null) checkName(name)
    const jobId = id === undefined ? newJobId(this.#options.platform.random) : parseJobId(id)
    if (jobId === null) {
      throw new NacelleError('ERR_JOB_ID', `'${id}' is no id of a job: that has 16 hexadecimal digits`)
    }
    // Submissions of one name, or of one id, wait for each other.
    return this.#inTurn(name === null ? `id ${jobId}` : `name ${name}`, () => this.#submit(jobId, submission))
  }

  /** Whether this job is being submitted. */
  isUnderWay(id: string): boolean {
    return this.#underWay.has(id)
  }

  /** Whether a job that is being submitted starts from the snapshot in this folder. */
  needs(folder: string): boolean {
    return [...this.#underWay.values()].some((snapshot) => snapshot !== null && snapshotFolder(snapshot) === folder)
  }

  async #submit(id: string, submission: JobSubmission): Promise<SubmittedJob> {
    const { activeRecord, known } = this.#options
    const { name, ifAbsent } = submission
    const there = known(id)
    if (there !== null) {
      if (isSame(there, submission)) return { id, isNew: false }
      throw new NacelleError('ERR_JOB_ID', `there is another job with id ${jobIdText(id)}`)
    }
    const active = name === null ? null : activeRecord(name)
    if (active !== null) {
      if (ifAbsent || isSame(active, submission)) return { id: active.id, isNew: false }
      throw nameTaken(name!, active.id)
    }
    const initialSnapshot = this.#initialSnapshot(submission)
    this.#underWay.set(id, initialSnapshot)
    try {
      await this.#record({
        id,
        name,
        submissionTimeMs: this.#options.platform.clock.wallMs(),
        bundle: submission.bundle,
        args: submission.args,
        settings: submission.settings,
        dagJson: submission.dagJson,
        initialSnapshotName: submission.initialSnapshotName,
        initialSnapshot,
      })
    } finally {
      this.#underWay.delete(id)
    }
    return { id, isNew: true }
  }

  /** First the name, then the record: a name without a record is free for whoever comes next. */
  async #record(record: JobRecord): Promise<void> {
    const { store, reached, adopt, onUnknown } = this.#options
    const { id, name } = record
    if (name !== null) {
      const holder = await store.nameHolder(name)
      if (holder !== null && holder.jobId !== id && (await store.record(holder.jobId)) !== null) {
        // Its result is there, or it would be known as active here; unless it came from elsewhere.
        if (this.#options.known(holder.jobId) === null) {
          onUnknown()
          throw nameTaken(name, holder.jobId)
        }
      }
      if (holder?.jobId !== id) await store.takeName(name, id, holder?.revision ?? null)
    }
    reached('submit.named')
    try {
      await store.createRecord(record)
    } catch (error) {
      if (hasCode(error, 'ERR_GRID_INDETERMINATE')) onUnknown()
      throw error
    }
    reached('submit.recorded')
    // Claiming may take long when the grid is away, and is nothing that the user has to wait for.
    void adopt(record, false)
  }

  #initialSnapshot({ initialSnapshotName, dagJson, name }: JobSubmission): CommittedSnapshot | null {
    if (initialSnapshotName === null) return null
    const exported = this.#options.exports.get(initialSnapshotName)
    const { obstacles, changes } = compareWithState(exported, dagJson)
    if (obstacles.length > 0) {
      throw new NacelleError(
        'ERR_JOB_UPDATE',
        `the job cannot start from snapshot '${initialSnapshotName}', as the state in it does not fit: ${obstacles.join('; ')}`,
        { details: { snapshot: initialSnapshotName } },
      )
    }
    for (const change of changes) {
      const job = name === null ? 'a job' : `job '${name}'`
      this.#options.platform.logger.log('info', `${job} starts from snapshot '${initialSnapshotName}': ${change}`)
    }
    return exported.snapshot
  }

  #inTurn<T>(key: string, submit: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(submit)
    const settled = turn.then(
      () => undefined,
      () => undefined,
    )
    this.#turns.set(key, settled)
    void settled.then(() => {
      if (this.#turns.get(key) === settled) this.#turns.delete(key)
    })
    return turn
  }
}

/** Whether a submission is the one that made a job. */
function isSame(job: JobRecord | JobResultDocument, submission: JobSubmission): boolean {
  const { name, bundle, args, settings } = submission
  const agrees = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
  return (
    job.name === name &&
    job.bundle.sha256 === bundle.sha256 &&
    agrees(job.args, args) &&
    agrees(jobSettingsShape(job.settings, ''), jobSettingsShape(settings, '')) &&
    (!('dagJson' in job) ||
      (job.dagJson === submission.dagJson && job.initialSnapshotName === submission.initialSnapshotName))
  )
}

function checkName(name: string): void {
  if (name !== '' && name.isWellFormed() && encodeURIComponent(name).length <= NAME_BYTES_MAX) return
  throw new NacelleError(
    'ERR_JOB_CONFIG',
    `the name of a job must be a text of 1 to ${NAME_BYTES_MAX} bytes, written as in a URL`,
  )
}

function nameTaken(name: string, id: string): NacelleError {
  return new NacelleError(
    'ERR_JOB_NAME_TAKEN',
    `Another active job with equal name (${name}) exists: ${jobIdText(id)}`,
    {
      details: { job: name, jobId: id },
    },
  )
}
