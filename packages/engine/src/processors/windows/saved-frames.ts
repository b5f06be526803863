import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { compileKernels, type Kernels } from '../../aggregate/kernels.ts'
import type { Inbox } from '../../core/inbox.ts'
import { BroadcastKey, type Outbox } from '../../core/outbox.ts'
import type { ProcessorContext } from '../../core/processor-context.ts'
import { checkColumns, misfitState } from '../aggregation/saved-state.ts'
import { type FrameLoop, partialLoop } from './frame-loops.ts'
import type { FrameTable } from './frame-table.ts'
import type { SlidingWindow } from './window-contents.ts'
import type { WindowProcessorOptions } from './window-processor-options.ts'

/** What is saved beside the frames, for all processors of the vertex. */
interface SavedWindows extends SlidingWindow {
  /** Windows up to this end were emitted. */
  readonly emittedEnd: number
}

/** Saves the frames of a window processor, and restores them into any number of processors. */
export class SavedFrames {
  readonly #table: FrameTable
  readonly #window: SlidingWindow
  readonly #kernels: Kernels
  readonly #context: ProcessorContext
  readonly #loop: FrameLoop
  /** While frames are being saved: the next entry. */
  #frame = 0
  #entry = 0

  constructor(table: FrameTable, { operation, window }: WindowProcessorOptions, context: ProcessorContext) {
    const form = columnarFormOf(operation)
    this.#table = table
    this.#window = window
    this.#kernels = compileKernels(form)
    this.#context = context
    this.#loop = partialLoop({
      form,
      frameSizeMs: window.slideByMs,
      vertexName: context.vertexName,
      operationName: operation.name,
    })
  }

  /** Call it until it answers true. */
  save(outbox: Outbox, emittedEnd: number): boolean {
    const { frames, keys } = this.#table
    for (; this.#frame < frames.length; this.#frame++, this.#entry = 0) {
      const { rows, state, count, end } = frames[this.#frame]!
      this.#entry = outbox.offerColumnsToSnapshot(
        { keys: keys.keys, rows, keysStay: false, columns: state, timestamp: end },
        this.#entry,
        count,
      )
      if (this.#entry < count) return false
    }
    const { sizeMs, slideByMs } = this.#window
    const saved: SavedWindows = { emittedEnd, sizeMs, slideByMs }
    if (!outbox.offerToSnapshot(new BroadcastKey(this.#context.globalProcessorIndex), saved)) return false
    this.#frame = 0
    return true
  }

  /**
   * Takes what {@link save} has saved. Answers the least end up to which windows were emitted, when it is among that.
   *
   * @throws NacelleError ERR_SNAPSHOT_STATE when the windows were others
   */
  restore(inbox: Inbox): number | null {
    if (inbox.batch.dictionary !== null) {
      checkColumns(inbox, this.#kernels, this.#context.vertexName)
      this.#loop(inbox.batch, inbox.position, this.#table, 0)
      inbox.position = inbox.batch.count
      return null
    }
    let least = Number.POSITIVE_INFINITY
    while (!inbox.isEmpty()) {
      const { value } = inbox.poll() as { readonly value: SavedWindows }
      this.#check(value)
      least = Math.min(least, value.emittedEnd)
    }
    return least
  }

  #check({ sizeMs, slideByMs }: SavedWindows): void {
    const now = this.#window
    if (sizeMs === now.sizeMs && slideByMs === now.slideByMs) return
    throw misfitState(
      this.#context.vertexName,
      `its windows were ${sizeMs} ms by ${slideByMs} ms and are ${now.sizeMs} ms by ${now.slideByMs} ms now`,
    )
  }
}
