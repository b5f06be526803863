import type { ProcessorContext } from '../core/processor-context.ts'
import type { ExecutionPlan } from '../execution/execution-plan.ts'
import type { SnapshotOutput, SnapshotRequest, ThreadSnapshots } from '../execution/snapshot-output.ts'
import { DONE, MADE_PROGRESS, NO_PROGRESS, type Progress, type Tasklet } from '../execution/tasklet.ts'
import { newChunkWriter } from './chunk-encoder.ts'
import type { FrozenColumns } from './frozen-columns.ts'
import { prioritisedVertices } from './prioritised-vertices.ts'
import { ProcessorSnapshotOutput, type SnapshotOutputHost } from './processor-snapshot-output.ts'
import { ShadowPages } from './shadow-pages.ts'
import type { SnapshotControl } from './snapshot-control.ts'

/** Chunks that a thread may have on their way: bounds memory when storage is slower than state is saved. */
const CHUNKS_UNDER_WAY_MAX = 32

/** Where a thread's chunks and reports go. */
export interface SnapshotOutlet {
  /** Takes a chunk; the buffer is given away. */
  chunk(vertexName: string, chunk: ArrayBuffer, entries: number): void
  /** All processors of the thread have saved, and everything has been given to {@link chunk}. */
  saved(snapshotId: number, pauseMs: number): void
  /** All processors of the thread have dealt with the second phase. */
  finished(snapshotId: number): void
}

/** What a {@link SnapshotWriter} is made of. */
export interface SnapshotWriterOptions {
  readonly control: SnapshotControl
  readonly thread: number
  readonly outlet: SnapshotOutlet
  readonly plan: ExecutionPlan
}

interface Deferred {
  readonly output: ProcessorSnapshotOutput
  readonly page: FrozenColumns
}

/**
 * A thread's part in snapshots: gives its processors somewhere to save, and encodes pages of frozen state while the
 * processors go on, one chunk a call.
 */
export class SnapshotWriter implements ThreadSnapshots, Tasklet, SnapshotOutputHost {
  readonly name = 'snapshot-writer'
  readonly needsPolling = false
  readonly pages = new ShadowPages()
  readonly scratch = newChunkWriter()
  readonly #options: SnapshotWriterOptions
  readonly #outputs: ProcessorSnapshotOutput[] = []
  readonly #deferred: Deferred[] = []
  readonly #prioritised: ReadonlySet<string>
  /** Next entry of the first deferred page. */
  #position = 0
  #sentChunks = 0
  #savedId = 0
  #finishedId = 0

  constructor(options: SnapshotWriterOptions) {
    this.#options = options
    this.#prioritised = prioritisedVertices(options.plan)
  }

  get request(): SnapshotRequest {
    return this.#options.control
  }

  get writer(): Tasklet {
    return this
  }

  outputFor(context: ProcessorContext): SnapshotOutput {
    const output = new ProcessorSnapshotOutput(context, this)
    this.#outputs.push(output)
    return output
  }

  get snapshotId(): number {
    return this.#options.control.requestedId
  }

  get hasRoom(): boolean {
    const { control, thread } = this.#options
    return this.#sentChunks - control.chunksTaken(thread) < CHUNKS_UNDER_WAY_MAX
  }

  put(vertexName: string, chunk: ArrayBuffer, entries: number): void {
    this.#sentChunks++
    this.#options.outlet.chunk(vertexName, chunk, entries)
  }

  defer(output: ProcessorSnapshotOutput, page: FrozenColumns): void {
    this.#deferred.push({ output, page })
  }

  processorEnded(vertexName: string): void {
    this.#options.control.processorEnded(this.#prioritised.has(vertexName))
  }

  call(): Progress {
    if (this.#deferred.length > 0) return this.#encodeNext()
    const { control, outlet } = this.#options
    const { requestedId, finishedId } = control
    let progress: Progress = NO_PROGRESS
    if (requestedId > this.#savedId && this.#outputs.every((output) => output.passedId === requestedId)) {
      this.#savedId = requestedId
      outlet.saved(requestedId, Math.max(0, ...this.#outputs.map((output) => output.pauseMs)))
      progress = MADE_PROGRESS
    }
    if (finishedId > this.#finishedId && this.#outputs.every((output) => output.finishedId === finishedId)) {
      this.#finishedId = finishedId
      outlet.finished(finishedId)
      progress = MADE_PROGRESS
    }
    return progress === NO_PROGRESS && control.isOver ? DONE : progress
  }

  #encodeNext(): Progress {
    if (!this.hasRoom) return NO_PROGRESS
    const { output, page } = this.#deferred[0]!
    this.#position += output.encodePage(page, this.#position)
    if (this.#position < page.count) return MADE_PROGRESS
    this.#position = 0
    this.#deferred.shift()
    page.release()
    return MADE_PROGRESS
  }
}
