import type { Batch, BatchLayout, KeyDictionary } from '../core/batch.ts'
import { align8 } from './byte-region.ts'
import type { ByteWriter } from './byte-writer.ts'
import { ColumnEncoder } from './column-encoder.ts'
import { copyFloat64s, copyInt32s } from './copy.ts'
import type { SerializerRegistry } from './serializers.ts'

/** Bytes in front of each encoded batch: four words. */
export const BATCH_HEADER_BYTES = 16

/** Flag in the header of a keyed batch: the dictionary starts anew. */
export const RESET_DICTIONARY = 1

/** Codes of the kinds of shapes in definitions. */
export const SHAPE_KINDS = ['object', 'nullObject', 'tuple'] as const

/**
 * Encodes batches of one stream. What it has told the other side before (shapes, keys) it does not repeat, so each
 * message must arrive, and in order; {@link accept} says that the last one will.
 *
 * A message is a header (count, offset of the shape definitions, flags, number of new keys), the timestamps, the
 * columns of the layout and at the end the definitions of shapes that are new.
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
    copyInt32s(slots, from, out.i32, out.position >> 2, n)
    out.position += align8(n * 4)
    let highest = known - 1
    // Only a part of a batch may do without the newest keys.
    if (to < batch.count) for (let i = from; i < to; i++) highest = Math.max(highest, slots[i]!)
    const keyCount = to === batch.count ? Math.max(known, batch.keyCount) : highest + 1
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
    copyFloat64s(column, from, out.f64, out.position >> 3, n)
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
