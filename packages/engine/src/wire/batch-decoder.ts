import type { BatchLayout } from '../core/batch.ts'
import { Batch, KeyDictionary } from '../core/batch.ts'
import { BATCH_HEADER_BYTES, RESET_DICTIONARY, SHAPE_KINDS } from './batch-encoder.ts'
import { ByteReader } from './byte-reader.ts'
import type { ByteRegion } from './byte-region.ts'
import { align8 } from './byte-region.ts'
import { ColumnDecoder } from './column-decoder.ts'
import { copyFloat64s, copyInt32s } from './copy.ts'
import { DecoderShape } from './decoder-shape.ts'
import { SHAPE_COUNT_MAX, SHAPE_FIELDS_MAX, TUPLE_LENGTH_MAX } from './encoder-shape.ts'
import type { SerializerRegistry } from './serializers.ts'
import { WireError } from './wire-error.ts'

/** Room that a decoder's batch has at first. */
const INITIAL_CAPACITY = 64

/** Decodes the batches of one stream, in the order in which they were encoded, into one batch that it keeps reusing. */
export class BatchDecoder {
  /** What was decoded last; overwritten by the next {@link decode}. */
  readonly batch: Batch
  private readonly layout: BatchLayout
  private readonly reader: ByteReader
  private readonly columns: ColumnDecoder

  constructor(region: ByteRegion, layout: BatchLayout, registry: SerializerRegistry) {
    this.layout = layout
    this.batch = new Batch(layout, INITIAL_CAPACITY)
    this.reader = new ByteReader(region)
    this.columns = new ColumnDecoder(this.reader, registry)
  }

  /**
   * Decodes the message of `bytes` bytes at `offset`, a multiple of 8.
   *
   * @throws WireError when the bytes make no sense; the stream cannot go on then
   */
  decode(region: ByteRegion, offset: number, bytes: number): void {
    this.reader.open(region, offset, bytes)
    try {
      this.read(offset, bytes)
    } catch (error) {
      this.batch.count = 0
      this.columns.reset()
      throw error
    }
  }

  private read(offset: number, bytes: number): void {
    const { reader, batch, layout } = this
    reader.need(BATCH_HEADER_BYTES)
    const count = reader.word()
    const definitions = reader.word()
    const flags = reader.word()
    const newKeys = reader.word()
    if (definitions < BATCH_HEADER_BYTES || definitions > bytes - 8 || definitions % 8 !== 0) {
      throw new WireError(`the shape definitions of a batch of ${bytes} bytes are at ${definitions}`)
    }
    reader.position = offset + definitions
    this.readShapes()
    reader.position = offset + BATCH_HEADER_BYTES
    reader.end = offset + definitions
    // Each entry takes at least a byte, each key too: nothing much larger than the message is made on its word.
    reader.need(layout.timed ? count * 8 : count)
    batch.reserve(count)
    if (layout.timed) this.float64s(batch.timestamps!, count)
    if (layout.kind === 'keyed') this.keyed(count, flags, newKeys)
    else this.columns.read(batch.items, 0, count)
    batch.count = count
  }

  private readShapes(): void {
    const { reader } = this
    const { shapes, values } = this.columns
    const count = reader.word()
    const firstId = reader.word()
    if (firstId !== shapes.length || count < 0 || count > SHAPE_COUNT_MAX - shapes.length) {
      throw new WireError(`${count} shapes are defined from ${firstId} on, but ${shapes.length} are known`)
    }
    for (let i = 0; i < count; i++) {
      const code = values.length()
      const kind = SHAPE_KINDS[code]
      const fieldCount = values.length()
      if (
        kind === undefined ||
        fieldCount < 1 ||
        fieldCount > (kind === 'tuple' ? TUPLE_LENGTH_MAX : SHAPE_FIELDS_MAX)
      ) {
        throw new WireError(`a shape of kind ${code} with ${fieldCount} fields`)
      }
      const fields: string[] = []
      for (let f = 0; f < fieldCount; f++) fields.push(kind === 'tuple' ? String(f) : values.text())
      shapes.push(new DecoderShape(kind, fields))
    }
  }

  private keyed(count: number, flags: number, newKeys: number): void {
    const { reader, batch } = this
    if (batch.dictionary === null || (flags & RESET_DICTIONARY) !== 0) batch.dictionary = new KeyDictionary()
    const { keys } = batch.dictionary
    reader.need(newKeys)
    const keyCount = keys.length + newKeys
    this.slots(batch.slots!, count, keyCount)
    for (const column of batch.columns) {
      if (column instanceof Float64Array) this.float64s(column, count)
      else this.columns.read(column, 0, count)
    }
    this.columns.read(keys, keys.length, newKeys)
    batch.keyCount = keyCount
  }

  private slots(slots: Int32Array, count: number, keyCount: number): void {
    const { reader } = this
    reader.need(count * 4)
    copyInt32s(reader.i32, reader.position >> 2, slots, 0, count)
    // One sign bit gathers whether any slot is negative or too large. The copy is what is checked: nobody else can
    // change it.
    let signs = 0
    const last = keyCount - 1
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!
      signs |= slot | (last - slot)
    }
    if (signs < 0) throw new WireError(`a key slot lies outside a dictionary of ${keyCount} keys`)
    reader.position += align8(count * 4)
  }

  private float64s(column: Float64Array, count: number): void {
    const { reader } = this
    reader.need(count * 8)
    copyFloat64s(reader.f64, reader.position >> 3, column, 0, count)
    reader.position += count * 8
  }
}
