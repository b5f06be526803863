import type { Batch } from '../core/batch.ts'
import { BatchDecoder } from '../wire/batch-decoder.ts'
import { ByteRegion } from '../wire/byte-region.ts'
import { serializers } from '../wire/serializers.ts'
import { type ChunkHeader, headBytes, layoutOfChunk, readChunkHead } from './chunk-format.ts'
import { damagedSnapshot, type SnapshotPlace } from './snapshot-error.ts'

/** A chunk that was read and found whole. */
export interface DecodedChunk {
  readonly header: ChunkHeader
  readonly batch: Batch
}

/** Reads a chunk that fills `buffer` and is not of kind `end`. @throws NacelleError ERR_SNAPSHOT_DAMAGED */
export function decodeChunk(buffer: ArrayBuffer, place: SnapshotPlace): DecodedChunk {
  const header = readChunkHead(buffer, place)
  const start = headBytes(header.vertexName, header.columns.length)
  const region = new ByteRegion(buffer)
  const decoder = new BatchDecoder(region, layoutOfChunk(header), serializers)
  try {
    decoder.decode(region, start, buffer.byteLength - start)
  } catch (error) {
    throw damagedSnapshot(place, 'a chunk cannot be decoded', error)
  }
  if (decoder.batch.count !== header.count) throw damagedSnapshot(place, 'a chunk has another number of entries')
  return { header, batch: decoder.batch }
}
