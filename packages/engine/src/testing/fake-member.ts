import { NacelleError } from '../base/nacelle-error.ts'
import type { Grid } from '../grid/grid.ts'
import { jobIdText, newJobId } from '../jobs/job-id.ts'
import type {
  ClusterSummary,
  ExportedSnapshot,
  JobResult,
  JobService,
  JobSubmission,
  JobSummary,
  SubmittedJob,
} from '../jobs/job-service.ts'
import { JOB_STATUS_TEXTS, type JobStatus } from '../jobs/job-status.ts'
import type { LogOptions, Member, MemberHealth, MemberMetrics } from '../member/member.ts'
import { NODE_RANDOM } from '../platform/node/node-random.ts'

/** Bytes of a bundle that the fake takes. */
export const FAKE_BUNDLE_BYTES_MAX = 1024 * 1024

const STARTED_AT_MS = Date.UTC(2026, 10, 25, 12, 0, 0)

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

/**
 * A member whose jobs do nothing: commands take effect at once, unless {@link FakeJobs.isSlow} holds them back. For
 * tests of what talks to members.
 */
export class FakeMember implements Member {
  readonly uuid = '11111111-2222-3333-4444-555555555555'
  readonly clusterName = 'jet'
  readonly address = { host: '127.0.0.1', port: 5701 }
  readonly jobs = new FakeJobs()
  readonly stored = new Map<string, Uint8Array>()
  readonly logLines: string[] = []
  readonly stopped = new Promise<void>(() => undefined)
  healthState: MemberHealth = {
    nodeState: 'ACTIVE',
    clusterState: 'ACTIVE',
    clusterSafe: true,
    migrationQueueSize: 0,
    clusterSize: 1,
    isReady: true,
  }
  readonly bundles = {
    has: async (sha256: string) => this.stored.has(sha256),
    put: async (sha256: string, text: AsyncIterable<Uint8Array>, declaredBytes: number | null) => {
      if ((declaredBytes ?? 0) > FAKE_BUNDLE_BYTES_MAX) throw tooLarge()
      const chunks: Uint8Array[] = []
      let length = 0
      for await (const chunk of text) {
        chunks.push(chunk)
        length += chunk.length
        if (length > FAKE_BUNDLE_BYTES_MAX) throw tooLarge()
      }
      const bytes = Buffer.concat(chunks)
      const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
      if (digest !== sha256) throw new NacelleError('ERR_BUNDLE_HASH', `the bundle is '${digest}', not '${sha256}'`)
      this.stored.set(sha256, bytes)
    },
  }

  get grid(): Grid {
    throw new Error('nothing that talks to members reaches their grid')
  }

