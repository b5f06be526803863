import { ArrayPool } from './array-pool.ts'
import type { ByteReader } from './byte-reader.ts'
import { align8 } from './byte-region.ts'
import * as tag from './column-tags.ts'
import type { DecoderShape } from './decoder-shape.ts'
import type { SerializerRegistry } from './serializers.ts'
import type { FieldKind } from './shape-functions.ts'
import { FIELD_ANY, FIELD_BOOLEAN, kindBytes } from './shape-functions.ts'
import { readStrings } from './string-column.ts'
import { ValueReader } from './value-reader.ts'
import { WireError } from './wire-error.ts'

const ODDBALLS: readonly unknown[] = [undefined, null, false, true]

/** Reads the columns that ColumnEncoder wrote. The bytes are taken for hostile: counts and indexes are checked. */
export class ColumnDecoder {
  /** Shapes that the stream has defined so far, by id. */
  readonly shapes: DecoderShape[] = []
  readonly values: ValueReader
  private readonly from: ByteReader
  private readonly registry: SerializerRegistry
  private readonly pool: ArrayPool = new ArrayPool()

  constructor(from: ByteReader, registry: SerializerRegistry) {
    this.from = from
    this.registry = registry
    this.values = new ValueReader(from, registry)
  }

  /**
   * Reads `count` values into `out` from `at` on.
   *
   * @throws WireError when the bytes make no sense
   */
  read(out: unknown[], at: number, count: number, depth = 0): void {
    if (count === 0) return
    const { from } = this
    from.need(count + 8)
    // Mixed columns of the deepest level have columns of their own.
    if (depth > tag.COLUMN_DEPTH_MAX + 1) throw new WireError('encoded columns are nested too deep')
    const code = from.word()
    switch (code) {
      case tag.INT32_COLUMN:
        return this.int32s(out, at, count)
      case tag.FLOAT64_COLUMN:
      case tag.DATE_COLUMN:
        return this.float64s(code === tag.DATE_COLUMN, out, at, count)
      case tag.ODDBALL_COLUMN:
        return this.oddballs(out, at, count)
      case tag.LATIN1_COLUMN:
      case tag.UTF16_COLUMN:
      case tag.DICTIONARY_COLUMN:
        return readStrings(from, code, out, at, count)
      case tag.INT64_COLUMN:
        return this.int64s(out, at, count)
      case tag.SHAPE_COLUMN:
        return this.shaped(out, at, count, depth)
      case tag.LIST_COLUMN:
        return this.lists(out, at, count, depth)
      case tag.MIXED_COLUMN:
        return this.mixed(out, at, count, depth)
      case tag.VALUE_COLUMN:
        return this.oneByOne(out, at, count)
      case tag.REGISTERED_COLUMN:
        return this.registered(out, at, count, depth)
      default:
        throw new WireError(`an encoded column begins with ${code}`)
    }
  }

  /** After an error: what was lent is lent no more. */
  reset(): void {
    this.pool.release(0, Number.POSITIVE_INFINITY)
  }

  private int32s(out: unknown[], at: number, count: number): void {
    const { from } = this
    from.position += 4
    from.need(count * 4)
    const { i32 } = from
    const first = from.position >> 2
    for (let i = 0; i < count; i++) out[at + i] = i32[first + i]
    from.position += align8(count * 4)
  }

  private float64s(dates: boolean, out: unknown[], at: number, count: number): void {
    const { from } = this
    from.position += 4
    from.need(count * 8)
    const { f64 } = from
    const first = from.position >> 3
    if (dates) for (let i = 0; i < count; i++) out[at + i] = new Date(f64[first + i]!)
    else for (let i = 0; i < count; i++) out[at + i] = f64[first + i]
    from.position += count * 8
  }

  private oddballs(out: unknown[], at: number, count: number): void {
    const { from } = this
    from.position += 4
    from.need(count)
    for (let i = 0; i < count; i++) {
      const code = from.u8[from.position + i]!
      if (code > 3) throw new WireError(`a boolean, null or undefined is encoded as ${code}`)
      out[at + i] = ODDBALLS[code]
    }
    from.position += align8(count)
  }

  private int64s(out: unknown[], at: number, count: number): void {
    const { from } = this
    from.position += 4
    from.need(count * 8)
    for (let i = 0; i < count; i++) out[at + i] = from.data.getBigInt64(from.position + i * 8, true)
    from.position += count * 8
  }

