/** Classes of binary data that travel as they are; the position in this list is their code in encoded bytes. */
const BINARY_CLASSES = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  Buffer,
  ArrayBuffer,
  DataView,
] as const

/** A value of one of the {@link BINARY_CLASSES}. */
export type Binary = ArrayBufferView | ArrayBuffer

const codes = new Map<object, number>(
  BINARY_CLASSES.map((binaryClass, code) => [binaryClass.prototype as object, code]),
)

/** The code of the class with this prototype, -1 when it is not one of binary data. */
export function binaryCodeOf(prototype: object): number {
  return codes.get(prototype) ?? -1
}

/** The bytes of binary data, not copied. */
export function bytesOf(value: Binary): Uint8Array {
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

/**
 * Makes a value of the class with this code.
 *
 * @param bytes a buffer that the value may keep
 * @returns null when there is no such class or the length does not suit it
 */
export function binaryFrom(code: number, bytes: ArrayBuffer): Binary | null {
  const binaryClass = BINARY_CLASSES[code]
  if (binaryClass === undefined) return null
  if (binaryClass === ArrayBuffer) return bytes
  if (binaryClass === Buffer) return Buffer.from(bytes)
  if (binaryClass === DataView) return new DataView(bytes)
  const arrayClass = binaryClass as Uint8ArrayConstructor
  return bytes.byteLength % arrayClass.BYTES_PER_ELEMENT === 0 ? new arrayClass(bytes) : null
}
