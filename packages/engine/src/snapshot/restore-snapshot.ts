import type { ExecutionPlan } from '../execution/execution-plan.ts'
import type { Logger } from '../platform/logger.ts'
import { receiversOf } from './chunk-restorer.ts'
import { type ReadChunk, type RestoredSnapshot, readVertexState } from './snapshot-reader.ts'

/** Takes a chunk to one thread; resolves when there is room for another. */
export type DeliverChunk = (thread: number, chunk: ReadChunk) => Promise<void>

/**
 * Reads a snapshot and gives each chunk to the threads whose processors it may have entries for. State of vertices
 * that the job no longer has is left out, with a warning.
 *
 * @throws NacelleError ERR_SNAPSHOT_DAMAGED, ERR_SNAPSHOT_VERSION, and what the store throws: the execution must not
 *   run
 */
export async function deliverSnapshot(
  snapshot: RestoredSnapshot,
  plan: ExecutionPlan,
  { deliver, logger }: { readonly deliver: DeliverChunk; readonly logger: Logger },
): Promise<void> {
  const vertices = new Map(plan.vertices.map((planned) => [planned.vertex.name, planned]))
  for (const vertexName of Object.keys(snapshot.refs)) {
    const planned = vertices.get(vertexName)
    if (planned === undefined) {
      logger.log(
        'warn',
        `snapshot ${snapshot.snapshotId} has state of vertex '${vertexName}', which the job does not have: it is left out`,
        { vertex: vertexName, snapshotId: snapshot.snapshotId },
      )
      continue
    }
    for await (const chunk of readVertexState(snapshot, vertexName)) {
      const receivers = receiversOf(chunk.header, planned.localParallelism)
      const threads = new Set(receivers.map((index) => planned.threadOf[index]!))
      for (const thread of threads) await deliver(thread, chunk)
    }
  }
}
