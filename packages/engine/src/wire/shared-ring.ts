import { assert } from '../base/assert.ts'
import { align8, ByteRegion } from './byte-region.ts'
import { WireError } from './wire-error.ts'

/** Head and tail lie on cache lines of their own, so that the two threads do not slow each other down. */
const TAIL_OFFSET = 64
const CONTROL_BYTES = 128
/** Each message is preceded by its length in a unit of 8 bytes. */
const HEADER_BYTES = 8
/** Instead of a length: the rest of the buffer is unused, the next message lies at the start. */
const WRAP = -1

/**
 * A queue of messages from one thread to another in shared memory.
 *
 * 1. One thread calls the producer's methods, one thread the consumer's.
 * 2. Head (next to read) and tail (next to write) are positions in units of 8 bytes; equal means empty, so one unit
 *    always stays free.
 * 3. Only the producer stores the tail, after the message is complete; only the consumer stores the head, after it has
 *    read the message. Atomics make what was written before visible with them.
 * 4. A message is contiguous. When it does not fit before the end, a wrap marker sends the consumer to the start.
 * 5. A message is at most {@link messageBytesMax} long, so it fits into an empty ring wherever its positions are.
 * 6. What the consumer reads is checked: it never leaves the ring, whatever the bytes say.
 */
export class SharedRing {
  /** Views of the whole buffer; offsets given and taken are offsets into them. */
  readonly region: ByteRegion
  /** The longest message, in bytes. */
  readonly messageBytesMax: number
  /** Consumer: length of the message that {@link peek} found. */
  messageBytes = 0
  private readonly control: Int32Array
  private readonly headIndex: number
  private readonly tailIndex: number
  private readonly dataOffset: number
  private readonly units: number
  /** Producer: the tail, and the head as last seen. */
  private tail: number
  private seenHead: number
  /** Producer: where the reserved message begins (at its header), -1 = none. */
  private reservedAt = -1
  private reservedBytes = 0
  /** Consumer: the head, the tail as last seen, and the head after the message that was peeked. */
  private head: number
  private seenTail: number
  private nextHead = -1

  /** Bytes of shared memory that a ring with `dataBytes` bytes for messages takes; a multiple of 8. */
  static bytesFor(dataBytes: number): number {
    return CONTROL_BYTES + align8(dataBytes)
  }

  /** @param byteOffset a multiple of 8; for the best speed of 64 */
  constructor(buffer: SharedArrayBuffer, byteOffset: number, dataBytes: number) {
    assert(
      byteOffset % 8 === 0 && dataBytes >= 64,
      `a ring of ${dataBytes} bytes at ${byteOffset}: it must be aligned and hold at least 64`,
    )
    assert(
      byteOffset + SharedRing.bytesFor(dataBytes) <= buffer.byteLength,
      `a ring of ${dataBytes} bytes at ${byteOffset} lies outside its buffer`,
    )
    this.region = new ByteRegion(buffer)
    this.control = this.region.i32
    this.headIndex = byteOffset >> 2
    this.tailIndex = (byteOffset + TAIL_OFFSET) >> 2
    this.dataOffset = byteOffset + CONTROL_BYTES
    this.units = align8(dataBytes) >> 3
    this.messageBytesMax = ((this.units - 1) >> 1) * 8 - HEADER_BYTES
    this.head = this.seenHead = this.loadPosition(this.headIndex)
    this.tail = this.seenTail = this.loadPosition(this.tailIndex)
  }

  /** Bytes taken by messages that are not released yet, headers included. Either thread may ask. */
  get usedBytes(): number {
    const used = Atomics.load(this.control, this.tailIndex) - Atomics.load(this.control, this.headIndex)
    return (used < 0 ? used + this.units : used) * 8
  }

  /** Whether there is nothing to read. Either thread may ask. */
  get isEmpty(): boolean {
    return Atomics.load(this.control, this.tailIndex) === Atomics.load(this.control, this.headIndex)
  }

