import { NacelleError } from '../base/nacelle-error.ts'
import type { Batch, BatchLayout } from '../core/batch.ts'
import { BatchEncoder } from '../wire/batch-encoder.ts'
import { ByteWriter, WriterFull } from '../wire/byte-writer.ts'
import { DEFAULT_ITEM_BYTES_MAX } from '../wire/message.ts'
import { serializers } from '../wire/serializers.ts'
import { checkTransferable, NotTransferable, refusal } from '../wire/transferable.ts'
import { CHUNK_BYTES_MAX, type ChunkHeader, headBytes, writeChunkHead } from './chunk-format.ts'

/** What all chunks of one {@link ChunkEncoder} have in common. */
export type ChunkOrigin = Pick<ChunkHeader, 'vertexName' | 'processorIndex' | 'parallelism' | 'isBroadcast'>

const INITIAL_BYTES = 16 * 1024

/** Scratch memory for chunks: encoders of one thread share it, since each copies its chunk out. */
export function newChunkWriter(): ByteWriter {
  return new ByteWriter(INITIAL_BYTES, CHUNK_BYTES_MAX)
}

/** Makes chunks of batches of one layout. Each stands alone: nothing is left to what an earlier one has defined. */
export class ChunkEncoder {
  readonly #origin: ChunkOrigin
  readonly #layout: BatchLayout
  readonly #writer: ByteWriter
  readonly #encoder: BatchEncoder
  readonly #headBytes: number

  constructor(origin: ChunkOrigin, layout: BatchLayout, writer: ByteWriter) {
    this.#origin = origin
    this.#layout = layout
    this.#writer = writer
    this.#encoder = new BatchEncoder(writer, layout, serializers)
    this.#headBytes = headBytes(origin.vertexName, columnsOf(layout).length)
  }

  /**
   * The whole batch as a chunk, or null when that would be too long: give it in parts then. One entry alone may be
   * longer than a chunk is otherwise.
   *
   * @throws NacelleError ERR_ITEM_TOO_LARGE, ERR_UNREGISTERED_CLASS or ERR_NOT_TRANSFERABLE
   */
  encode(batch: Batch, snapshotId: number): ArrayBuffer | null {
    try {
      return this.#chunk(batch, snapshotId, this.#writer, this.#encoder)
    } catch (error) {
      if (error instanceof NotTransferable) throw this.#refusal(error, batch)
      if (!(error instanceof WriterFull)) throw error
    }
    return batch.count > 1 ? null : this.#encodeLarge(batch, snapshotId)
  }

  #encodeLarge(batch: Batch, snapshotId: number): ArrayBuffer {
    const writer = new ByteWriter(CHUNK_BYTES_MAX * 2, DEFAULT_ITEM_BYTES_MAX)
    try {
      return this.#chunk(batch, snapshotId, writer, new BatchEncoder(writer, this.#layout, serializers))
    } catch (error) {
      if (!(error instanceof WriterFull)) throw error
      const { vertexName } = this.#origin
      throw new NacelleError(
        'ERR_ITEM_TOO_LARGE',
        `vertex '${vertexName}' saves an entry of state that takes more than ${DEFAULT_ITEM_BYTES_MAX} bytes: keep less for each key`,
        { details: { vertex: vertexName } },
      )
    }
  }

  /** The batch is encoded as the first of its stream each time, so that it defines all shapes and keys it uses. */
  #chunk(batch: Batch, snapshotId: number, writer: ByteWriter, encoder: BatchEncoder): ArrayBuffer {
    writer.position = 0
    writer.ensure(this.#headBytes)
    writer.position = this.#headBytes
    encoder.encode(batch, 0, batch.count)
    const buffer = new ArrayBuffer(writer.position)
    new Uint8Array(buffer).set(writer.u8.subarray(0, writer.position))
    writeChunkHead(buffer, {
      ...this.#origin,
      kind: this.#layout.kind === 'keyed' ? 'columns' : 'entries',
      snapshotId,
      timed: this.#layout.timed,
      columns: columnsOf(this.#layout),
      count: batch.count,
      blobEntries: 0,
    })
    return buffer
  }

  /** Finds the value that cannot travel, to say where it lies. */
  #refusal(reason: NotTransferable, batch: Batch): NacelleError {
    const { vertexName } = this.#origin
    const columns = [batch.items, batch.dictionary?.keys ?? [], ...batch.columns]
    for (const column of columns) {
      if (column instanceof Float64Array) continue
      for (let i = 0; i < Math.min(batch.count, column.length); i++) checkTransferable(column[i], vertexName)
    }
    return refusal(reason, vertexName, '')
  }
}

/** The last chunk of a blob. */
export function encodeEnd(
  vertexName: string,
  snapshotId: number,
  totals: { readonly chunks: number; readonly entries: number },
): ArrayBuffer {
  const buffer = new ArrayBuffer(headBytes(vertexName, 0))
  writeChunkHead(buffer, {
    kind: 'end',
    snapshotId,
    vertexName,
    processorIndex: 0,
    parallelism: 0,
    isBroadcast: false,
    timed: false,
    columns: [],
    count: totals.chunks,
    blobEntries: totals.entries,
  })
  return buffer
}

function columnsOf(layout: BatchLayout) {
  return layout.kind === 'keyed' ? layout.columns : []
}
