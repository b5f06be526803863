import { ArrayPool } from './array-pool.ts'
import { align8 } from './byte-region.ts'
import type { ByteWriter } from './byte-writer.ts'
import * as tag from './column-tags.ts'
import type { EncoderShape } from './encoder-shape.ts'
import { EncoderShapes } from './encoder-shape.ts'
import { MixedClasses } from './mixed-classes.ts'
import type { Serializer, SerializerRegistry } from './serializers.ts'
import { FIELD_ANY, kindBytes } from './shape-functions.ts'
import { StringColumnWriter } from './string-column.ts'
import { hasHiddenProperties, hiddenProperties } from './transferable.ts'
import { ValueWriter } from './value-writer.ts'

/**
 * Writes arrays of values as columns. What a column is like is guessed from its first value; a method that finds the
 * guess wrong answers false with nothing written, and the values are sorted by class instead. Nothing is lost in any
 * case: what cannot be carried exactly is refused.
 */
export class ColumnEncoder {
  readonly shapes: EncoderShapes = new EncoderShapes()
  readonly values: ValueWriter
  private readonly out: ByteWriter
  private readonly registry: SerializerRegistry
  private readonly strings: StringColumnWriter
  private readonly pool: ArrayPool = new ArrayPool()

  constructor(out: ByteWriter, registry: SerializerRegistry) {
    this.out = out
    this.registry = registry
    this.values = new ValueWriter(out, registry)
    this.strings = new StringColumnWriter(out)
  }

  /**
   * Writes `values[from..to)` at the writer's position, which is a multiple of 8 before and after.
   *
   * @throws NotTransferable when a value cannot travel, WriterFull when there is no room
   */
  write(values: readonly unknown[], from: number, to: number, depth = 0): void {
    if (from === to) return
    const start = this.out.position
    const borrowed = this.pool.depth
    if (depth > tag.COLUMN_DEPTH_MAX) return this.oneByOne(values, from, to)
    if (this.uniform(values, from, to, depth)) return
    this.out.position = start
    this.pool.release(borrowed, to - from)
    this.mixed(values, from, to, depth)
  }

  /** After an error: what was lent is lent no more. */
  reset(): void {
    this.pool.release(0, Number.POSITIVE_INFINITY)
  }

  private uniform(values: readonly unknown[], from: number, to: number, depth: number): boolean {
    const first = values[from]
    switch (typeof first) {
      case 'number':
        return this.numbers(values, from, to)
      case 'string':
        return this.strings.write(values, from, to)
      case 'boolean':
      case 'undefined':
        return this.oddballs(values, from, to)
      case 'bigint':
        return this.bigints(values, from, to)
      case 'object':
        return first === null ? this.oddballs(values, from, to) : this.objects(first, values, from, to, depth)
      default:
        return false
    }
  }

  private numbers(values: readonly unknown[], from: number, to: number): boolean {
    const { out } = this
    const n = to - from
    const start = out.position
    out.ensure(8 + n * 8)
    const { i32, f64 } = out
    let at = (start >> 2) + 2
    let i = from
    for (; i < to; i++) {
      const value = values[i]
      if (typeof value !== 'number' || (value | 0) !== value || (value === 0 && 1 / value < 0)) break
      i32[at++] = value
    }
    if (i === to) {
      i32[start >> 2] = tag.INT32_COLUMN
      out.position = start + 8 + align8(n * 4)
      return true
    }
    at = (start >> 3) + 1
    for (i = from; i < to; i++) {
      const value = values[i]
      if (typeof value !== 'number') return false
      f64[at++] = value
    }
    i32[start >> 2] = tag.FLOAT64_COLUMN
    out.position = start + 8 + n * 8
    return true
  }

