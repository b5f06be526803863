import { assert } from '../base/assert.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { Batch, BatchLayout } from '../core/batch.ts'
import { BatchEncoder } from './batch-encoder.ts'
import { ByteWriter, WriterFull } from './byte-writer.ts'
import type { RingOptions } from './message.ts'
import {
  BARRIER_MESSAGE,
  BATCH_MESSAGE,
  DEFAULT_ITEM_BYTES_MAX,
  DONE_MESSAGE,
  FRAGMENT_HEADER_BYTES,
  FRAGMENT_MESSAGE,
  MESSAGE_HEADER_BYTES,
  WATERMARK_MESSAGE,
} from './message.ts'
import { serializers } from './serializers.ts'
import type { SharedRing } from './shared-ring.ts'
import { checkTransferable, NotTransferable, refusal } from './transferable.ts'

/** Whose output goes into a ring; for messages. */
export interface ProducerNames {
  readonly vertex: string
  /** Output ordinal. */
  readonly ordinal: number
}

const INITIAL_SCRATCH_BYTES = 4096
/** Markers and fragments with some content must fit. */
const RING_MESSAGE_MIN = 32

/**
 * The producing end of an edge queue between two threads. Every `offer…` answers false when the ring is full; the same
 * call is repeated later then, with the batch unchanged, and nothing else is offered in between.
 */
export class RingProducer {
  /** Bytes written so far, for metrics. */
  bytesWritten = 0
  private readonly ring: SharedRing
  private readonly names: ProducerNames
  private readonly itemBytesMax: number
  private readonly scratch: ByteWriter
  private readonly encoder: BatchEncoder
  /** First entry of the batch at hand that is not encoded yet. */
  private position = 0
  /** Bytes in `scratch` that wait, and how many of them have gone as fragments. */
  private waiting = 0
  private sent = 0

  constructor(ring: SharedRing, layout: BatchLayout, names: ProducerNames, options: RingOptions = {}) {
    assert(
      ring.messageBytesMax >= RING_MESSAGE_MIN,
      `a ring whose longest message is ${ring.messageBytesMax} bytes: ${RING_MESSAGE_MIN} are needed`,
    )
    this.ring = ring
    this.names = names
    this.itemBytesMax = options.itemBytesMax ?? DEFAULT_ITEM_BYTES_MAX
    this.scratch = new ByteWriter(INITIAL_SCRATCH_BYTES, this.itemBytesMax)
    this.encoder = new BatchEncoder(this.scratch, layout, serializers)
  }

  /**
   * Sends a batch; the consumer may get it in several parts. Once it answers true the caller may reuse the batch.
   *
   * @throws NacelleError ERR_ITEM_TOO_LARGE, ERR_UNREGISTERED_CLASS or ERR_NOT_TRANSFERABLE
   */
  offerBatch(batch: Batch): boolean {
    for (;;) {
      if (this.waiting > 0 && !this.flush()) return false
      if (this.position >= batch.count) {
        this.position = 0
        return true
      }
      this.encodeNext(batch)
    }
  }

  offerWatermark(watermark: number): boolean {
    return this.offerMarker(WATERMARK_MESSAGE, 0, watermark)
  }

  offerBarrier(snapshotId: number, terminal: boolean): boolean {
    return this.offerMarker(BARRIER_MESSAGE, terminal ? 1 : 0, snapshotId)
  }

  /** Nothing follows. */
  offerDone(): boolean {
    return this.offerMarker(DONE_MESSAGE, 0, 0)
  }

  private offerMarker(kind: number, extra: number, value: number): boolean {
    assert(this.waiting === 0, `vertex '${this.names.vertex}': a marker was offered while a batch waits`)
    const bytes = MESSAGE_HEADER_BYTES + 8
    const at = this.ring.tryReserve(bytes)
    if (at === -1) return false
    const { i32, f64 } = this.ring.region
    i32[at >> 2] = kind
    i32[(at >> 2) + 1] = extra
    f64[(at >> 3) + 1] = value
    this.ring.commit(bytes)
    return true
  }

  /** Encodes as many of the entries that are left as fit into the largest message; usually all. */
  private encodeNext(batch: Batch): void {
    let to = batch.count
    for (;;) {
      this.scratch.position = 0
      try {
        this.encoder.encode(batch, this.position, to)
        break
      } catch (error) {
        if (!(error instanceof WriterFull)) throw this.explained(error, batch)
        if (to - this.position === 1) throw this.tooLarge()
        to = this.position + ((to - this.position) >> 1)
      }
    }
    this.encoder.accept(batch)
    this.position = to
    this.waiting = this.scratch.position
    this.sent = 0
  }

  /** Writes what waits into the ring; false = not all of it fitted. */
  private flush(): boolean {
    const { ring, waiting } = this
    if (this.sent === 0 && waiting + MESSAGE_HEADER_BYTES <= ring.messageBytesMax) {
      const at = ring.tryReserve(MESSAGE_HEADER_BYTES + waiting)
      if (at === -1) return false
      ring.region.i32[at >> 2] = BATCH_MESSAGE
      this.copy(0, waiting, at + MESSAGE_HEADER_BYTES)
      ring.commit(MESSAGE_HEADER_BYTES + waiting)
    } else {
      while (this.sent < waiting) {
        if (!this.sendFragment()) return false
      }
    }
    this.bytesWritten += waiting
    this.waiting = 0
    return true
  }

  private sendFragment(): boolean {
    const { ring } = this
    const part = Math.min(this.waiting - this.sent, ring.messageBytesMax - FRAGMENT_HEADER_BYTES)
    const at = ring.tryReserve(FRAGMENT_HEADER_BYTES + part)
    if (at === -1) return false
    const { i32 } = ring.region
    i32[at >> 2] = FRAGMENT_MESSAGE
    i32[(at >> 2) + 1] = this.waiting
    i32[(at >> 2) + 2] = this.sent
    this.copy(this.sent, part, at + FRAGMENT_HEADER_BYTES)
    ring.commit(FRAGMENT_HEADER_BYTES + part)
    this.sent += part
    return true
  }

  private copy(from: number, bytes: number, to: number): void {
    const target = this.ring.region.f64
    const source = this.scratch.f64
    target.set(source.subarray(from >> 3, (from + bytes) >> 3), to >> 3)
  }

  private tooLarge(): NacelleError {
    const { vertex, ordinal } = this.names
    const limit = this.itemBytesMax
    return new NacelleError(
      'ERR_ITEM_TOO_LARGE',
      `vertex '${vertex}' emitted an item at ordinal ${ordinal} that takes more than ${limit} bytes when encoded: make items smaller`,
      { details: { vertex, ordinal, itemBytesMax: limit } },
    )
  }

  /** Makes the error for the user of one that says only what is wrong with a value. */
  private explained(error: unknown, batch: Batch): unknown {
    if (!(error instanceof NotTransferable)) return error
    for (let i = this.position; i < batch.count; i++) {
      checkTransferable(batch.items[i], this.names.vertex)
      for (const column of batch.columns) checkTransferable(column[i], this.names.vertex)
    }
    for (const key of batch.dictionary?.keys ?? []) checkTransferable(key, this.names.vertex)
    return refusal(error, this.names.vertex, '')
  }
}
