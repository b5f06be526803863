import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { compileKernels, type Kernels } from '../../aggregate/kernels.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { Inbox } from '../../core/inbox.ts'
import type { Watermark } from '../../core/watermark.ts'
import { AggregationFailure } from '../aggregation/aggregation-failure.ts'
import type { FrameLoop } from './frame-loops.ts'
import { FrameTable, floorToStep } from './frame-table.ts'
import { FrameWindow } from './frame-window.ts'
import { LateEvents } from './late-events.ts'
import { type ResultsLoop, resultsLoop } from './output-loops.ts'
import { RecombinedWindow } from './recombined-window.ts'
import { RunningWindow } from './running-window.ts'
import { SavedFrames } from './saved-frames.ts'
import { hasPlainAccumulators, TwoStacksWindow } from './two-stacks-window.ts'
import type { WindowContents } from './window-contents.ts'
import type { WindowProcessorOptions } from './window-processor-options.ts'

/**
 * Keeps frames of accumulators and emits a result for each window and key that has items in it, stamped with the last
 * millisecond of the window, as soon as the watermark has reached the window's end. At the end of the input all windows
 * are emitted. Late entries are dropped and counted in the metric `lateEventsDropped`.
 */
export abstract class WindowProcessor extends AbstractProcessor {
  protected table!: FrameTable
  protected lateEvents!: LateEvents
  protected readonly options: WindowProcessorOptions
  /** Whether each window has accumulators of its own, because those of frames cannot be combined. */
  protected readonly isSpread: boolean
  #contents!: WindowContents
  #writeResults!: ResultsLoop
  #failure!: AggregationFailure
  /** Next entry of the open window; -1 when no window is open. */
  #position = -1
  /** End of the last window that was emitted. */
  #emittedEnd: number = Number.NEGATIVE_INFINITY
  #saving!: SavedFrames
  /** How far windows were emitted when the state that is being restored was saved; null when none is. */
  #restoredEnd: number | null = null

  constructor(options: WindowProcessorOptions) {
    super()
    this.options = options
    const { sizeMs, slideByMs } = options.window
    this.isSpread = options.operation.combine === null && sizeMs > slideByMs
  }

  protected override initialize(): void {
    const { operation, window, keyed } = this.options
    const { vertexName } = this.context
    const form = columnarFormOf(operation)
    this.lateEvents = new LateEvents(this.context)
    this.table = new FrameTable({
      kernels: compileKernels(form),
      frameSizeMs: window.slideByMs,
      lateEvents: this.lateEvents,
      vertexName,
    })
    this.#failure = new AggregationFailure(vertexName, operation.name)
    this.#contents = this.#createContents()
    const { by, take } = this.#contents
    this.#saving = new SavedFrames(this.table, this.options, this.context)
    this.#writeResults = resultsLoop({ form, operationName: operation.name, vertexName, keyed, by, take })
  }

  /** The loop that brings entries of an input into the frames. */
  protected abstract loopOf(ordinal: number): FrameLoop

  override process(ordinal: number, inbox: Inbox): void {
    const loop = this.loopOf(ordinal)
    const { sizeMs, slideByMs } = this.options.window
    loop(inbox.batch, inbox.position, this.table, 0)
    if (this.isSpread) {
      for (let offset = slideByMs; offset < sizeMs; offset += slideByMs)
        loop(inbox.batch, inbox.position, this.table, offset)
    }
    inbox.position = inbox.batch.count
    this.lateEvents.report()
  }

  override tryProcessWatermark(watermark: Watermark): boolean {
    // After a restart watermarks may begin below the one that the windows have seen before.
    this.table.closedEnd = Math.max(this.table.closedEnd, floorToStep(watermark, this.options.window.slideByMs))
    return this.#emitWindows(this.table.closedEnd) && this.outbox.offerWatermark(watermark)
  }

  override complete(): boolean {
    return this.#emitWindows(Number.POSITIVE_INFINITY)
  }

  /** A window that is open stays so no longer: its results leave in front of the barrier. */
  override saveToSnapshot(): boolean {
    if (this.#position >= 0) {
      if (!this.#emitResults()) return false
      this.#close()
    }
    return this.#saving.save(this.outbox, Math.max(this.table.closedEnd, this.#emittedEnd))
  }

  override restoreFromSnapshot(inbox: Inbox): void {
    const end = this.#saving.restore(inbox)
    if (end !== null) this.#restoredEnd = Math.min(end, this.#restoredEnd ?? end)
  }

  /** Goes through the windows that were emitted before, silently: that puts the frames back to where they were. */
  override finishSnapshotRestore(): boolean {
    const end = this.#restoredEnd
    if (end === null) return true
    const contents = this.#contents
    for (let next = contents.nextEnd(); next <= end && next !== Number.POSITIVE_INFINITY; next = contents.nextEnd()) {
      this.#open(next)
      this.#close()
    }
    this.table.closedEnd = this.#emittedEnd = end
    this.#restoredEnd = null
    return true
  }

  override close(): void {
    this.lateEvents?.close()
  }

  #createContents(): WindowContents {
    const { operation, window } = this.options
    const kernels = compileKernels(columnarFormOf(operation))
    if (this.isSpread || window.sizeMs === window.slideByMs) return new FrameWindow(this.table, window.sizeMs)
    if (kernels.deductRows !== null) return new RunningWindow(kernels, this.table, window)
    if (this.#hasPlainAccumulators(kernels)) {
      const keepsFrames = this.context.guarantee !== 'none'
      return new TwoStacksWindow(kernels, this.table, window, keepsFrames)
    }
    return new RecombinedWindow(kernels, this.table, window)
  }

  #hasPlainAccumulators(kernels: Kernels): boolean {
    try {
      return hasPlainAccumulators(kernels)
    } catch (thrown) {
      throw this.#failure.inOperation(thrown, 'create')
    }
  }

  /** Emits windows that end at `limit` or before; false = the outbox is full, call again. */
  #emitWindows(limit: number): boolean {
    const contents = this.#contents
    for (;;) {
      if (this.#position < 0) {
        const end = contents.nextEnd()
        if (end > limit || end === Number.POSITIVE_INFINITY) return true
        this.#open(end)
      }
      if (!this.#emitResults()) return false
      this.#close()
    }
  }

  #open(end: number): void {
    try {
      this.#contents.open(end)
    } catch (thrown) {
      throw this.#failure.inOperation(thrown, 'combine')
    }
    this.#position = 0
  }

  #close(): void {
    this.#emittedEnd = this.#contents.end
    try {
      this.#contents.close()
    } catch (thrown) {
      throw this.#failure.inOperation(thrown, 'deduct')
    }
    this.#position = -1
  }

  #emitResults(): boolean {
    const { outbox } = this
    const { count } = this.#contents
    while (this.#position < count) {
      if (outbox.staging.count >= outbox.capacity && !outbox.flush()) return false
      const to = Math.min(count, this.#position + outbox.capacity - outbox.staging.count)
      this.#writeResults(this.#contents, this.#position, to, outbox.staging)
      this.#position = to
    }
    return true
  }
}