  private oddballs(values: readonly unknown[], from: number, to: number): boolean {
    const { out } = this
    const start = out.position
    out.ensure(8 + align8(to - from))
    let at = start + 8
    for (let i = from; i < to; i++) {
      const value = values[i]
      if (value === undefined) out.u8[at++] = 0
      else if (value === null) out.u8[at++] = 1
      else if (typeof value === 'boolean') out.u8[at++] = value ? 3 : 2
      else return false
    }
    out.i32[start >> 2] = tag.ODDBALL_COLUMN
    out.position = align8(at)
    return true
  }

  private bigints(values: readonly unknown[], from: number, to: number): boolean {
    const { out } = this
    const start = out.position
    out.ensure(8 + (to - from) * 8)
    let at = start + 8
    for (let i = from; i < to; i++) {
      const value = values[i]
      if (typeof value !== 'bigint') return false
      if (BigInt.asIntN(64, value) !== value) {
        out.position = start
        this.oneByOne(values, from, to)
        return true
      }
      out.data.setBigInt64(at, value, true)
      at += 8
    }
    out.i32[start >> 2] = tag.INT64_COLUMN
    out.position = at
    return true
  }

  private objects(first: object, values: readonly unknown[], from: number, to: number, depth: number): boolean {
    const prototype: unknown = Object.getPrototypeOf(first)
    if (prototype === Object.prototype || prototype === null) {
      const shape = this.shapes.ofObject(first, prototype === null, to - from)
      if (shape !== null) return this.shaped(shape, values, from, to, depth)
      // Few objects, or a strange one: value by value is exact for whatever follows, too.
      this.oneByOne(values, from, to)
      return true
    }
    if (prototype === Array.prototype) return this.arrays(first as readonly unknown[], values, from, to, depth)
    if (prototype === Date.prototype) return this.dates(values, from, to)
    const serializer = this.registry.ofPrototype(prototype as object)
    if (serializer !== undefined) return this.registered(prototype as object, serializer, values, from, to, depth)
    this.oneByOne(values, from, to)
    return true
  }

  private dates(values: readonly unknown[], from: number, to: number): boolean {
    const { out } = this
    const start = out.position
    out.ensure(8 + (to - from) * 8)
    let at = (start >> 3) + 1
    for (let i = from; i < to; i++) {
      const value = values[i]
      if (!(value instanceof Date) || value.constructor !== Date) return false
      out.f64[at++] = value.getTime()
    }
    out.i32[start >> 2] = tag.DATE_COLUMN
    out.position = at * 8
    return true
  }

  /** Objects or tuples of one shape; false when one of them has another. */
  private shaped(shape: EncoderShape, values: readonly unknown[], from: number, to: number, depth: number): boolean {
    const first = values[from] as object
    if (hasHiddenProperties(first)) throw hiddenProperties()
    const { out, pool } = this
    const n = to - from
    const start = out.position
    const borrowed = pool.depth
    for (;;) {
      const write = shape.writer(first)
      out.position = start
      this.layOut(shape, n)
      for (let i = 0; i < shape.anyCount; i++) pool.take()
      const failed = write(values, from, to, out.i32, out.f64, out.u8, shape.offsets, pool.arrays, borrowed)
      if (failed === -1) break
      pool.release(borrowed, n)
      const field = shape.offsets[shape.fields.length]!
      if (field === -1) {
        out.position = start
        return false
      }
      shape.widen(field, (values[failed] as Readonly<Record<string, unknown>>)[shape.fields[field]!])
    }
    const lent = pool.depth
    for (let i = borrowed; i < lent; i++) this.write(pool.arrays[i]!, 0, n, depth + 1)
    pool.release(borrowed, n)
    return true
  }

  /** Writes tag, id and kinds of a shape column and gives each directly written field its place. */
  private layOut(shape: EncoderShape, n: number): void {
    const { out } = this
    const { kinds, offsets } = shape
    out.ensure(8 + align8(kinds.length) + kinds.length * align8(n * 8))
    out.i32[out.position >> 2] = tag.SHAPE_COLUMN
    out.i32[(out.position >> 2) + 1] = shape.id
    out.position += 8
    for (let f = 0; f < kinds.length; f++) out.u8[out.position + f] = kinds[f]!
    out.position += align8(kinds.length)
    for (let f = 0; f < kinds.length; f++) {
      offsets[f] = out.position
      if (kinds[f] !== FIELD_ANY) out.position += align8(n * kindBytes(kinds[f]!))
    }
  }

