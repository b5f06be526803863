import type { DAG } from '../core/dag.ts'
import type { JobContext, ProcessingGuarantee } from '../core/processor-context.ts'
import { DEFAULT_SIZES, type ExecutionPlan, type ExecutionSizes, planExecution } from '../execution/execution-plan.ts'
import { ThreadExecution } from '../execution/thread-execution.ts'
import type { Metric, MetricRegistry } from '../platform/metrics.ts'
import type { Platform } from '../platform/platform.ts'
import { ChunkRestorer } from '../snapshot/chunk-restorer.ts'
import { ExecutionSnapshots, type SnapshotSink, snapshotsOf } from '../snapshot/execution-snapshots.ts'
import { deliverSnapshot } from '../snapshot/restore-snapshot.ts'
import { newSnapshotMemory, type RequestedSnapshot, SnapshotControl } from '../snapshot/snapshot-control.ts'
import type { SnapshotShard } from '../snapshot/snapshot-manifest.ts'
import type { ReadChunk, RestoredSnapshot } from '../snapshot/snapshot-reader.ts'
import { type SnapshotOutlet, SnapshotWriter } from '../snapshot/snapshot-writer.ts'
import { stoppedError } from './stopped-error.ts'

/** What {@link runInPlace} takes beside the DAG. */
export interface InPlaceOptions {
  readonly platform: Platform
  readonly jobName?: string
  /** Processors of vertices that leave their parallelism open; all run on the calling thread. Default 1. */
  readonly parallelism?: number
  readonly sizes?: Partial<ExecutionSizes>
  readonly metricsFor?: (tags: Readonly<Record<string, string>>) => MetricRegistry
  /** Ends the execution early, without an error. */
  readonly signal?: AbortSignal
  /** What snapshots are to promise. Without {@link snapshotSink} there are none, whatever this says. Default none. */
  readonly guarantee?: ProcessingGuarantee
  /** Where snapshots go. */
  readonly snapshotSink?: SnapshotSink
  /** The snapshot to go on from. */
  readonly restore?: RestoredSnapshot | null
}

/** A DAG that runs in the calling thread, in turn with whatever else its event loop has to do. */
export interface InPlaceExecution {
  /** Settles when the execution has ended; rejects with the first failure. */
  readonly completion: Promise<void>
  /** Phase 1 of a snapshot, see `ExecutionSnapshots.take`. */
  takeSnapshot(request: RequestedSnapshot): Promise<SnapshotShard>
  /** Phase 2: processors commit what the snapshot has prepared, or not. */
  finishSnapshot(snapshotId: number, success: boolean): Promise<void>
}

/**
 * Runs a DAG in the calling thread until it ends. Closures work here, also ones that capture variables; processors that
 * block hold everything up.
 *
 * @throws the first failure
 */
export async function runInPlace(dag: DAG, options: InPlaceOptions): Promise<void> {
  await startInPlace(dag, options).completion
}

/** Starts what {@link runInPlace} runs. */
export function startInPlace(dag: DAG, options: InPlaceOptions): InPlaceExecution {
  const plan = planExecution(dag, {
    cooperativeThreads: options.parallelism ?? 1,
    sizes: { ...DEFAULT_SIZES, ...options.sizes },
    placement: 'oneThread',
    ringFootprint: () => 0,
  })
  const control = new SnapshotControl(newSnapshotMemory(plan))
  const { snapshotSink } = options
  const snapshots =
    snapshotSink === undefined
      ? null
      : new ExecutionSnapshots({ control, threads: 1, sink: snapshotSink, wake: () => {} })
  const execution = new ThreadExecution({
    plan,
    thread: 0,
    job: jobContext(options),
    shared: null,
    doorbell: null,
    snapshots:
      snapshots === null ? null : new SnapshotWriter({ control, plan, thread: 0, outlet: outletTo(snapshots) }),
    restores: (options.restore ?? null) !== null,
    metricsFor: options.metricsFor ?? privateMetrics,
    isStopped: () => options.signal?.aborted === true,
  })
  const completion = runToEnd(execution, plan, options).finally(() => snapshots?.end(null))
  return {
    completion,
    takeSnapshot: (request) => snapshotsOf(snapshots).take(request),
    finishSnapshot: (snapshotId, success) => snapshotsOf(snapshots).finish(snapshotId, success),
  }
}

async function runToEnd(execution: ThreadExecution, plan: ExecutionPlan, options: InPlaceOptions): Promise<void> {
  const { signal, restore, platform } = options
  let closedBy: unknown = null
  try {
    await execution.init()
    if (restore !== undefined && restore !== null) await restoreInPlace(execution, plan, { restore, platform })
    await execution.run()
    if (signal?.aborted === true) closedBy = stoppedError()
  } catch (error) {
    closedBy = error
    throw error
  } finally {
    await execution.close(closedBy)
  }
}

async function restoreInPlace(
  execution: ThreadExecution,
  plan: ExecutionPlan,
  { restore, platform }: { readonly restore: RestoredSnapshot; readonly platform: Platform },
): Promise<void> {
  const restorer = new ChunkRestorer(plan, 0, (vertexName, index, entries) =>
    execution.restore(vertexName, index, entries),
  )
  const deliver = async (_thread: number, { bytes, blob }: ReadChunk): Promise<void> => restorer.restore(bytes, blob)
  await deliverSnapshot(restore, plan, { deliver, logger: platform.logger })
}

function outletTo(snapshots: ExecutionSnapshots): SnapshotOutlet {
  return {
    chunk: (vertexName, chunk, entries) => snapshots.chunk(0, vertexName, chunk, entries),
    saved: (snapshotId, pauseMs) => snapshots.saved(0, snapshotId, pauseMs),
    finished: (snapshotId) => snapshots.finished(0, snapshotId),
  }
}

function jobContext(options: InPlaceOptions): JobContext {
  const { platform, guarantee = 'none', snapshotSink } = options
  return {
    jobName: options.jobName ?? 'in-place',
    executionId: platform.random.uuid(),
    guarantee: snapshotSink === undefined ? 'none' : guarantee,
    memberIndex: 0,
    memberCount: 1,
    platform,
    logger: platform.logger,
  }
}

/** Metrics that only the processor itself reads. */
function privateMetrics(): MetricRegistry {
  const metrics = new Map<string, Metric>()
  return {
    metric(name) {
      let metric = metrics.get(name)
      if (metric === undefined) {
        let current = 0
        metric = {
          name,
          add: (amount) => void (current += amount),
          set: (value) => void (current = value),
          get: () => current,
        }
        metrics.set(name, metric)
      }
      return metric
    },
  }
}