  async *logs(_jobId: string, { follow, signal }: LogOptions): AsyncGenerator<Uint8Array, void, void> {
    for (const line of this.logLines) yield Buffer.from(`${line}\n`)
    if (!follow) return
    await new Promise<void>((resolve) => {
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  metrics(): MemberMetrics {
    const progress = {
      itemsIn: 12,
      itemsOut: 7,
      sources: [{ vertex: 'numbers', items: 12, bytesRead: null, bytesTotal: null }],
      vertices: [{ name: 'numbers', itemsIn: 0, itemsOut: 12, watermark: 1000 }],
      watermarkLagMs: 5,
      lateEventsDropped: 1,
    }
    const executions = this.jobs.all
      .filter(({ executionId }) => executionId !== null)
      .map(({ id, name, executionId }) => ({
        jobId: id,
        jobName: name,
        executionId: executionId!,
        progress,
        residentBytes: 1000,
      }))
    return { uptimeMs: 1500, residentBytes: 50_000_000, cpuSeconds: 0.25, executions }
  }

  health(): MemberHealth {
    return this.healthState
  }

  cluster(): ClusterSummary {
    return this.jobs.cluster()
  }

  async stop(): Promise<void> {}
}

/** Jobs that only have states. */
export class FakeJobs implements JobService {
  readonly all: Mutable<JobSummary>[] = []
  readonly results = new Map<string, JobResult>()
  readonly snapshots = new Map<string, ExportedSnapshot>()
  /** What {@link cancel} comes to: a job may end by itself just before. */
  endOnCancel: 'completed' | 'failed' = 'failed'
  /** Called instead of doing what a command says. */
  onCommand: ((job: Mutable<JobSummary>, command: string) => void) | null = null
  readonly #waiting: (() => void)[] = []

  async submit(submission: JobSubmission): Promise<SubmittedJob> {
    const same = this.all.find(({ id }) => id === submission.id)
    if (same !== undefined) return { id: same.id, isNew: false }
    const named = this.all.find((job) => job.name !== null && job.name === submission.name && isActive(job.status))
    if (named !== undefined) {
      if (submission.ifAbsent) return { id: named.id, isNew: false }
      throw new NacelleError('ERR_JOB_NAME_TAKEN', `another active job with equal name (${named.name}) exists`)
    }
    const id = submission.id ?? newJobId(NODE_RANDOM)
    const { name, settings, bundle, args } = submission
    this.all.unshift({
      id,
      idText: jobIdText(id),
      name,
      status: 'running',
      submissionTimeMs: STARTED_AT_MS,
      reason: null,
      snapshot: null,
      settings,
      bundle,
      args,
      executionId: 'e1',
      restarts: 0,
    })
    return { id, isNew: true }
  }

  async list({ all }: { readonly all: boolean }): Promise<readonly JobSummary[]> {
    return this.all.filter(({ status }) => all || isActive(status))
  }

  async get(idOrName: string): Promise<JobSummary> {
    return this.#job(idOrName)
  }

  async cancel(idOrName: string): Promise<void> {
    this.#command(idOrName, 'cancel', isActive, (job) => this.end(job.id, this.endOnCancel))
  }

  async suspend(idOrName: string): Promise<void> {
    this.#command(idOrName, 'suspend', isRunning, (job) => {
      Object.assign(job, { status: 'suspended', executionId: null, reason: 'suspended by a user' })
    })
  }

  async resume(idOrName: string): Promise<void> {
    const isSuspended = (status: JobStatus): boolean => status === 'suspended'
    this.#command(idOrName, 'resume', isSuspended, (job) => {
      Object.assign(job, { status: 'running', executionId: 'e2', reason: null })
    })
  }

  async restart(idOrName: string): Promise<void> {
    this.#command(idOrName, 'restart', isRunning, (job) => {
      job.executionId = `${job.executionId}+`
    })
  }

  async exportSnapshot(
    idOrName: string,
    name: string,
    { cancel }: { readonly cancel: boolean },
  ): Promise<ExportedSnapshot> {
    const job = this.#job(idOrName)
    const snapshot = {
      name,
      jobId: job.id,
      jobName: job.name,
      snapshotId: 1,
      creationTimeMs: STARTED_AT_MS,
      bytes: 1_234_567,
      dagJson: '{}',
    }
    this.snapshots.set(name, snapshot)
    if (cancel) this.end(job.id, 'failed')
    return snapshot
  }

  async listSnapshots(): Promise<readonly ExportedSnapshot[]> {
    return [...this.snapshots.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async deleteSnapshot(name: string): Promise<boolean> {
    return this.snapshots.delete(name)
  }

  async result(idOrName: string): Promise<JobResult | null> {
    return this.results.get(this.#job(idOrName).id) ?? null
  }

  async awaitResult(idOrName: string): Promise<JobResult> {
    const { id } = this.#job(idOrName)
    while (!this.results.has(id)) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.results.get(id)!
  }

  onChange(): { cancel(): void } {
    return { cancel: () => undefined }
  }

  cluster(): ClusterSummary {
    return {
      name: 'jet',
      state: 'active',
      version: '0.1.0',
      members: [{ address: '127.0.0.1:5701', uuid: '11111111-2222-3333-4444-555555555555' }],
    }
  }

  /** The job ends. */
  end(id: string, status: 'completed' | 'failed', code = 'ERR_CANCELLED'): void {
    const job = this.#job(id)
    Object.assign(job, { status, executionId: null })
    const error =
      status === 'completed'
        ? null
        : ({
            kind: 'nacelle',
            name: 'NacelleError',
            message: 'the job was cancelled',
            stack: null,
            code,
            domain: 'user',
            retry: 'never',
            details: {},
            cause: null,
            members: [],
          } as const)
    const { name, submissionTimeMs } = job
    this.results.set(id, { id, name, submissionTimeMs, completionTimeMs: STARTED_AT_MS + 1000, status, error })
    for (const resume of this.#waiting.splice(0)) resume()
  }

  #command(
    idOrName: string,
    command: string,
    isAllowed: (status: JobStatus) => boolean,
    act: (job: Mutable<JobSummary>) => void,
  ): void {
    const job = this.#job(idOrName)
    if (!isAllowed(job.status)) {
      throw new NacelleError('ERR_JOB_STATE', `the job is ${JOB_STATUS_TEXTS[job.status]}: ${command} is refused`)
    }
    if (this.onCommand === null) act(job)
    else this.onCommand(job, command)
  }

  #job(idOrName: string): Mutable<JobSummary> {
    const named = this.all.filter(({ name }) => name === idOrName)
    const job =
      named.find(({ status }) => isActive(status)) ??
      named[0] ??
      this.all.find(({ id }) => id === idOrName.replaceAll('-', ''))
    if (job === undefined) {
      throw new NacelleError('ERR_JOB_NOT_FOUND', `no job with name or id '${idOrName}' was found`)
    }
    return job
  }
}

function isActive(status: JobStatus): boolean {
  return status !== 'completed' && status !== 'failed'
}

function isRunning(status: JobStatus): boolean {
  return status === 'running'
}

function tooLarge(): NacelleError {
  return new NacelleError('ERR_BUNDLE_TOO_LARGE', `the bundle is larger than ${FAKE_BUNDLE_BYTES_MAX} bytes`)
}
