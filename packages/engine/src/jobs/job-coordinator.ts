import { encodeError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { Grid } from '../grid/grid.ts'
import type { TimerHandle } from '../platform/timers.ts'
import { claimHead } from './claim-head.ts'
import { claimTerm } from './coordinator-term.ts'
import { type CommittedSnapshot, snapshotFolder } from './documents/committed-snapshot.ts'
import type { JobEnd } from './documents/job-head.ts'
import type { JobIntent } from './documents/job-intent.ts'
import type { JobRecord } from './documents/job-record.ts'
import type { ExecutionHost } from './execution-host.ts'
import { checkSnapshotName, ExportedSnapshots, exportedSnapshot } from './exported-snapshots.ts'
import type { HookPoint } from './hook-point.ts'
import { jobIdText, parseJobId } from './job-id.ts'
import { JobResults } from './job-results.ts'
import { type CommandBody, type CoordinationPlatform, JobRunner } from './job-runner.ts'
import type {
  ClusterSummary,
  ExportedSnapshot,
  JobResult,
  JobService,
  JobSubmission,
  JobSummary,
  SubmittedJob,
} from './job-service.ts'
import { JobStore, type Stored, type StoredJob } from './job-store.ts'
import { JobSubmitter } from './job-submitter.ts'
import { summaryOf, summaryOfResult } from './job-summary.ts'
import { executionOf, factsOf } from './machine/job-view.ts'
import { collectAllSnapshots, collectOldSnapshots, collectSnapshot } from './snapshot-garbage.ts'

/** What a {@link JobCoordinator} is made of. */
export interface JobCoordinatorOptions {
  readonly grid: Grid
  readonly host: ExecutionHost
  readonly platform: CoordinationPlatform
  cluster(): ClusterSummary
  /** Why no job may start now, in words that follow "as"; null = they may. Default: they always may. */
  whyNoStart?(): string | null
  /** Called at the moments that tests of crashes end the process at. */
  reached?(hook: HookPoint): void
  /** Called when another coordinator has taken over: nothing more is done here. */
  onDeposed?(): void
}

/** How often results that are old enough are removed. */
const RETENTION_MS = 60_000

/** How long until a job is claimed again that the grid did not let claim, and jobs are looked for again. */
const CLAIM_RETRY_MS = 1000

const RESTART: Extract<CommandBody, { readonly type: 'terminationRequested' }> = {
  type: 'terminationRequested',
  action: 'restart',
  isGraceful: true,
  exportName: null,
  intent: null,
}

/**
 * Coordinates all jobs of a grid: takes over those that are there, takes new ones, and answers what users ask.
 *
 * Invariants:
 * - Q1: a job is run by the one coordinator whose term is in its head; a later term ends this one for all jobs.
 * - Q2: of the jobs that have not ended no two have the same name.
 * - Q3: blobs of a snapshot are deleted only when no head and no name leads to them.
 */
export class JobCoordinator implements JobService {
  readonly #options: JobCoordinatorOptions
  readonly #store: JobStore
  readonly #results: JobResults
  readonly #exports: ExportedSnapshots
  readonly #submitter: JobSubmitter
  readonly #runners = new Map<string, JobRunner>()
  readonly #listeners = new Set<(job: JobSummary) => void>()
  readonly #awaited = new Map<string, PromiseWithResolvers<JobResult>[]>()
  readonly #timers = new Set<TimerHandle>()
  #term = 0
  #state: 'new' | 'active' | 'draining' | 'deposed' | 'closed' = 'new'

  constructor(options: JobCoordinatorOptions) {
    const { grid, platform } = options
    this.#options = options
    this.#store = new JobStore(grid)
    this.#results = new JobResults(this.#store, platform.clock)
    this.#exports = new ExportedSnapshots(this.#store)
    this.#submitter = new JobSubmitter({
      store: this.#store,
      exports: this.#exports,
      platform,
      reached: (hook) => this.#reached(hook),
      known: (id) => this.#runners.get(id)?.record ?? this.#results.get(id) ?? null,
      activeRecord: (name) => this.#active(name)?.record ?? null,
      adopt: (record, isTakenOver) => this.#adopt(record, null, isTakenOver),
      onUnknown: () => this.#later(CLAIM_RETRY_MS, () => this.#takeOver()),
    })
  }

  /** Raised with every coordinator of the grid; 0 before the start. */
  get term(): number {
    return this.#term
  }

  /**
   * Claims coordination and takes over every job there is.
   *
   * @throws NacelleError what the grid throws when it cannot be used; this coordinator is closed then
   */
  async start(): Promise<void> {
    const { grid, platform } = this.#options
    try {
      this.#term = await claimTerm(grid, platform.random)
      await this.#exports.load((key, error) => this.#reportUnreadable(key, error))
      await this.#takeOver()
    } catch (error) {
      this.close()
      throw error
    }
    if (this.#state !== 'new') return
    this.#state = 'active'
    this.#timers.add(platform.timers.every(RETENTION_MS, () => void this.#collectResults()))
  }

  /**
   * Lets every running job take a last snapshot and end its execution, so that it goes on from there under the next
   * coordinator. Starts nothing any more. Resolves when nothing runs, or after `timeoutMs`.
   */
  async drain(timeoutMs: number): Promise<void> {
    if (this.#state !== 'active') return
    this.#state = 'draining'
    const quiet = Promise.withResolvers<void>()
    const look = (): void => {
      const runners = [...this.#runners.values()]
      if (!runners.some(({ state }) => executionOf(state) !== null)) return quiet.resolve()
      for (const runner of runners) {
        if (runner.state.kind !== 'running' || runner.state.termination !== null) continue
        // One that has ended, or is being ended, by now needs nothing.
        void runner.command(RESTART, null).catch(() => undefined)
      }
    }
    const limit = this.#options.platform.timers.after(timeoutMs, () => quiet.resolve())
    const subscription = this.onChange(look)
    look()
    await quiet.promise
    limit.cancel()
    subscription.cancel()
  }

  /** Stops coordinating, as it stands. Executions that still run are ended by their host. */
  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#endAll((runner) => runner.close())
  }

  submit(submission: JobSubmission): Promise<SubmittedJob> {
    return this.#whenActive(() => this.#submitter.submit(submission))
  }

  list({ all }: { readonly all: boolean }): Promise<readonly JobSummary[]> {
    return this.#whenActive(async () => {
      const active = [...this.#runners.values()].filter((runner) => this.#isActive(runner))
      const ended = all ? this.#results.all().filter(({ id }) => !active.some(({ record }) => record.id === id)) : []
      const summaries = [...active.map(({ state }) => summaryOf(state)), ...ended.map(summaryOfResult)]
      return summaries.toSorted((a, b) => b.submissionTimeMs - a.submissionTimeMs || (a.id < b.id ? -1 : 1))
    })
  }

  get(idOrName: string): Promise<JobSummary> {
    return this.#whenActive(async () => this.#summary(this.#idOf(idOrName)))
  }

  cancel(idOrName: string): Promise<void> {
    return this.#terminate(idOrName, 'cancel')
  }

  suspend(idOrName: string): Promise<void> {
    return this.#terminate(idOrName, 'suspend')
  }

  restart(idOrName: string): Promise<void> {
    return this.#terminate(idOrName, 'restart')
  }

  resume(idOrName: string): Promise<void> {
    return this.#command(idOrName, { type: 'resumeRequested', intent: null }, 'resume')
  }

  async exportSnapshot(
    idOrName: string,
    name: string,
    { cancel }: { readonly cancel: boolean },
  ): Promise<ExportedSnapshot> {
    checkSnapshotName(name)
    const command: CommandBody = cancel
      ? { type: 'terminationRequested', action: 'cancel', isGraceful: true, exportName: name, intent: null }
      : { type: 'exportRequested', exportName: name }
    await this.#command(idOrName, command, null)
    return exportedSnapshot(this.#exports.get(name))
  }

  listSnapshots(): Promise<readonly ExportedSnapshot[]> {
    return this.#whenActive(async () => this.#exports.list())
  }

  deleteSnapshot(name: string): Promise<boolean> {
    return this.#whenActive(async () => {
      const deleted = await this.#exports.delete(name)
      if (deleted !== null) this.#collectInBackground(deleted.snapshot)
      return deleted !== null
    })
  }

  result(idOrName: string): Promise<JobResult | null> {
    return this.#whenActive(async () => {
      const result = this.#results.get(this.#idOf(idOrName))
      return result === null ? null : jobResult(result)
    })
  }

  async awaitResult(idOrName: string): Promise<JobResult> {
    const id = await this.#whenActive(async () => this.#idOf(idOrName))
    const result = this.#results.get(id)
    if (result !== null) return jobResult(result)
    const awaited = Promise.withResolvers<JobResult>()
    this.#awaited.set(id, [...(this.#awaited.get(id) ?? []), awaited])
    return awaited.promise
  }

  onChange(listener: (job: JobSummary) => void): { cancel(): void } {
    this.#listeners.add(listener)
    return { cancel: () => void this.#listeners.delete(listener) }
  }

  cluster(): ClusterSummary {
    return this.#options.cluster()
  }

  #terminate(idOrName: string, action: 'cancel' | 'suspend' | 'restart'): Promise<void> {
    const command: CommandBody = { ...RESTART, action, isGraceful: action !== 'cancel' }
    // A restart that is forgotten with its coordinator has happened by that.
    return this.#command(idOrName, command, action === 'restart' ? null : action)
  }

  #command(idOrName: string, command: CommandBody, wish: JobIntent['wish'] | null): Promise<void> {
    return this.#whenActive(() => {
      const id = this.#idOf(idOrName)
      const runner = this.#runners.get(id)
      if (runner !== undefined) return runner.command(command, wish)
      const { status } = this.#summary(id)
      throw new NacelleError('ERR_JOB_STATE', `Job '${idOrName}' is not active: it has ${status}`, {
        details: { jobId: id },
      })
    })
  }

  /** The active job of the name, else the last one of it, else the job with the id. */
  #idOf(idOrName: string): string {
    const byName = this.#active(idOrName)?.record ?? this.#results.latest(idOrName)
    if (byName !== null && byName !== undefined) return byName.id
    const id = parseJobId(idOrName)
    if (id !== null && (this.#runners.has(id) || this.#results.get(id) !== null)) return id
    throw new NacelleError('ERR_JOB_NOT_FOUND', `No job with name or id '${idOrName}' was found`)
  }

  #active(name: string): JobRunner | undefined {
    return [...this.#runners.values()].find((runner) => runner.record.name === name && this.#isActive(runner))
  }

  /** Whether a job has not ended; of one that has, remains may be here. */
  #isActive({ record, state }: JobRunner): boolean {
    return state.kind !== 'ended' && this.#results.get(record.id) === null
  }

  #summary(id: string): JobSummary {
    const result = this.#results.get(id)
    return result === null ? summaryOf(this.#runners.get(id)!.state) : summaryOfResult(result)
  }

  async #whenActive<T>(answer: () => Promise<T>): Promise<T> {
    if (this.#state === 'active' || this.#state === 'draining') return answer()
    throw new NacelleError('ERR_NOT_COORDINATING', 'this member does not coordinate jobs now: try again', {
      domain: 'external',
      retry: 'backoff',
    })
  }

  /** Takes over every job in the grid that is not in hand. */
  async #takeOver(): Promise<void> {
    const jobs = await this.#store.jobs((id, error) => this.#reportUnreadable(`job ${id}`, error))
    for (const job of jobs) {
      if (this.#runners.has(job.id) || this.#submitter.isUnderWay(job.id)) continue
      if (job.result !== null) this.#results.adopt(job.result)
      if (job.record !== null) {
        void this.#adopt(job.record, job.intent, true)
        continue
      }
      await this.#removeRemains(job)
    }
  }

  /** Without its record a job is over; another coordinator has ended while it removed the rest. */
  async #removeRemains({ id, hasHead, intent }: StoredJob): Promise<void> {
    if (!hasHead && intent === null) return
    try {
      await collectAllSnapshots(this.#store, id, (folder) => this.#isNeeded(folder))
      await this.#store.deleteRemains(id)
    } catch (error) {
      this.#warn(`what is left of job ${jobIdText(id)} could not be removed`, error)
    }
  }

  /** Makes a runner at once, and gives it the job as soon as its head is claimed. */
  async #adopt(record: JobRecord, intent: Stored<JobIntent> | null, isTakenOver: boolean): Promise<void> {
    const runner = this.#runner(record)
    this.#runners.set(record.id, runner)
    for (;;) {
      try {
        const head = await claimHead(this.#store, record, this.#term)
        runner.adopt(head, intent, isTakenOver)
        return
      } catch (error) {
        if (this.#state === 'closed' || this.#state === 'deposed') return
        if (error instanceof NacelleError && error.code === 'ERR_NOT_COORDINATING') return this.#onDeposed()
        this.#warn(`job ${jobIdText(record.id)} could not be claimed yet`, error)
        const { promise, resolve } = Promise.withResolvers<void>()
        this.#later(CLAIM_RETRY_MS, resolve)
        await promise
      }
    }
  }

  #runner(record: JobRecord): JobRunner {
    const { host, platform, whyNoStart } = this.#options
    return new JobRunner({
      record,
      store: this.#store,
      host,
      platform,
      whyNoStart: () => (this.#state === 'draining' ? 'the member is being shut down' : (whyNoStart?.() ?? null)),
      reached: (hook) => this.#reached(hook),
      onChange: (runner) => this.#onJobChanged(runner),
      writeExport: (exportName, snapshot) => this.#writeExport(record, exportName, snapshot),
      writeResult: (end) => this.#writeResult(record, end),
      remove: () => this.#remove(record),
      collectGarbage: () => this.#collectGarbage(record.id),
      onDeposed: () => this.#onDeposed(),
    })
  }

  #onJobChanged(runner: JobRunner): void {
    if (runner.state.kind === 'ended') this.#runners.delete(runner.record.id)
    const summary = summaryOf(runner.state)
    for (const listener of this.#listeners) listener(summary)
  }

  async #writeExport(record: JobRecord, name: string, snapshot: CommittedSnapshot): Promise<void> {
    const manifest = await this.#store.readManifest(snapshot.manifest)
    const replaced = await this.#exports.write({
      name,
      jobName: record.name,
      creationTimeMs: this.#options.platform.clock.wallMs(),
      snapshot,
      dagJson: manifest.dagJson,
      statefulVertices: Object.keys(manifest.refs),
    })
    if (replaced !== null) this.#collectInBackground(replaced.snapshot)
  }

  async #writeResult({ id, name, submissionTimeMs, settings, bundle, args }: JobRecord, end: JobEnd): Promise<void> {
    const { status, error, completionTimeMs } = end
    const result = { id, name, submissionTimeMs, completionTimeMs, status, error, settings, bundle, args }
    await this.#results.store(result)
    for (const awaited of this.#awaited.get(id) ?? []) awaited.resolve(jobResult(result))
    this.#awaited.delete(id)
  }

  async #remove({ id, name }: JobRecord): Promise<void> {
    if (name !== null) await this.#store.releaseName(name, id)
    await this.#store.deleteRecord(id)
    this.#reached('removal.recordDeleted')
    await collectAllSnapshots(this.#store, id, (folder) => this.#isNeeded(folder, id))
    const initial = this.#runners.get(id)?.record.initialSnapshot ?? null
    if (initial !== null) await collectSnapshot(this.#store, initial, (folder) => this.#isNeeded(folder, id))
    await this.#store.deleteRemains(id)
  }

  async #collectGarbage(jobId: string): Promise<void> {
    const runner = this.#runners.get(jobId)
    const committed = runner === undefined ? null : (factsOf(runner.state)?.head.snapshot ?? null)
    if (runner === undefined || committed === null) return
    const isNeeded = (folder: string) => this.#isNeeded(folder)
    await collectOldSnapshots(this.#store, committed, { jobId, isNeeded })
    const { initialSnapshot } = runner.record
    if (initialSnapshot !== null && initialSnapshot.jobId !== jobId) {
      await collectSnapshot(this.#store, initialSnapshot, isNeeded)
    }
  }

  #collectInBackground(snapshot: CommittedSnapshot): void {
    void collectSnapshot(this.#store, snapshot, (folder) => this.#isNeeded(folder)).catch((error: unknown) =>
      this.#warn(`snapshot ${snapshot.snapshotId} of job ${jobIdText(snapshot.jobId)} could not be removed`, error),
    )
  }

  /** Q3. @param except a job that has ended, whose own head counts no more */
  #isNeeded(folder: string, except: string | null = null): boolean {
    if (this.#exports.holds(folder) || this.#submitter.needs(folder)) return true
    return [...this.#runners.values()].some((runner) => runner.record.id !== except && needs(runner, folder))
  }

  async #collectResults(): Promise<void> {
    try {
      await this.#results.collect((id) => this.#runners.has(id))
    } catch (error) {
      this.#warn('old results could not be removed', error)
    }
  }

  /** Q1: the first sign of a later term is taken for all jobs. */
  #onDeposed(): void {
    if (this.#state === 'deposed' || this.#state === 'closed') return
    this.#state = 'deposed'
    this.#endAll((runner) => {
      runner.depose('another coordinator has taken over')
      runner.close()
    })
    this.#options.onDeposed?.()
  }

  #endAll(end: (runner: JobRunner) => void): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    for (const runner of this.#runners.values()) end(runner)
    const error = new NacelleError('ERR_NOT_COORDINATING', 'this member has stopped to coordinate jobs', {
      domain: 'external',
      retry: 'backoff',
    })
    for (const awaited of [...this.#awaited.values()].flat()) awaited.reject(error)
    this.#awaited.clear()
  }

  #later(delayMs: number, callback: () => void | Promise<void>): void {
    const timer = this.#options.platform.timers.after(delayMs, () => {
      this.#timers.delete(timer)
      void Promise.resolve(callback()).catch((error: unknown) => this.#warn('jobs could not be taken over', error))
    })
    this.#timers.add(timer)
  }

  #reached(hook: HookPoint): void {
    if (this.#state !== 'closed') this.#options.reached?.(hook)
  }

  #reportUnreadable(what: string, error: unknown): void {
    this.#options.platform.logger.log('error', `${what} is left alone, as it cannot be read`, {
      error: encodeError(error),
    })
  }

  #warn(message: string, error: unknown): void {
    if (this.#state !== 'closed') this.#options.platform.logger.log('warn', message, { error: encodeError(error) })
  }
}

/** Whether a job's head may lead to the snapshot in a folder. */
function needs({ state, record }: JobRunner, folder: string): boolean {
  const facts = factsOf(state)
  // Not claimed yet, or not any more: what its head says is not known here.
  if (facts === null) return folder.startsWith(`snap/${record.id}/`) || isAt(record.initialSnapshot, folder)
  const { head } = facts
  if (isAt(head.snapshot, folder) || isAt(head.previous, folder)) return true
  return state.kind === 'writingHead' && (isAt(state.head.snapshot, folder) || isAt(state.head.previous, folder))
}

function isAt(snapshot: CommittedSnapshot | null, folder: string): boolean {
  return snapshot !== null && snapshotFolder(snapshot) === folder
}

function jobResult({ id, name, submissionTimeMs, completionTimeMs, status, error }: JobResult): JobResult {
  return { id, name, submissionTimeMs, completionTimeMs, status, error }
}
