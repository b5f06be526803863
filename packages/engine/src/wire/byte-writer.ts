import { align8, ByteRegion } from './byte-region.ts'

/**
 * Raised by {@link ByteWriter.ensure} when more is to be written than is allowed; whoever made the writer handles it.
 */
export class WriterFull extends Error {
  override readonly name = 'WriterFull'
}

const FULL = new WriterFull('the writer holds as many bytes as it may')

/**
 * A region of bytes that grows up to a limit. The encoder calls {@link ensure}, then writes through the views at
 * {@link position} and raises it. Views are replaced when the region grows: read them anew after each `ensure`.
 */
export class ByteWriter {
  i32: Int32Array
  f64: Float64Array
  u8: Uint8Array
  data: DataView
  text: Buffer
  /** Where the next byte goes. */
  position = 0
  private capacity: number
  private readonly bytesMax: number

  constructor(initialBytes: number, bytesMax: number) {
    const region = new ByteRegion(new ArrayBuffer(align8(Math.min(initialBytes, bytesMax))))
    this.i32 = region.i32
    this.f64 = region.f64
    this.u8 = region.u8
    this.data = region.data
    this.text = region.text
    this.capacity = region.u8.length
    this.bytesMax = align8(bytesMax)
  }

  /** Makes room for `bytes` more. @throws WriterFull when that would be more than the limit */
  ensure(bytes: number): void {
    if (this.position + bytes > this.capacity) this.grow(this.position + bytes)
  }

  /** Moves on to the next multiple of 8. There is always room for that, since the capacity is one. */
  align(): void {
    this.position = align8(this.position)
  }

  private grow(needed: number): void {
    if (needed > this.bytesMax) throw FULL
    const buffer = new ArrayBuffer(align8(Math.min(this.bytesMax, Math.max(needed, this.capacity * 2))))
    const region = new ByteRegion(buffer)
    region.u8.set(this.u8.subarray(0, this.position))
    this.i32 = region.i32
    this.f64 = region.f64
    this.u8 = region.u8
    this.data = region.data
    this.text = region.text
    this.capacity = buffer.byteLength
  }
}
