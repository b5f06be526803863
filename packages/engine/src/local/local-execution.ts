import { decodeError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { DAG } from '../core/dag.ts'
import { dagToJson } from '../core/dag-json.ts'
import type { ProcessingGuarantee } from '../core/processor-context.ts'
import { Doorbell } from '../execution/doorbell.ts'
import { DEFAULT_SIZES, type ExecutionPlan, type ExecutionSizes, planExecution } from '../execution/execution-plan.ts'
import { ringFootprint } from '../execution/ring-queue.ts'
import type { LogLevel } from '../platform/logger.ts'
import type { Platform } from '../platform/platform.ts'
import type { Thread, ThreadHost } from '../platform/threads.ts'
import type { TimerHandle } from '../platform/timers.ts'
import type { SnapshotSink } from '../snapshot/execution-snapshots.ts'
import type { RequestedSnapshot } from '../snapshot/snapshot-control.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'
import type { RestoredSnapshot } from '../snapshot/snapshot-reader.ts'
import { CallWatchdog } from './call-watchdog.ts'
import type { ExecutionProgress } from './execution-progress.ts'
import { MetricsReader } from './metrics-reader.ts'
import type { FromThread, ToThread } from './thread-messages.ts'
import { STOP_WORD } from './thread-worker.ts'
import { ThreadedSnapshots } from './threaded-snapshots.ts'

/**
 * How long threads have by default to come back from the item at hand before they are ended. They look for the stop
 * word every millisecond or so; the rest is for functions that take long, and for machines that have too much to do.
 */
const STOP_GRACE_MS = 1000

/** How long a thread may take to open and close its processors once the execution has failed or was cancelled. */
const CLOSE_GRACE_MS = 10_000

/** What {@link startLocalExecution} takes. */
export interface LocalExecutionOptions {
  readonly jobName: string
  /** What snapshots are to promise; without {@link snapshotSink} that is nothing, whatever this says. */
  readonly guarantee: ProcessingGuarantee
  /** The bundle that every thread imports, an absolute path. */
  readonly bundlePath: string
  readonly args: readonly string[]
  /** Built by the main thread from the same bundle; the threads' own must agree with it. */
  readonly dag: DAG
  /** Cooperative threads. */
  readonly threads: number
  readonly sizes?: Partial<ExecutionSizes>
  readonly platform: Platform
  readonly threadHost: ThreadHost
  /** The module that worker threads run. */
  readonly workerEntry: URL
  readonly logLevel?: LogLevel
  /** Milliseconds after which a thread is ended that does not come back from a user's function. Default 1000. */
  readonly stopGraceMs?: number
  /** Default: a new one. */
  readonly executionId?: string
  /** Wait for {@link LocalExecution.start} when all threads are ready. Default: start at once. */
  readonly holdsStart?: boolean
  /**
   * Milliseconds that a user's function may take on a cooperative thread before the job fails. Default: for ever.
   */
  readonly callDeadlineMs?: number
  /** Threads that were started ahead, or have run a job before; used first. */
  readonly prewarmed?: readonly Thread<ToThread, FromThread>[]
  /** Gets the threads that have done their part well, instead of their being ended. */
  readonly keepThread?: (thread: Thread<ToThread, FromThread>) => void
  /** Where snapshots go. Default: none can be taken. */
  readonly snapshotSink?: SnapshotSink
  /** The snapshot to go on from. Default null: the job begins. */
  readonly restore?: RestoredSnapshot | null
}

/** A job that runs on the worker threads of this process. */
export interface LocalExecution {
  /** Settles when all threads have ended. Rejects with the first failure, or with ERR_CANCELLED. */
  readonly completion: Promise<void>
  /**
   * Resolves when all threads are ready to run and have their state back. Rejects with the first failure before that.
   */
  readonly ready: Promise<void>
  /** With `holdsStart`: runs, as soon as all threads are ready. */
  start(): void
  /**
   * Stops the job: its threads close their processors and end. One that is stuck in a user's function is ended after
   * `stopGraceMs`, one whose functions do not finish opening or closing after 10 s.
   */
  cancel(): void
  /** What has been done so far, from shared counters; costs nothing to the threads. */
  progress(): ExecutionProgress
  /** Phase 1 of a snapshot, see `ExecutionSnapshots.take`. */
  takeSnapshot(request: RequestedSnapshot): Promise<SnapshotShard>
  /** Phase 2: processors commit what the snapshot has prepared, or not. */
  finishSnapshot(snapshotId: number, success: boolean): Promise<void>
}

/** Starts a worker thread ahead of the job that it will run, while that is still being bundled. */
export function prewarmThread(threadHost: ThreadHost, workerEntry: URL, index: number): Thread<ToThread, FromThread> {
  return threadHost.start<ToThread, FromThread>(workerEntry, {}, { name: `nacelle-worker-${index}` })
}

/**
 * Starts a job; the answer is there at once, failures of the start come through `completion`.
 *
 * @throws NacelleError when the DAG cannot be planned
 */
export function startLocalExecution(options: LocalExecutionOptions): LocalExecution {
  return new ThreadedExecution(options)
}

type ThreadState = 'loading' | 'opening' | 'ready' | 'running' | 'closing' | 'ended'

/**
 * The main thread's side of an execution.
 *
 * Invariants:
 * - L1: no thread starts before all are ready.
 * - L2: the first failure wins; what comes after it, mostly its consequences, is dropped.
 * - L3: `completion` settles after every thread has closed its processors or was ended.
 */
class ThreadedExecution implements LocalExecution {
  readonly completion: Promise<void>
  readonly ready: Promise<void>
  readonly #options: LocalExecutionOptions
  readonly #threads: Thread<ToThread, FromThread>[] = []
  readonly #states: ThreadState[] = []
  readonly #control = new SharedArrayBuffer(64)
  readonly #doorbells: SharedArrayBuffer
  readonly #snapshots: ThreadedSnapshots
  readonly #metrics: MetricsReader
  readonly #settle: { resolve: () => void; reject: (error: Error) => void }
  readonly #graces: TimerHandle[] = []
  readonly #readiness = Promise.withResolvers<void>()
  readonly #watchdog: CallWatchdog | null
  #mayStart: boolean
  #isRestored = false
  #failure: Error | null = null
  #settled = false

  constructor(options: LocalExecutionOptions) {
    this.#options = options
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.completion = promise
    this.#settle = { resolve, reject }
    this.ready = this.#readiness.promise
    // Not everybody waits for it, and `completion` tells of the same failure.
    this.ready.catch(() => undefined)
    this.#mayStart = options.holdsStart !== true
    const plan = planExecution(options.dag, {
      cooperativeThreads: options.threads,
      sizes: { ...DEFAULT_SIZES, ...options.sizes },
      placement: 'threads',
      ringFootprint,
    })
    this.#doorbells = new SharedArrayBuffer(Doorbell.bytesFor(plan.threads))
    this.#metrics = new MetricsReader(plan, options.platform.clock)
    this.#watchdog = this.#watch(plan)
    this.#snapshots = new ThreadedSnapshots({
      plan,
      sink: options.snapshotSink ?? null,
      restore: options.restore ?? null,
      logger: options.platform.logger,
      post: (thread, message) => this.#threads[thread]!.post(message),
      wake: () => this.#wakeAll(),
    })
    this.#startThreads(plan)
  }

  start(): void {
    if (this.#mayStart) return
    this.#mayStart = true
    this.#startWhenRestored()
  }

  cancel(): void {
    this.#fail(new NacelleError('ERR_CANCELLED', `job '${this.#options.jobName}' was cancelled`))
  }

  progress(): ExecutionProgress {
    return this.#metrics.progress()
  }

  async takeSnapshot(request: RequestedSnapshot): Promise<SnapshotShard> {
    return await this.#snapshots.take(request)
  }

  async finishSnapshot(snapshotId: number, success: boolean): Promise<void> {
    await this.#snapshots.finish(snapshotId, success)
  }

  #watch(plan: ExecutionPlan): CallWatchdog | null {
    const { callDeadlineMs, jobName, platform } = this.#options
    if (callDeadlineMs === undefined) return null
    return new CallWatchdog({
      jobName,
      plan,
      deadlineMs: callDeadlineMs,
      timers: platform.timers,
      onStuck: (error) => this.#fail(error),
    })
  }

  #startThreads(plan: ExecutionPlan): void {
    const { threadHost, workerEntry, prewarmed = [] } = this.#options
    const rings = new SharedArrayBuffer(Math.max(64, plan.sharedBytes))
    const dagJson = dagToJson(this.#options.dag)
    const executionId = this.#options.executionId ?? this.#options.platform.random.uuid()
    for (let index = 0; index < plan.threads; index++) {
      const thread = prewarmed[index] ?? prewarmThread(threadHost, workerEntry, index)
      this.#threads.push(thread)
      this.#states.push('loading')
      thread.onMessage((message) => this.#receive(index, message))
      thread.onExit((error) => this.#onExit(index, error))
      thread.post({
        type: 'load',
        bundlePath: this.#options.bundlePath,
        args: this.#options.args,
        thread: index,
        cooperativeThreads: plan.cooperativeThreads,
        sizes: plan.sizes,
        jobName: this.#options.jobName,
        executionId,
        guarantee: this.#options.snapshotSink === undefined ? 'none' : this.#options.guarantee,
        dagJson,
        rings,
        doorbells: this.#doorbells,
        control: this.#control,
        activity: this.#watchdog?.memoryFor(index) ?? null,
        metrics: this.#metrics.memoryFor(index),
        snapshots: this.#snapshots.memory,
        restores: this.#snapshots.restores,
        logLevel: this.#options.logLevel ?? 'info',
      })
    }
    for (const spare of prewarmed.slice(plan.threads)) void this.#dismiss(spare, true)
  }

  #receive(index: number, message: FromThread): void {
    const { platform } = this.#options
    switch (message.type) {
      case 'opening':
        this.#states[index] = 'opening'
        break
      case 'ready':
        this.#states[index] = 'ready'
        void this.#restoreWhenAllReady()
        break
      case 'chunk':
      case 'saved':
      case 'snapshotFinished':
      case 'restored':
        this.#snapshots.receive(index, message)
        break
      case 'metrics':
        this.#metrics.announce(index, message.slots)
        break
      case 'log':
        platform.logger.log(message.level, message.message, message.fields)
        break
      case 'output':
        platform.output.write(message.text)
        break
      case 'closing':
        this.#states[index] = 'closing'
        break
      case 'failed':
        this.#fail(decodeError(message.error))
        if (this.#states[index] !== 'ended') this.#states[index] = 'closing'
        break
      case 'done':
      case 'stopped':
        this.#end(index)
        break
    }
  }

  async #restoreWhenAllReady(): Promise<void> {
    if (this.#failure !== null || this.#states.some((state) => state !== 'ready')) return
    try {
      if (this.#snapshots.restores) await this.#snapshots.restore()
    } catch (error) {
      return this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
    this.#isRestored = true
    this.#readiness.resolve()
    this.#startWhenRestored()
  }

  #startWhenRestored(): void {
    if (this.#failure !== null || !this.#isRestored || !this.#mayStart) return
    this.#states.fill('running')
    for (const thread of this.#threads) thread.post({ type: 'start' })
  }

  /** L2: notes the first failure and stops all threads. */
  #fail(error: Error): void {
    if (this.#failure !== null || this.#settled) return
    this.#failure = error
    this.#readiness.reject(error)
    this.#snapshots.end(error)
    Atomics.store(new Int32Array(this.#control), STOP_WORD, 1)
    this.#wakeAll()
    for (const [index, state] of this.#states.entries()) {
      // A thread that has not started waits for a message, not for the stop word.
      if (state === 'loading' || state === 'opening' || state === 'ready') this.#threads[index]!.post({ type: 'stop' })
    }
    const { timers } = this.#options.platform
    this.#graces.push(
      timers.after(this.#options.stopGraceMs ?? STOP_GRACE_MS, () =>
        this.#terminate((state) => state !== 'opening' && state !== 'closing'),
      ),
      timers.after(CLOSE_GRACE_MS, () => this.#terminate(() => true)),
    )
  }

  #wakeAll(): void {
    const doorbell = new Doorbell(this.#doorbells, 0)
    for (const index of this.#threads.keys()) doorbell.wake(index)
  }

  #terminate(isDue: (state: ThreadState) => boolean): void {
    for (const [index, state] of this.#states.entries()) {
      if (state !== 'ended' && isDue(state)) void this.#threads[index]!.terminate()
    }
  }

  #onExit(index: number, error: Error | null): void {
    if (this.#states[index] === 'ended') return
    if (this.#failure === null) {
      const why = error === null ? 'process.exit was called in it' : error.message
      this.#fail(
        new NacelleError(
          'ERR_THREAD_ENDED',
          `worker thread ${index} of job '${this.#options.jobName}' ended unexpectedly: ${why}`,
          { cause: error },
        ),
      )
    }
    this.#end(index)
  }

  /** A thread is needed no more. Only one that has not seen a failure may be used again. */
  async #dismiss(thread: Thread<ToThread, FromThread>, isSound: boolean): Promise<void> {
    const { keepThread } = this.#options
    if (isSound && keepThread !== undefined) keepThread(thread)
    else await thread.terminate()
  }

  #end(index: number): void {
    this.#states[index] = 'ended'
    if (this.#settled || !this.#states.every((state) => state === 'ended')) return
    this.#settled = true
    this.#watchdog?.stop()
    this.#snapshots.end(this.#failure)
    for (const grace of this.#graces) grace.cancel()
    const isSound = this.#failure === null
    void Promise.all(this.#threads.map((thread) => this.#dismiss(thread, isSound))).then(() => {
      if (this.#failure === null) this.#settle.resolve()
      else this.#settle.reject(this.#failure)
    })
  }
}
