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
import type { ExecutionProgress } from './execution-progress.ts'
import { MetricsReader } from './metrics-reader.ts'
import type { FromThread, ToThread } from './thread-messages.ts'
import { STOP_WORD } from './thread-worker.ts'

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
  /** Threads that were started ahead, or have run a job before; used first. */
  readonly prewarmed?: readonly Thread<ToThread, FromThread>[]
  /** Gets the threads that have done their part well, instead of their being ended. */
  readonly keepThread?: (thread: Thread<ToThread, FromThread>) => void
}

/** A job that runs on the worker threads of this process. */
export interface LocalExecution {
  /** Settles when all threads have ended. Rejects with the first failure, or with ERR_CANCELLED. */
  readonly completion: Promise<void>
  /**
   * Stops the job: its threads close their processors and end. One that is stuck in a user's function is ended after
   * `stopGraceMs`, one whose functions do not finish opening or closing after 10 s.
   */
  cancel(): void
  /** What has been done so far, from shared counters; costs nothing to the threads. */
  progress(): ExecutionProgress
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
  readonly #options: LocalExecutionOptions
  readonly #threads: Thread<ToThread, FromThread>[] = []
  readonly #states: ThreadState[] = []
  readonly #control = new SharedArrayBuffer(64)
  readonly #doorbells: SharedArrayBuffer
  readonly #metrics: MetricsReader
  readonly #settle: { resolve: () => void; reject: (error: Error) => void }
  readonly #graces: TimerHandle[] = []
  #failure: Error | null = null
  #settled = false

  constructor(options: LocalExecutionOptions) {
    this.#options = options
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.completion = promise
    this.#settle = { resolve, reject }
    const plan = planExecution(options.dag, {
      cooperativeThreads: options.threads,
      sizes: { ...DEFAULT_SIZES, ...options.sizes },
      placement: 'threads',
      ringFootprint,
    })
    this.#doorbells = new SharedArrayBuffer(Doorbell.bytesFor(plan.threads))
    this.#metrics = new MetricsReader(plan, options.platform.clock)
    this.#startThreads(plan)
  }

  cancel(): void {
    this.#fail(new NacelleError('ERR_CANCELLED', `job '${this.#options.jobName}' was cancelled`))
  }

  progress(): ExecutionProgress {
    return this.#metrics.progress()
  }

  #startThreads(plan: ExecutionPlan): void {
    const { threadHost, workerEntry, prewarmed = [] } = this.#options
    const rings = new SharedArrayBuffer(Math.max(64, plan.sharedBytes))
    const dagJson = dagToJson(this.#options.dag)
    const executionId = this.#options.platform.random.uuid()
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
        guarantee: this.#options.guarantee,
        dagJson,
        rings,
        doorbells: this.#doorbells,
        control: this.#control,
        metrics: this.#metrics.memoryFor(index),
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
        this.#startWhenAllReady()
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

  #startWhenAllReady(): void {
    if (this.#failure !== null || this.#states.some((state) => state !== 'ready')) return
    this.#states.fill('running')
    for (const thread of this.#threads) thread.post({ type: 'start' })
  }

  /** L2: notes the first failure and stops all threads. */
  #fail(error: Error): void {
    if (this.#failure !== null || this.#settled) return
    this.#failure = error
    Atomics.store(new Int32Array(this.#control), STOP_WORD, 1)
    const doorbell = new Doorbell(this.#doorbells, 0)
    for (const [index, state] of this.#states.entries()) {
      doorbell.wake(index)
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
    for (const grace of this.#graces) grace.cancel()
    const isSound = this.#failure === null
    void Promise.all(this.#threads.map((thread) => this.#dismiss(thread, isSound))).then(() => {
      if (this.#failure === null) this.#settle.resolve()
      else this.#settle.reject(this.#failure)
    })
  }
}
