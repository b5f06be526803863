import type { Batch, BatchLayout } from '../core/batch.ts'
import { BatchDecoder } from './batch-decoder.ts'
import { align8, ByteRegion } from './byte-region.ts'
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
import { WireError } from './wire-error.ts'

/** Answers of {@link RingConsumer.poll}. */
export const POLL_NOTHING = 0
export const POLL_BATCH = 1
export const POLL_WATERMARK = 2
export const POLL_BARRIER = 3
export const POLL_DONE = 4

/** The consuming end of an edge queue between two threads. */
export class RingConsumer {
  /** After {@link POLL_BATCH}: the batch, never empty. It is valid until the next `poll`. */
  readonly batch: Batch
  /** After {@link POLL_WATERMARK}. */
  watermark = Number.NaN
  /** After {@link POLL_BARRIER}. */
  barrierId = 0
  barrierTerminal = false
  /** Bytes read so far, for metrics. */
  bytesRead = 0
  private readonly ring: SharedRing
  private readonly decoder: BatchDecoder
  private readonly itemBytesMax: number
  /** Where fragments are put together. */
  private whole: ByteRegion | null = null
  private wholeBytes = 0
  private received = 0

  constructor(ring: SharedRing, layout: BatchLayout, options: RingOptions = {}) {
    this.ring = ring
    this.itemBytesMax = align8(options.itemBytesMax ?? DEFAULT_ITEM_BYTES_MAX)
    this.decoder = new BatchDecoder(ring.region, layout, serializers)
    this.batch = this.decoder.batch
  }

  /**
   * Takes the next message, if there is one.
   *
   * @returns one of {@link POLL_NOTHING}, {@link POLL_BATCH}, {@link POLL_WATERMARK}, {@link POLL_BARRIER}, {@link
   *   POLL_DONE}
   * @throws WireError when the bytes make no sense; the queue cannot be used any more
   */
  poll(): number {
    const { ring } = this
    for (;;) {
      const at = ring.peek()
      if (at === -1) return POLL_NOTHING
      const bytes = ring.messageBytes
      if (bytes < MESSAGE_HEADER_BYTES) throw new WireError(`a message of ${bytes} bytes`)
      const kind = ring.region.i32[at >> 2]!
      if (kind === BATCH_MESSAGE) {
        this.decoder.decode(ring.region, at + MESSAGE_HEADER_BYTES, bytes - MESSAGE_HEADER_BYTES)
        this.bytesRead += bytes
        ring.release()
        if (this.batch.count > 0) return POLL_BATCH
      } else if (kind === FRAGMENT_MESSAGE) {
        if (this.takeFragment(at, bytes) && this.batch.count > 0) return POLL_BATCH
      } else {
        return this.takeMarker(kind, at, bytes)
      }
    }
  }

  private takeMarker(kind: number, at: number, bytes: number): number {
    if (bytes < MESSAGE_HEADER_BYTES + 8 || this.received > 0)
      throw new WireError(`a message of kind ${kind} and ${bytes} bytes`)
    const { i32, f64 } = this.ring.region
    const extra = i32[(at >> 2) + 1]!
    const value = f64[(at >> 3) + 1]!
    this.ring.release()
    switch (kind) {
      case WATERMARK_MESSAGE:
        this.watermark = value
        return POLL_WATERMARK
      case BARRIER_MESSAGE:
        this.barrierId = value
        this.barrierTerminal = extra !== 0
        return POLL_BARRIER
      case DONE_MESSAGE:
        return POLL_DONE
      default:
        throw new WireError(`a message of unknown kind ${kind}`)
    }
  }

  /** Adds a fragment to those before; true = the batch is complete and decoded. */
  private takeFragment(at: number, bytes: number): boolean {
    const { i32, u8 } = this.ring.region
    const total = i32[(at >> 2) + 1]!
    const offset = bytes < FRAGMENT_HEADER_BYTES ? -1 : i32[(at >> 2) + 2]!
    const part = bytes - FRAGMENT_HEADER_BYTES
    if (total <= 0 || total > this.itemBytesMax || offset !== this.received || part <= 0 || offset + part > total) {
      throw new WireError(
        `a fragment of ${part} bytes at ${offset} of ${total}, ${this.received} of ${this.wholeBytes} received`,
      )
    }
    if (offset === 0) {
      this.wholeBytes = total
      if (this.whole === null || this.whole.u8.length < total)
        this.whole = new ByteRegion(new ArrayBuffer(align8(total)))
    } else if (total !== this.wholeBytes) {
      throw new WireError(`a fragment of a batch of ${total} bytes within one of ${this.wholeBytes}`)
    }
    const from = at + FRAGMENT_HEADER_BYTES
    this.whole!.u8.set(u8.subarray(from, from + part), offset)
    this.received += part
    this.bytesRead += bytes
    this.ring.release()
    if (this.received < total) return false
    this.received = 0
    this.decoder.decode(this.whole!, 0, total)
    return true
  }
}
