import { describeThrownValue, encodeError, isErrorLike } from '../base/encoded-error.ts'
import { beginGeneratedCode } from '../base/generated-code.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { dagToJson } from '../core/dag-json.ts'
import type { JobContext } from '../core/processor-context.ts'
import { describeDagDifference } from '../deployment/dag-hash.ts'
import { buildPipeline, loadJob } from '../deployment/load-job.ts'
import { Doorbell } from '../execution/doorbell.ts'
import { type ExecutionPlan, planExecution } from '../execution/execution-plan.ts'
import { ringFootprint } from '../execution/ring-queue.ts'
import { ThreadExecution } from '../execution/thread-execution.ts'
import type { MetricRegistry } from '../platform/metrics.ts'
import type { Platform } from '../platform/platform.ts'
import type { TimerHandle } from '../platform/timers.ts'
import { ChunkRestorer } from '../snapshot/chunk-restorer.ts'
import { SnapshotControl } from '../snapshot/snapshot-control.ts'
import { SnapshotWriter } from '../snapshot/snapshot-writer.ts'
import { stoppedError } from './stopped-error.ts'
import { BEAT_MS, ThreadActivity } from './thread-activity.ts'
import type { FromThread, LoadMessage, RestoreMessage, ToThread } from './thread-messages.ts'

/** Word of the control buffer that is 1 when the execution is to stop. */
export const STOP_WORD = 0

/** What a {@link ThreadWorker} needs from the thread it runs on. */
export interface ThreadWorkerPorts {
  /** @param transfer buffers that are given away */
  post(message: FromThread, transfer?: readonly ArrayBuffer[]): void
  platformFor(load: LoadMessage): Platform
  metricsFor(load: LoadMessage): (tags: Readonly<Record<string, string>>) => MetricRegistry
  /**
   * Waits, not for ever, until what users' functions have printed has left the thread, which may be ended afterwards.
   */
  flushPrinted(): Promise<void>
}

/**
 * One worker thread's part in an execution: `load` → `opening` → `ready` → (`restore` → `restored`)* → `start` →
 * `closing` → `done`. It imports the job, builds the pipeline and the DAG itself, and refuses to run another DAG than
 * the main thread planned. A failure is posted at once, `failed`; after it, and after a stop, comes `stopped` when all
 * is closed. After `done` another `load` may follow: a job that the thread has imported before finds its modules as it
 * left them.
 */
export class ThreadWorker {
  readonly #ports: ThreadWorkerPorts
  #load: LoadMessage | null = null
  #execution: ThreadExecution | null = null
  #restorer: ChunkRestorer | null = null
  #isReady = false
  #stopRequested = false
  #isStopped: () => boolean = () => false
  #beats: TimerHandle | null = null

  constructor(ports: ThreadWorkerPorts) {
    this.#ports = ports
  }

  /** Handles a message of the main thread. Never rejects: failures are posted. */
  async receive(message: ToThread): Promise<void> {
    try {
      if (message.type === 'load') await this.#prepare(message)
      else if (message.type === 'restore') this.#restore(message)
      else if (message.type === 'start') await this.#run()
      else await this.#stop()
    } catch (error) {
      // What is still on its way here is not taken any more.
      this.#isReady = false
      this.#ports.post({ type: 'failed', error: encodeError(error) })
      await this.#execution?.close(error)
      await this.#leave('stopped')
    }
  }

  /** Something threw outside of any processor: in a timer, or a promise that nobody awaits. */
  failUncaught(thrown: unknown): void {
    const { thread, jobName } = this.#load ?? { thread: -1, jobName: '' }
    const error = new NacelleError(
      'ERR_UNCAUGHT',
      `${thrownText(thrown)} in a timer or a promise, where nobody caught it (worker thread ${thread})`,
      { cause: thrown, details: { job: jobName, thread } },
    )
    this.#ports.post({ type: 'failed', error: encodeError(error) })
  }

