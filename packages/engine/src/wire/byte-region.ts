/** One buffer seen through all the views that the codec needs. Offsets are in bytes from the start of the buffer. */
export class ByteRegion {
  readonly i32: Int32Array
  readonly f64: Float64Array
  readonly u8: Uint8Array
  readonly data: DataView
  /** The same bytes as `u8`, with Node's conversions between text and bytes. */
  readonly text: Buffer

  /** @param buffer its length must be a multiple of 8 */
  constructor(buffer: ArrayBufferLike) {
    this.i32 = new Int32Array(buffer)
    this.f64 = new Float64Array(buffer)
    this.u8 = new Uint8Array(buffer)
    this.data = new DataView(buffer)
    this.text = Buffer.from(buffer as ArrayBuffer)
  }
}

/** The least multiple of 8 that is not below `bytes`. */
export function align8(bytes: number): number {
  return (bytes + 7) & ~7
}
