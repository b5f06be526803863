import type { Binary } from './binary-types.ts'
import { binaryCodeOf, bytesOf } from './binary-types.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { SerializerRegistry } from './serializers.ts'
import {
  hasHiddenProperties,
  hiddenProperties,
  ITEM_DEPTH_MAX,
  notData,
  tooDeep,
  unregisteredClass,
} from './transferable.ts'
import * as tag from './value-tags.ts'

/** Below this length a loop over the characters is quicker than a call of Buffer. */
const SHORT_TEXT = 24

/**
 * Writes any value that may travel, one after the other, each with a byte that says what it is. Slower than columns,
 * but exact for everything: what the column encoder finds irregular goes this way.
 */
export class ValueWriter {
  private readonly out: ByteWriter
  private readonly registry: SerializerRegistry

  constructor(out: ByteWriter, registry: SerializerRegistry) {
    this.out = out
    this.registry = registry
  }

  /** @throws NotTransferable when the value cannot travel, WriterFull when it is too large */
  write(value: unknown, depth = 0): void {
    switch (typeof value) {
      case 'undefined':
        return this.byte(tag.UNDEFINED)
      case 'boolean':
        return this.byte(value ? tag.TRUE : tag.FALSE)
      case 'number':
        return this.number(value)
      case 'string':
        return this.text(value)
      case 'bigint':
        this.byte(tag.BIGINT)
        return this.text(value.toString(16))
      case 'object':
        return value === null ? this.byte(tag.NULL) : this.object(value, depth)
      default:
        throw notData(value)
    }
  }

  /** A whole number from 0 to 2^31 - 1 in one to five bytes. */
  length(value: number): void {
    const out = this.out
    out.ensure(5)
    let rest = value
    while (rest > 127) {
      out.u8[out.position++] = (rest & 127) | 128
      rest >>>= 7
    }
    out.u8[out.position++] = rest
  }

  /** A string with its tag. */
  text(value: string): void {
    const latin1 = !tag.NOT_LATIN1.test(value)
    this.byte(latin1 ? tag.LATIN1 : tag.UTF16)
    const n = value.length
    this.length(n)
    const out = this.out
    const bytes = latin1 ? n : n * 2
    out.ensure(bytes)
    if (!latin1) {
      out.text.write(value, out.position, bytes, 'utf16le')
    } else if (n > SHORT_TEXT) {
      out.text.write(value, out.position, bytes, 'latin1')
    } else {
      for (let i = 0; i < n; i++) out.u8[out.position + i] = value.charCodeAt(i)
    }
    out.position += bytes
  }

  private byte(value: number): void {
    this.out.ensure(1)
    this.out.u8[this.out.position++] = value
  }

  private number(value: number): void {
    const out = this.out
    out.ensure(9)
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      out.u8[out.position++] = tag.INT32
      out.data.setInt32(out.position, value, true)
      out.position += 4
    } else {
      out.u8[out.position++] = tag.FLOAT64
      out.data.setFloat64(out.position, value, true)
      out.position += 8
    }
  }

  private object(value: object, depth: number): void {
    if (depth > ITEM_DEPTH_MAX) throw tooDeep()
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return this.plainObject(value, prototype === null, depth)
    if (prototype === Array.prototype) return this.array(value as readonly unknown[], depth)
    if (prototype === Date.prototype) return this.date(value as Date)
    if (prototype === Map.prototype) return this.map(value as ReadonlyMap<unknown, unknown>, depth)
    if (prototype === Set.prototype) return this.set(value as ReadonlySet<unknown>, depth)
    const binary = binaryCodeOf(prototype as object)
    if (binary !== -1) return this.binary(value as Binary, binary)
    const serializer = this.registry.ofPrototype(prototype as object)
    if (serializer === undefined) throw unregisteredClass(value)
    this.byte(tag.REGISTERED)
    this.text(serializer.id)
    this.write(serializer.write(value), depth + 1)
  }

  private plainObject(value: object, nullPrototype: boolean, depth: number): void {
    if (hasHiddenProperties(value)) throw hiddenProperties()
    const keys = Object.keys(value)
    this.byte(nullPrototype ? tag.NULL_OBJECT : tag.OBJECT)
    this.length(keys.length)
    for (const key of keys) {
      this.text(key)
      this.write((value as Readonly<Record<string, unknown>>)[key], depth + 1)
    }
  }

  private array(value: readonly unknown[], depth: number): void {
    if (hasHiddenProperties(value)) throw hiddenProperties()
    this.byte(tag.ARRAY)
    this.length(value.length)
    for (let i = 0; i < value.length; i++) {
      const element = value[i]
      if (element === undefined && !(i in value)) this.byte(tag.HOLE)
      else this.write(element, depth + 1)
    }
  }

  private date(value: Date): void {
    const out = this.out
    out.ensure(9)
    out.u8[out.position++] = tag.DATE
    out.data.setFloat64(out.position, value.getTime(), true)
    out.position += 8
  }

  private map(value: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.byte(tag.MAP)
    this.length(value.size)
    for (const [key, element] of value) {
      this.write(key, depth + 1)
      this.write(element, depth + 1)
    }
  }

  private set(value: ReadonlySet<unknown>, depth: number): void {
    this.byte(tag.SET)
    this.length(value.size)
    for (const element of value) this.write(element, depth + 1)
  }

  private binary(value: Binary, code: number): void {
    const bytes = bytesOf(value)
    this.byte(tag.BINARY)
    this.byte(code)
    this.length(bytes.length)
    this.out.ensure(bytes.length)
    this.out.u8.set(bytes, this.out.position)
    this.out.position += bytes.length
  }
}
