import type { AggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { compileKernels } from '../../aggregate/kernels.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { KeyFunction } from '../../core/edge.ts'
import type { Inbox } from '../../core/inbox.ts'
import type { KeyedOutput } from '../../core/outbox.ts'
import type { Watermark } from '../../core/watermark.ts'
import { type FrameLoop, itemLoop } from './frame-loops.ts'
import { FrameTable, floorToStep } from './frame-table.ts'
import { LateEvents } from './late-events.ts'
import { type PartialsLoop, partialsLoop } from './output-loops.ts'

/** What an {@link AccumulateByFrameProcessor} is made of. */
export interface AccumulateByFrameOptions {
  /** null = all items have the same key, 0. */
  readonly keyFunction: KeyFunction | null
  readonly operation: AggregateOperation<never, unknown, unknown>
  /** The step of the windows. */
  readonly frameSizeMs: number
}

/**
 * The first of two stages of windows: accumulates timed items by frame and key. As soon as the watermark has reached
 * the end of a frame it sends the frame's keys and accumulators to output ordinal 0, stamped with that end. Before a
 * barrier it sends everything it has, so it keeps no state over a snapshot: what follows for the same frame is sent
 * later. Items of frames that the watermark has closed are dropped and counted in the metric `lateEventsDropped`.
 */
export class AccumulateByFrameProcessor extends AbstractProcessor {
  readonly #options: AccumulateByFrameOptions
  #table!: FrameTable
  #lateEvents!: LateEvents
  #loop!: FrameLoop
  #output!: KeyedOutput
  #writePartials!: PartialsLoop
  /** Epoch of the output that the keys' codes belong to. */
  #epoch = 0
  /** Next entry of the first frame, which is being sent. */
  #position = 0

  constructor(options: AccumulateByFrameOptions) {
    super()
    this.#options = options
  }

  protected override initialize(): void {
    const { keyFunction, operation, frameSizeMs } = this.#options
    const { vertexName } = this.context
    const form = columnarFormOf(operation)
    this.#lateEvents = new LateEvents(this.context)
    this.#table = new FrameTable({
      kernels: compileKernels(form),
      frameSizeMs,
      lateEvents: this.#lateEvents,
      vertexName,
    })
    this.#loop = itemLoop({ form, frameSizeMs, vertexName, operationName: operation.name }, keyFunction)
    this.#output = this.outbox.keyed(0)
    this.#epoch = this.#output.epoch
    this.#writePartials = partialsLoop(form, this.#table.keys)
  }

  override process(_ordinal: number, inbox: Inbox): void {
    this.#loop(inbox.batch, inbox.position, this.#table, 0)
    inbox.position = inbox.batch.count
    this.#lateEvents.report()
  }

  override tryProcessWatermark(watermark: Watermark): boolean {
    this.#table.closedEnd = floorToStep(watermark, this.#options.frameSizeMs)
    return this.#emitFrames(this.#table.closedEnd) && this.outbox.offerWatermark(watermark)
  }

  override saveToSnapshot(): boolean {
    return this.#emitFrames(Number.POSITIVE_INFINITY)
  }

  override complete(): boolean {
    return this.#emitFrames(Number.POSITIVE_INFINITY)
  }

  override close(): void {
    this.#lateEvents?.close()
  }

  /** Sends frames that end at `limit` or before; false = the output is full, call again. */
  #emitFrames(limit: number): boolean {
    const { frames, keys } = this.#table
    while (frames.length > 0 && frames[0]!.end <= limit) {
      const frame = frames[0]!
      while (this.#position < frame.count) {
        const room = this.#output.begin()
        if (room === 0) return false
        if (this.#output.epoch !== this.#epoch) {
          this.#epoch = this.#output.epoch
          keys.codes.fill(-1)
        }
        const to = Math.min(frame.count, this.#position + room)
        this.#writePartials(frame, this.#position, to, this.#output)
        this.#position = to
      }
      this.#table.removeFirst()
      this.#position = 0
    }
    return true
  }
}