  /**
   * Producer: finds room for a message of at most `bytes` bytes.
   *
   * @returns the offset where to write it, or -1 when there is no room now
   */
  tryReserve(bytes: number): number {
    assert(
      bytes >= 0 && bytes <= this.messageBytesMax,
      `a message of ${bytes} bytes for a ring whose longest is ${this.messageBytesMax}`,
    )
    const wanted = (HEADER_BYTES + align8(bytes)) >> 3
    let at = this.placeFor(wanted)
    if (at === -1) {
      this.seenHead = this.loadPosition(this.headIndex)
      at = this.placeFor(wanted)
      if (at === -1) return -1
    }
    this.reservedAt = at
    this.reservedBytes = bytes
    return this.dataOffset + at * 8 + HEADER_BYTES
  }

  /** Producer: publishes the reserved message, which turned out to be `bytes` bytes long. */
  commit(bytes: number): void {
    const at = this.reservedAt
    assert(
      at !== -1 && bytes >= 0 && bytes <= this.reservedBytes,
      `commit of ${bytes} bytes without a reservation for them`,
    )
    if (at !== this.tail) this.control[(this.dataOffset + this.tail * 8) >> 2] = WRAP
    this.control[(this.dataOffset + at * 8) >> 2] = bytes
    const end = at + ((HEADER_BYTES + align8(bytes)) >> 3)
    this.tail = end === this.units ? 0 : end
    this.reservedAt = -1
    Atomics.store(this.control, this.tailIndex, this.tail)
  }

  /**
   * Consumer: finds the next message and sets {@link messageBytes}.
   *
   * @returns its offset, or -1 when there is none
   * @throws WireError when the ring is damaged
   */
  peek(): number {
    if (this.head === this.seenTail) {
      this.seenTail = this.loadPosition(this.tailIndex)
      if (this.head === this.seenTail) return -1
    }
    let at = this.head
    let bytes = this.control[(this.dataOffset + at * 8) >> 2]!
    if (bytes === WRAP) {
      // What is published then lies at the start: the tail is behind the head and not at 0, where it would say "empty".
      if (this.seenTail >= at || this.seenTail === 0)
        throw damaged(`a wrap marker at ${at} with the tail at ${this.seenTail}`)
      at = 0
      bytes = this.control[this.dataOffset >> 2]!
    }
    const limit = this.seenTail > at ? this.seenTail : this.units
    if (!(bytes >= 0 && bytes <= (limit - at) * 8 - HEADER_BYTES)) {
      throw damaged(`a message of ${bytes} bytes at ${at} with the tail at ${this.seenTail}`)
    }
    const end = at + ((HEADER_BYTES + align8(bytes)) >> 3)
    this.nextHead = end === this.units ? 0 : end
    this.messageBytes = bytes
    return this.dataOffset + at * 8 + HEADER_BYTES
  }

  /** Consumer: gives the space of the message that {@link peek} found back to the producer. */
  release(): void {
    assert(this.nextHead !== -1, 'release without a message')
    this.head = this.nextHead
    this.nextHead = -1
    Atomics.store(this.control, this.headIndex, this.head)
  }

  /** First unit of a free stretch of `wanted` units, -1 = there is none as far as is known. */
  private placeFor(wanted: number): number {
    const { tail, seenHead, units } = this
    if (tail < seenHead) return seenHead - tail > wanted ? tail : -1
    // The last unit may be used only when the head is not at 0: tail and head would be equal otherwise.
    const untilEnd = units - tail
    if (untilEnd > wanted || (untilEnd === wanted && seenHead !== 0)) return tail
    return seenHead > wanted ? 0 : -1
  }

  private loadPosition(index: number): number {
    const position = Atomics.load(this.control, index)
    if (position < 0 || position >= this.units) throw damaged(`position ${position} of ${this.units}`)
    return position
  }
}

function damaged(what: string): WireError {
  return new WireError(`a ring in shared memory is damaged: ${what}`)
}
