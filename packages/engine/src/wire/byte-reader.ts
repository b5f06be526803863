import type { ByteRegion } from './byte-region.ts'
import { align8 } from './byte-region.ts'
import { WireError } from './wire-error.ts'

/**
 * A cursor over encoded bytes, which are treated as hostile: whoever reads calls {@link need} first, so that nothing is
 * read outside the message and nothing larger than the message is allocated on its word.
 */
export class ByteReader {
  i32: Int32Array
  f64: Float64Array
  u8: Uint8Array
  data: DataView
  text: Buffer
  position = 0
  end = 0

  constructor(region: ByteRegion) {
    this.i32 = region.i32
    this.f64 = region.f64
    this.u8 = region.u8
    this.data = region.data
    this.text = region.text
  }

  /** Starts at a message of `bytes` bytes; `position` is a multiple of 8. */
  open(region: ByteRegion, position: number, bytes: number): void {
    if (this.u8 !== region.u8) {
      this.i32 = region.i32
      this.f64 = region.f64
      this.u8 = region.u8
      this.data = region.data
      this.text = region.text
    }
    this.position = position
    this.end = position + bytes
  }

  get remaining(): number {
    return this.end - this.position
  }

  /** @throws WireError when fewer than `bytes` bytes are left, or `bytes` is no length */
  need(bytes: number): void {
    if (!(bytes >= 0 && this.position + bytes <= this.end)) {
      throw new WireError(`encoded bytes end too early: ${bytes} wanted, ${this.end - this.position} left`)
    }
  }

  /** Reads the next 32-bit word; `position` must be a multiple of 4. */
  word(): number {
    this.need(4)
    const value = this.i32[this.position >> 2]!
    this.position += 4
    return value
  }

  /** Moves on to the next multiple of 8. */
  align(): void {
    this.position = align8(this.position)
  }
}
