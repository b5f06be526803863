import { type EncodedError, encodeError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { dagOutline } from '../core/dag-outline.ts'
import type { BlobStore } from '../grid/blob-store.ts'
import { snapshotFolder } from '../jobs/documents/committed-snapshot.ts'
import type { ExecutionOutcome, ExecutionRequest, SnapshotRequest } from '../jobs/execution-host.ts'
import { readSnapshotManifest } from '../jobs/snapshot-manifest-blob.ts'
import type { ExecutionProgress } from '../local/execution-progress.ts'
import { type LocalExecution, startLocalExecution } from '../local/local-execution.ts'
import type { FromThread, ToThread } from '../local/thread-messages.ts'
import type { Platform } from '../platform/platform.ts'
import type { Thread, ThreadHost } from '../platform/threads.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'
import type { RestoredSnapshot } from '../snapshot/snapshot-reader.ts'
import { boundedError } from './bounded-error.ts'
import type { FromExecution, InitMessage, ToExecution } from './control-messages.ts'
import type { ExecutionHookPoint } from './crash-hook.ts'

/** What an {@link ExecutionRunner} needs from the process it runs in. */
export interface ExecutionRunnerPorts {
  send(message: FromExecution): void
  /** Makes what depends on the job; called once, before anything of the job is imported. */
  prepare(init: InitMessage): Promise<PreparedProcess>
  /** The module that worker threads run. */
  readonly workerEntry: URL
  residentBytes(): number
}

/** A process that is ready for its job. */
export interface PreparedProcess {
  readonly platform: Platform
  readonly threadHost: ThreadHost
  readonly prewarmed: readonly Thread<ToThread, FromThread>[]
  readonly blobs: BlobStore
  /** Called at the moments that tests of crashes end the process at. */
  reached(point: ExecutionHookPoint): void
}

/** How often the process gives a sign of life. */
const PROGRESS_MS = 1000

/**
 * The execution process's side: runs one execution as the member says. Nothing of the job runs in this thread: it plans
 * by the outline of the DAG, and its worker threads import the job. So it answers whatever the job does, and notices
 * when the member has gone.
 */
export class ExecutionRunner {
  readonly #ports: ExecutionRunnerPorts
  #prepared: PreparedProcess | null = null
  #memoryBytesMax = 0
  #execution: LocalExecution | null = null
  #isTerminating = false
  #endsWithSnapshot = false
  #hasEnded = false

  constructor(ports: ExecutionRunnerPorts) {
    this.#ports = ports
  }

  /** Handles a message of the member. Never rejects: failures are answers. */
  async receive(message: ToExecution): Promise<void> {
    switch (message.type) {
      case 'init':
        return this.#initialise(message)
      case 'start':
        return this.#start()
      case 'takeSnapshot':
        return this.#answer(message.call, async () => {
          const shard = await this.#takeSnapshot(message.request)
          this.#prepared?.reached('execution.snapshotTaken')
          this.#ports.send({ type: 'snapshotTaken', call: message.call, shard })
        })
      case 'finishSnapshot':
        return this.#answer(message.call, async () => {
          await this.#running().finishSnapshot(message.snapshotId, message.success)
          this.#prepared?.reached('execution.snapshotFinished')
          this.#ports.send({ type: 'snapshotFinished', call: message.call })
        })
      case 'terminate':
        this.#isTerminating = true
        this.#execution?.cancel()
        return
    }
  }

  /** Something threw in this thread itself: the execution is lost, whatever its threads do. */
  fail(error: unknown): void {
    this.#end({ kind: 'failed', error: boundedError(encodeError(error)), restartable: false })
  }

  async #initialise(init: InitMessage): Promise<void> {
    try {
      if (this.#prepared !== null) throw new NacelleError('ERR_EXECUTION_UNKNOWN', 'this process has its execution')
      const prepared = await this.#ports.prepare(init)
      this.#prepared = prepared
      this.#memoryBytesMax = init.memoryBytesMax
      this.#sendProgress()
      prepared.platform.timers.every(PROGRESS_MS, () => this.#sendProgress())
      const restore = await restoredSnapshot(init.request, prepared.blobs)
      this.#execution = this.#startExecution(init, prepared, restore)
      // How it ends is told when it has been started; until then only whether it can be.
      this.#execution.completion.catch(() => undefined)
      await this.#execution.ready
      prepared.reached('execution.ready')
      this.#ports.send({ type: 'ready' })
    } catch (error) {
      this.#ports.send({ type: 'refused', error: this.#encoded(error) })
    }
  }

  #startExecution(
    { request, callDeadlineMs, bundlePath, threads }: InitMessage,
    prepared: PreparedProcess,
    restore: RestoredSnapshot | null,
  ): LocalExecution {
    const { jobId, term } = request
    return startLocalExecution({
      jobName: request.jobName ?? request.jobId,
      executionId: request.executionId,
      guarantee: request.settings.guarantee,
      bundlePath,
      args: request.args,
      dag: dagOutline(request.dagJson),
      threads,
      platform: prepared.platform,
      threadHost: prepared.threadHost,
      workerEntry: this.#ports.workerEntry,
      prewarmed: prepared.prewarmed,
      ...(callDeadlineMs !== null && { callDeadlineMs }),
      holdsStart: true,
      snapshotSink: {
        blobs: prepared.blobs,
        folderOf: (snapshotId) => snapshotFolder({ jobId, term, snapshotId }).slice(0, -1),
        shard: 0,
      },
      restore,
    })
  }

  async #start(): Promise<void> {
    try {
      const execution = this.#running()
      execution.start()
      await execution.completion
      this.#end({ kind: this.#endsWithSnapshot ? 'endedWithSnapshot' : 'completed' })
    } catch (error) {
      const isCancelled = this.#isTerminating && error instanceof NacelleError && error.code === 'ERR_CANCELLED'
      if (isCancelled) this.#end({ kind: 'terminated' })
      else this.#end({ kind: 'failed', error: this.#encoded(error), restartable: isRestartable(error) })
    }
  }

  async #takeSnapshot(request: SnapshotRequest): Promise<SnapshotShard> {
    const shard = await this.#running().takeSnapshot(request)
    this.#endsWithSnapshot = request.terminal
    return shard
  }

  async #answer(call: number, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#ports.send({ type: 'callFailed', call, error: this.#encoded(error) })
    }
  }

  #encoded(error: unknown): EncodedError {
    return boundedError(encodeError(isOutOfMemory(error) ? memoryError(error, this.#memoryBytesMax) : error))
  }

  #running(): LocalExecution {
    if (this.#execution !== null) return this.#execution
    throw new NacelleError('ERR_EXECUTION_UNKNOWN', 'this process has no execution', { domain: 'internal' })
  }

  #end(outcome: ExecutionOutcome): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#sendProgress()
    this.#ports.send({ type: 'ended', outcome })
  }

  #sendProgress(): void {
    const progress = this.#execution?.progress() ?? null
    this.#ports.send({
      type: 'progress',
      progress: progress === null ? null : finiteProgress(progress),
      residentBytes: this.#ports.residentBytes(),
    })
  }
}

