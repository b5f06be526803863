import { CHUNK_HEADER_BYTES, chunkBytes } from './chunk-format.ts'
import { damagedSnapshot, type SnapshotPlace } from './snapshot-error.ts'

/**
 * Cuts the bytes of a blob into its chunks, each in a buffer of its own.
 *
 * @throws NacelleError ERR_SNAPSHOT_DAMAGED or ERR_SNAPSHOT_VERSION
 */
export async function* chunksOf(
  pieces: AsyncIterable<Uint8Array>,
  place: SnapshotPlace,
): AsyncGenerator<ArrayBuffer, void, undefined> {
  let head = new Uint8Array(CHUNK_HEADER_BYTES)
  let headFilled = 0
  let chunk: Uint8Array | null = null
  let filled = 0
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      if (chunk === null) {
        const part = piece.subarray(at, at + CHUNK_HEADER_BYTES - headFilled)
        head.set(part, headFilled)
        headFilled += part.length
        at += part.length
        if (headFilled < CHUNK_HEADER_BYTES) continue
        chunk = new Uint8Array(chunkBytes(new DataView(head.buffer), place))
        chunk.set(head)
        filled = CHUNK_HEADER_BYTES
        headFilled = 0
      }
      const part = piece.subarray(at, at + chunk.length - filled)
      chunk.set(part, filled)
      filled += part.length
      at += part.length
      if (filled < chunk.length) continue
      yield chunk.buffer as ArrayBuffer
      chunk = null
      head = new Uint8Array(CHUNK_HEADER_BYTES)
    }
  }
  if (chunk !== null || headFilled > 0) throw damagedSnapshot(place, 'it ends within a chunk')
}