  private arrays(
    first: readonly unknown[],
    values: readonly unknown[],
    from: number,
    to: number,
    depth: number,
  ): boolean {
    const shape = this.shapes.ofTuple(first.length, to - from)
    if (shape !== null && this.shaped(shape, values, from, to, depth)) return true
    if (hasHiddenProperties(first)) throw hiddenProperties()
    const { out, pool } = this
    const start = out.position
    const borrowed = pool.depth
    const elements = pool.take()
    out.ensure(8 + align8((to - from) * 4))
    let at = (start >> 2) + 2
    let total = 0
    for (let i = from; i < to; i++) {
      const array = values[i]
      if (!Array.isArray(array) || array.constructor !== Array) return false
      out.i32[at++] = array.length
      for (let j = 0; j < array.length; j++) {
        const element: unknown = array[j]
        if (element === undefined && !(j in array)) {
          pool.release(borrowed, total)
          this.oneByOne(values, from, to)
          return true
        }
        elements[total++] = element
      }
    }
    out.i32[start >> 2] = tag.LIST_COLUMN
    out.position = start + 8 + align8((to - from) * 4)
    this.write(elements, 0, total, depth + 1)
    pool.release(borrowed, total)
    return true
  }

  private registered(
    prototype: object,
    serializer: Serializer,
    values: readonly unknown[],
    from: number,
    to: number,
    depth: number,
  ): boolean {
    const { out, pool } = this
    const borrowed = pool.depth
    const written = pool.take()
    for (let i = from; i < to; i++) {
      const value = values[i]
      if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== prototype) return false
      written[i - from] = serializer.write(value)
    }
    out.ensure(8)
    out.i32[out.position >> 2] = tag.REGISTERED_COLUMN
    out.position += 8
    this.values.text(serializer.id)
    out.ensure(8)
    out.align()
    this.write(written, 0, to - from, depth + 1)
    pool.release(borrowed, to - from)
    return true
  }

  private oneByOne(values: readonly unknown[], from: number, to: number): void {
    const { out } = this
    out.ensure(8)
    const start = out.position
    out.i32[start >> 2] = tag.VALUE_COLUMN
    out.position = start + 8
    for (let i = from; i < to; i++) this.values.write(values[i])
    out.align()
    out.i32[(start >> 2) + 1] = out.position - start - 8
  }

  private mixed(values: readonly unknown[], from: number, to: number, depth: number): void {
    const { out, pool } = this
    const n = to - from
    const start = out.position
    const borrowed = pool.depth
    const classes = new MixedClasses(this.shapes, this.registry)
    const counts: number[] = []
    out.ensure(8 + align8(n))
    for (let i = from; i < to; i++) {
      const value = values[i]
      const index = classes.indexOf(value)
      if (index === counts.length) {
        counts.push(0)
        pool.take()
      }
      out.u8[start + 8 + i - from] = index
      pool.arrays[borrowed + index]![counts[index]!++] = value
    }
    out.i32[start >> 2] = tag.MIXED_COLUMN
    out.i32[(start >> 2) + 1] = counts.length
    out.position = start + 8 + align8(n)
    for (let index = 0; index < counts.length; index++) {
      const column = pool.arrays[borrowed + index]!
      const count = counts[index]!
      const before = out.position
      if (classes.isRegular(index) && depth < tag.COLUMN_DEPTH_MAX && this.uniform(column, 0, count, depth + 1))
        continue
      out.position = before
      pool.release(borrowed + counts.length, count)
      this.oneByOne(column, 0, count)
    }
    pool.release(borrowed, n)
  }
}