  private shaped(out: unknown[], at: number, count: number, depth: number): void {
    const { from, pool } = this
    const id = from.word()
    const shape = this.shapes[id]
    if (shape === undefined)
      throw new WireError(`encoded objects have shape ${id}, but only ${this.shapes.length} are defined`)
    const fieldCount = shape.fields.length
    from.need(align8(fieldCount))
    for (let f = 0; f < fieldCount; f++) {
      const kind = from.u8[from.position + f]!
      if (kind > FIELD_BOOLEAN) throw new WireError(`a field is of kind ${kind}`)
      shape.kinds[f] = kind as FieldKind
    }
    from.position += align8(fieldCount)
    const { kinds, offsets } = shape
    const build = shape.reader(kinds)
    let anyCount = 0
    for (let f = 0; f < fieldCount; f++) {
      const kind = kinds[f]!
      if (kind === FIELD_ANY) {
        anyCount++
        continue
      }
      offsets[f] = from.position
      from.need(count * kindBytes(kind))
      from.position += align8(count * kindBytes(kind))
    }
    if (anyCount === 0) return build(out, at, count, from.i32, from.f64, from.u8, offsets, pool.arrays, 0)
    // Columns within may be of this shape, too: what the function needs is kept apart from it.
    const kept = offsets.slice()
    const borrowed = pool.depth
    for (let i = 0; i < anyCount; i++) this.read(pool.take(), 0, count, depth + 1)
    build(out, at, count, from.i32, from.f64, from.u8, kept, pool.arrays, borrowed)
    pool.release(borrowed, count)
  }

  private lists(out: unknown[], at: number, count: number, depth: number): void {
    const { from, pool } = this
    from.position += 4
    from.need(count * 4)
    const { i32 } = from
    const first = from.position >> 2
    let total = 0
    for (let i = 0; i < count; i++) {
      const length = i32[first + i]!
      if (length < 0) throw new WireError(`an array of ${length} elements`)
      total += length
    }
    from.position += align8(count * 4)
    const borrowed = pool.depth
    const elements = pool.take()
    this.read(elements, 0, total, depth + 1)
    let position = 0
    for (let i = 0; i < count; i++) {
      const length = i32[first + i]!
      out[at + i] = elements.slice(position, position + length)
      position += length
    }
    pool.release(borrowed, total)
  }

  private mixed(out: unknown[], at: number, count: number, depth: number): void {
    const { from, pool } = this
    const classCount = from.word()
    if (classCount < 1 || classCount > tag.CLASS_COUNT_MAX)
      throw new WireError(`a mixed column of ${classCount} classes`)
    from.need(count)
    const classes = from.position
    const counts: number[] = []
    for (let c = 0; c < classCount; c++) counts.push(0)
    for (let i = 0; i < count; i++) {
      const index = from.u8[classes + i]!
      if (index >= classCount) throw new WireError(`class ${index} in a mixed column of ${classCount}`)
      counts[index]!++
    }
    from.position += align8(count)
    const borrowed = pool.depth
    for (let c = 0; c < classCount; c++) this.read(pool.take(), 0, counts[c]!, depth + 1)
    counts.fill(0)
    for (let i = 0; i < count; i++) {
      // Another thread might change the bytes meanwhile; an index out of range then only gives undefined.
      const index = from.u8[classes + i]! % classCount
      out[at + i] = pool.arrays[borrowed + index]![counts[index]!++]
    }
    pool.release(borrowed, count)
  }

  private oneByOne(out: unknown[], at: number, count: number): void {
    const { from } = this
    const bytes = from.word()
    from.need(bytes)
    if (count > bytes) throw new WireError(`${count} values in ${bytes} bytes`)
    for (let i = 0; i < count; i++) out[at + i] = this.values.read()
    from.align()
  }

  private registered(out: unknown[], at: number, count: number, depth: number): void {
    const { from, pool } = this
    from.position += 4
    const id = this.values.text()
    from.align()
    const serializer = this.registry.ofId(id)
    if (serializer === undefined)
      throw new WireError(`no serializer is registered as '${id.slice(0, 255)}' on the receiving side`)
    const borrowed = pool.depth
    const written = pool.take()
    this.read(written, 0, count, depth + 1)
    for (let i = 0; i < count; i++) out[at + i] = serializer.read(written[i])
    pool.release(borrowed, count)
  }
}
