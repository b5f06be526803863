import type { BlobRef, BlobStore } from '../grid/blob-store.ts'
import { type ChunkHeader, readChunkHead } from './chunk-format.ts'
import { chunksOf } from './chunk-stream.ts'
import { damagedSnapshot } from './snapshot-error.ts'

/** A snapshot to start from. */
export interface RestoredSnapshot {
  readonly snapshotId: number
  /** The blobs of each vertex, as its manifest names them. */
  readonly refs: Readonly<Record<string, readonly BlobRef[]>>
  readonly blobs: Pick<BlobStore, 'read'>
}

/** A chunk on its way to the threads. */
export interface ReadChunk {
  readonly header: ChunkHeader
  readonly bytes: ArrayBuffer
  readonly blob: string
}

/**
 * Reads all chunks of a vertex and checks that they are of this snapshot and vertex, and that none is missing. A
 * failure of the last chunk comes after the others were given: what was made of them must be thrown away then.
 *
 * @throws NacelleError ERR_SNAPSHOT_DAMAGED, ERR_SNAPSHOT_VERSION, and what the store throws
 */
export async function* readVertexState(
  { refs, blobs, snapshotId }: RestoredSnapshot,
  vertexName: string,
): AsyncGenerator<ReadChunk, void, undefined> {
  for (const ref of refs[vertexName] ?? []) {
    const place = { blob: ref.id }
    let chunks = 0
    let entries = 0
    let hasEnded = false
    for await (const bytes of chunksOf(blobs.read(ref), place)) {
      const header = readChunkHead(bytes, place)
      if (hasEnded) throw damagedSnapshot(place, 'it goes on behind its end')
      if (header.snapshotId !== snapshotId || header.vertexName !== vertexName)
        throw damagedSnapshot(
          place,
          `a chunk of snapshot ${header.snapshotId} of vertex '${header.vertexName}' is in it`,
        )
      if (header.kind === 'end') {
        hasEnded = true
        if (header.count !== chunks || header.blobEntries !== entries)
          throw damagedSnapshot(place, `${header.count} chunks were written, ${chunks} are there`)
        continue
      }
      chunks++
      entries += header.count
      yield { header, bytes, blob: ref.id }
    }
    if (!hasEnded) throw damagedSnapshot(place, 'its end is missing')
  }
}