  async #prepare(load: LoadMessage): Promise<void> {
    this.#load = load
    const platform = this.#ports.platformFor(load)
    const activity = load.activity === null ? null : new ThreadActivity(load.activity)
    if (activity !== null) {
      activity.beat()
      this.#beats = platform.timers.every(BEAT_MS, () => activity.beat())
    }
    beginGeneratedCode(load.bundlePath)
    const definition = await loadJob(load.bundlePath)
    const pipeline = await buildPipeline(definition, load.args)
    const dag = pipeline.toDag()
    const dagJson = dagToJson(dag)
    if (dagJson !== load.dagJson) throw otherDagError(load, dagJson)
    const control = new Int32Array(load.control)
    this.#isStopped = () => Atomics.load(control, STOP_WORD) !== 0
    const plan = planExecution(dag, {
      cooperativeThreads: load.cooperativeThreads,
      sizes: load.sizes,
      placement: 'threads',
      ringFootprint,
    })
    const execution = new ThreadExecution({
      plan,
      thread: load.thread,
      job: jobContext(load, platform),
      shared: load.rings,
      doorbell: new Doorbell(load.doorbells, load.thread),
      snapshots: this.#snapshotWriter(load, plan),
      restores: load.restores,
      metricsFor: this.#ports.metricsFor(load),
      isStopped: this.#isStopped,
      ...(activity !== null && { calling: activity.calling }),
    })
    this.#execution = execution
    this.#restorer = new ChunkRestorer(plan, load.thread, (...entries) => execution.restore(...entries))
    // Once the execution is stopped nothing is opened that would have to be closed.
    if (this.#isStopped()) return this.#leave('stopped')
    this.#ports.post({ type: 'opening' })
    await execution.init()
    this.#isReady = true
    if (this.#stopRequested) await this.#stop()
    else this.#ports.post({ type: 'ready' })
  }

  #snapshotWriter({ snapshots, thread }: LoadMessage, plan: ExecutionPlan): SnapshotWriter | null {
    if (snapshots === null) return null
    const { post } = this.#ports
    return new SnapshotWriter({
      control: new SnapshotControl(snapshots),
      plan,
      thread,
      outlet: {
        chunk: (vertexName, chunk, entries) => post({ type: 'chunk', vertexName, chunk, entries }, [chunk]),
        saved: (snapshotId, pauseMs) => post({ type: 'saved', snapshotId, pauseMs }),
        finished: (snapshotId) => post({ type: 'snapshotFinished', snapshotId }),
      },
    })
  }

  #restore({ chunk, blob }: RestoreMessage): void {
    if (!this.#isReady) return
    this.#restorer!.restore(chunk, blob)
    this.#ports.post({ type: 'restored' })
  }

  async #run(): Promise<void> {
    const execution = this.#execution!
    await execution.run()
    this.#ports.post({ type: 'closing' })
    const wasStopped = this.#isStopped()
    await execution.close(wasStopped ? stoppedError() : null)
    await this.#leave(wasStopped ? 'stopped' : 'done')
  }

  /** Comes instead of `start`, before or after this thread is ready for it. */
  async #stop(): Promise<void> {
    this.#stopRequested = true
    if (!this.#isReady) return
    this.#ports.post({ type: 'closing' })
    await this.#execution!.close(stoppedError())
    await this.#leave('stopped')
  }

  async #leave(type: 'done' | 'stopped'): Promise<void> {
    await this.#ports.flushPrinted()
    this.#beats?.cancel()
    this.#beats = null
    this.#load = this.#execution = this.#restorer = null
    this.#isReady = this.#stopRequested = false
    this.#ports.post({ type })
  }
}

function jobContext(load: LoadMessage, platform: Platform): JobContext {
  return {
    jobName: load.jobName,
    executionId: load.executionId,
    guarantee: load.guarantee,
    memberIndex: 0,
    memberCount: 1,
    platform,
    logger: platform.logger,
  }
}

function thrownText(thrown: unknown): string {
  return isErrorLike(thrown) ? `${thrown.name}: ${thrown.message}` : describeThrownValue(thrown)
}

function otherDagError(load: LoadMessage, dagJson: string): NacelleError {
  return new NacelleError(
    'ERR_DAG_DIFFERS',
    `job '${load.jobName}' built another DAG in thread ${load.thread}: ${describeDagDifference(load.dagJson, dagJson)}; a job module must build the same pipeline each time, without looking at clock, randomness or the thread it runs in`,
    { details: { job: load.jobName, thread: load.thread } },
  )
}