/** The snapshot that the execution goes on from, null at the beginning. */
async function restoredSnapshot(request: ExecutionRequest, blobs: BlobStore): Promise<RestoredSnapshot | null> {
  if (request.restore === null) return null
  const { refs, snapshotId } = await readSnapshotManifest(blobs, request.restore)
  return { snapshotId, refs, blobs }
}

/** A thread that V8 has ended because its heap was full. */
function isOutOfMemory(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { cause } = error
  return cause instanceof Error && (cause as { readonly code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY'
}

function memoryError(error: Error, memoryBytesMax: number): NacelleError {
  return new NacelleError(
    'ERR_MEMORY_LIMIT',
    `a worker thread was ended because the job has taken more memory than it may have (${Math.round(memoryBytesMax / 2 ** 20)} MB, limits.memoryBytes) or than one thread can have: it keeps too much, or needs more threads`,
    { cause: error, details: { memoryBytesMax } },
  )
}

/** Whether the error, or one behind it, says that running again makes sense. */
function isRestartable(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth++) {
    if (at instanceof NacelleError && at.retry !== 'never') return true
  }
  return false
}

/** Metrics that processors set themselves may be anything; JSON has only finite numbers. */
function finiteProgress(progress: ExecutionProgress): ExecutionProgress {
  const finite = (_name: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? 0 : value
  return JSON.parse(JSON.stringify(progress, finite)) as ExecutionProgress
}
