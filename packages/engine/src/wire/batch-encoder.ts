import type { Batch, BatchLayout, KeyDictionary } from '../core/batch.ts'
import { align8 } from './byte-region.ts'
import type { ByteWriter } from './byte-writer.ts'
import { ColumnEncoder } from './column-encoder.ts'
import type { SerializerRegistry } from './serializers.ts'

/** Bytes in front of each encoded batch: four words. */
export const BATCH_HEADER_BYTES = 16

/** Flag in the header of a keyed batch: the dictionary starts anew. */
export const RESET_DICTIONARY = 1

/** Codes of the kinds of shapes in definitions. */
export const SHAPE_KINDS = ['object', 'nullObject', 'tuple'] as const

/**
 * Encodes batches of one stream. What it has told the other side before (shapes, keys) it does not repeat, so each message
 * must arrive, and in order; {@link accept} says that the last one will.
 *
 * A message is a header (count, offset of the shape definitions, flags, number of new keys), the timestamps, the columns of the
 * layout and at the end the definitions of shapes that are new.
 */
export class BatchEncoder {
  private readonly out: ByteWriter
  private readonly layout: BatchLayout
  private readonly columns: ColumnEncoder
  private definedShapes = 0
  private dictionary: KeyDictionary | null = null
  private sentKeys = 0
  private nextSentKeys = 0

  constructor(out: ByteWriter, layout: BatchLayout, registry: SerializerRegistry) {
    this.out = out
    this.layout = layout
    this.columns = new ColumnEncoder(out, registry)
  }

  /**
   * Writes entries `from` to `to` (exclusive) of a batch at the writer's position, a multiple of 8.
   *
   * @throws WriterFull when there is no room: a part may have been written, encode less then
   * @throws NotTransferable when an item cannot travel
   */
  encode(batch: Batch, from: number, to: number): void {
    try {
      this.write(batch, from, to)
    } catch (error) {
      this.columns.reset()
      throw error
    }
  }

  /** The message that was encoded last is on its way: what it defines need not be sent again. */
  accept(batch: Batch): void {
    this.definedShapes = this.columns.shapes.used.length
    if (batch.dictionary !== null) {
      this.dictionary = batch.dictionary
      this.sentKeys = this.nextSentKeys
    }
  }

  private write(batch: Batch, from: number, to: number): void {
    const { out, layout } = this
    const start = out.position
    out.ensure(BATCH_HEADER_BYTES)
    out.position = start + BATCH_HEADER_BYTES
    out.i32[start >> 2] = to - from
    out.i32[(start >> 2) + 2] = 0
    out.i32[(start >> 2) + 3] = 0
    if (layout.timed) this.float64s(batch.timestamps!, from, to)
    if (layout.kind === 'keyed') this.keyed(batch, from, to, start)
    else this.columns.write(batch.items, from, to)
    out.i32[(start >> 2) + 1] = out.position - start
    this.defineShapes()
  }

  private keyed(batch: Batch, from: number, to: number, start: number): void {
    const { out } = this
    const n = to - from
    const slots = batch.slots!
    const dictionary = batch.dictionary!
    const reset = dictionary !== this.dictionary
    const known = reset ? 0 : this.sentKeys
    out.ensure(align8(n * 4))
    const { i32 } = out
    const first = out.position >> 2
    let highest = known - 1
    for (let i = 0; i < n; i++) {
      const slot = slots[from + i]!
      if (slot > highest) highest = slot
      i32[first + i] = slot
    }
    out.position += align8(n * 4)
    const keyCount = to === batch.count ? Math.max(highest + 1, batch.keyCount) : highest + 1
    this.nextSentKeys = keyCount
    out.i32[(start >> 2) + 2] = reset ? RESET_DICTIONARY : 0
    out.i32[(start >> 2) + 3] = keyCount - known
    for (const column of batch.columns) {
      if (column instanceof Float64Array) this.float64s(column, from, to)
      else this.columns.write(column, from, to)
    }
    this.columns.write(dictionary.keys, known, keyCount)
  }

  private float64s(column: Float64Array, from: number, to: number): void {
    const { out } = this
    const n = to - from
    out.ensure(n * 8)
    const { f64 } = out
    const first = out.position >> 3
    for (let i = 0; i < n; i++) f64[first + i] = column[from + i]!
    out.position += n * 8
  }

  private defineShapes(): void {
    const { out } = this
    const { used } = this.columns.shapes
    out.ensure(8)
    out.i32[out.position >> 2] = used.length - this.definedShapes
    out.i32[(out.position >> 2) + 1] = this.definedShapes
    out.position += 8
    for (let id = this.definedShapes; id < used.length; id++) {
      const shape = used[id]!
      this.columns.values.length(SHAPE_KINDS.indexOf(shape.kind))
      this.columns.values.length(shape.fields.length)
      if (shape.kind !== 'tuple') for (const field of shape.fields) this.columns.values.text(field)
    }
    out.ensure(8)
    out.align()
  }
}
