import { binaryFrom } from './binary-types.ts'
import type { ByteReader } from './byte-reader.ts'
import type { SerializerRegistry } from './serializers.ts'
import { ITEM_DEPTH_MAX } from './transferable.ts'
import * as tag from './value-tags.ts'
import { WireError } from './wire-error.ts'

/** More nesting than the writer allows: registered classes may add a level each. */
const DEPTH_MAX = 2 * ITEM_DEPTH_MAX

/** Sets a property, also one named `__proto__`, which plain assignment would take for the prototype. */
export function defineProperty(target: object, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  else (target as Record<string, unknown>)[key] = value
}

/**
 * Reads what {@link ValueWriter} wrote. It makes plain data and instances that registered serializers answer, nothing
 * else.
 */
export class ValueReader {
  private readonly from: ByteReader
  private readonly registry: SerializerRegistry

  constructor(from: ByteReader, registry: SerializerRegistry) {
    this.from = from
    this.registry = registry
  }

  /** @throws WireError when the bytes make no sense */
  read(depth = 0): unknown {
    const code = this.byte()
    switch (code) {
      case tag.UNDEFINED:
        return undefined
      case tag.NULL:
        return null
      case tag.FALSE:
        return false
      case tag.TRUE:
        return true
      case tag.INT32:
        return this.int32()
      case tag.FLOAT64:
        return this.float64()
      case tag.LATIN1:
        return this.latin1(this.length())
      case tag.UTF16:
        return this.utf16(this.length())
      case tag.DATE:
        return new Date(this.float64())
      default:
        if (depth > DEPTH_MAX) throw new WireError(`an encoded value is nested deeper than ${DEPTH_MAX} levels`)
        return this.compound(code, depth)
    }
  }

  /** A string with its tag. */
  text(): string {
    const code = this.byte()
    if (code === tag.LATIN1) return this.latin1(this.length())
    if (code === tag.UTF16) return this.utf16(this.length())
    throw new WireError(`an encoded string begins with ${code}`)
  }

  /** A whole number as {@link ValueWriter.length} writes it. */
  length(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new WireError('an encoded length has more than five bytes')
  }

  private compound(code: number, depth: number): unknown {
    switch (code) {
      case tag.BIGINT:
        return this.bigint()
      case tag.ARRAY:
        return this.array(depth)
      case tag.OBJECT:
        return this.object({}, depth)
      case tag.NULL_OBJECT:
        return this.object(Object.create(null) as object, depth)
      case tag.MAP:
        return this.map(depth)
      case tag.SET:
        return this.set(depth)
      case tag.BINARY:
        return this.binary()
      case tag.REGISTERED:
        return this.registered(depth)
      default:
        throw new WireError(`an encoded value begins with ${code}`)
    }
  }

  private byte(): number {
    const from = this.from
    if (from.position >= from.end) from.need(1)
    return from.u8[from.position++]!
  }

  private int32(): number {
    const from = this.from
    from.need(4)
    const value = from.data.getInt32(from.position, true)
    from.position += 4
    return value
  }

  private float64(): number {
    const from = this.from
    from.need(8)
    const value = from.data.getFloat64(from.position, true)
    from.position += 8
    return value
  }

  private latin1(length: number): string {
    const from = this.from
    from.need(length)
    const start = from.position
    from.position += length
    return from.text.toString('latin1', start, start + length)
  }

  private utf16(length: number): string {
    const from = this.from
    from.need(length * 2)
    const start = from.position
    from.position += length * 2
    return from.text.toString('utf16le', start, start + length * 2)
  }

  private bigint(): bigint {
    const digits = this.text()
    if (!/^-?[0-9a-f]+$/.test(digits)) throw new WireError('an encoded bigint has something else than digits')
    const negative = digits.startsWith('-')
    const value = BigInt(`0x${negative ? digits.slice(1) : digits}`)
    return negative ? -value : value
  }

  /** Each element takes at least a byte, so a length beyond the message is refused before anything is made. */
  private count(): number {
    const count = this.length()
    this.from.need(count)
    return count
  }

  private array(depth: number): unknown[] {
    const from = this.from
    const count = this.count()
    const array: unknown[] = []
    for (let i = 0; i < count; i++) {
      if (from.position < from.end && from.u8[from.position] === tag.HOLE) {
        from.position++
        array.length = i + 1
      } else {
        array[i] = this.read(depth + 1)
      }
    }
    return array
  }

  private object(target: object, depth: number): object {
    for (let rest = this.count(); rest > 0; rest--) {
      const key = this.text()
      defineProperty(target, key, this.read(depth + 1))
    }
    return target
  }

  private map(depth: number): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>()
    for (let rest = this.count(); rest > 0; rest--) {
      const key = this.read(depth + 1)
      map.set(key, this.read(depth + 1))
    }
    return map
  }

  private set(depth: number): Set<unknown> {
    const set = new Set<unknown>()
    for (let rest = this.count(); rest > 0; rest--) set.add(this.read(depth + 1))
    return set
  }

  private binary(): unknown {
    const from = this.from
    const code = this.byte()
    const length = this.length()
    from.need(length)
    const bytes = new Uint8Array(length)
    bytes.set(from.u8.subarray(from.position, from.position + length))
    from.position += length
    const value = binaryFrom(code, bytes.buffer)
    if (value === null) throw new WireError(`encoded binary data of ${length} bytes has class ${code}`)
    return value
  }

  private registered(depth: number): unknown {
    const id = this.text()
    const serializer = this.registry.ofId(id)
    if (serializer === undefined)
      throw new WireError(`no serializer is registered as '${id.slice(0, 255)}' on the receiving side`)
    return serializer.read(this.read(depth + 1))
  }
}
