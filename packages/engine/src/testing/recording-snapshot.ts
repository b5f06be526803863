import type { Batch } from '../core/batch.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import type { ExecutionPlan } from '../execution/execution-plan.ts'
import { newChunkWriter } from '../snapshot/chunk-encoder.ts'
import { ChunkRestorer } from '../snapshot/chunk-restorer.ts'
import type { FrozenColumns } from '../snapshot/frozen-columns.ts'
import { ProcessorSnapshotOutput, type SnapshotOutputHost } from '../snapshot/processor-snapshot-output.ts'
import { ShadowPages } from '../snapshot/shadow-pages.ts'

/**
 * Takes the snapshots of one processor as a thread would, but encodes frozen state only when somebody asks for it: by
 * then the processor has gone on, and whatever was not frozen well is seen.
 */
export class RecordingSnapshot implements SnapshotOutputHost {
  readonly pages = new ShadowPages()
  readonly scratch = newChunkWriter()
  readonly output: ProcessorSnapshotOutput
  snapshotId = 0
  readonly #refuses: () => boolean
  #chunks: ArrayBuffer[] = []
  #deferred: { readonly output: ProcessorSnapshotOutput; readonly page: FrozenColumns }[] = []

  /** @param refuses asked before anything is taken; true = refuse it this time */
  constructor(context: ProcessorContext, refuses: () => boolean) {
    this.#refuses = refuses
    this.output = new ProcessorSnapshotOutput(context, this)
  }

  get hasRoom(): boolean {
    return !this.#refuses()
  }

  put(_vertexName: string, chunk: ArrayBuffer): void {
    this.#chunks.push(chunk)
  }

  defer(output: ProcessorSnapshotOutput, page: FrozenColumns): void {
    this.#deferred.push({ output, page })
  }

  processorEnded(): void {}

  begin(): void {
    this.snapshotId++
    this.chunks()
    this.#chunks = []
  }

  /** All chunks of the last snapshot. */
  chunks(): readonly ArrayBuffer[] {
    for (const { output, page } of this.#deferred.splice(0)) {
      for (let at = 0; at < page.count; ) at += output.encodePage(page, at)
      page.release()
    }
    return this.#chunks
  }
}

/** Gives the entries of chunks that are processor `index`'s of so many to `restore`. */
export function restoreChunks(
  chunks: readonly ArrayBuffer[],
  { vertexName, globalProcessorIndex, totalParallelism }: ProcessorContext,
  restore: (entries: Batch) => void,
): void {
  const vertex = {
    vertex: { name: vertexName },
    localParallelism: totalParallelism,
    threadOf: threads(totalParallelism),
  }
  const plan = { vertices: [vertex] } as unknown as ExecutionPlan
  const restorer = new ChunkRestorer(plan, globalProcessorIndex, (_vertexName, _index, entries) => restore(entries))
  for (const chunk of chunks) restorer.restore(chunk, 'rig')
}

/** Processor i lives on thread i. */
function threads(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i)
}
