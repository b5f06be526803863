import { NacelleError } from '../base/nacelle-error.ts'
import type { BlobRef, BlobStore } from '../grid/blob-store.ts'
import type { SnapshotManifest, SnapshotManifestRef } from '../snapshot/snapshot-manifest.ts'
import { manifestBlobId } from './documents/committed-snapshot.ts'
import { SNAPSHOT_MANIFEST_FORMAT } from './documents/snapshot-manifest-format.ts'

/** What reading shows when a blob is not what was written; anything else may pass. */
const DAMAGE_CODES: readonly unknown[] = ['ERR_GRID_DAMAGED', 'ERR_GRID_BLOB_MISSING', 'ERR_DOCUMENT']

/** Stores the manifest of a snapshot. May be repeated with the same one. */
export function writeSnapshotManifest(
  blobs: Pick<BlobStore, 'write'>,
  manifest: SnapshotManifest,
): Promise<SnapshotManifestRef> {
  return blobs.write(manifestBlobId(manifest), once(SNAPSHOT_MANIFEST_FORMAT.encode(manifest)))
}

/**
 * Reads the manifest that a reference names.
 *
 * @throws NacelleError ERR_SNAPSHOT_DAMAGED when it is not what was written, ERR_DOCUMENT_VERSION when another version
 *   of Nacelle wrote it, and what the store throws when it cannot be read now
 */
export async function readSnapshotManifest(blobs: Pick<BlobStore, 'read'>, ref: BlobRef): Promise<SnapshotManifest> {
  try {
    return SNAPSHOT_MANIFEST_FORMAT.decode(await bytesOf(blobs.read(ref), ref.size), `blob '${ref.id}'`)
  } catch (error) {
    if (!(error instanceof NacelleError) || !DAMAGE_CODES.includes(error.code)) throw error
    throw new NacelleError('ERR_SNAPSHOT_DAMAGED', `the manifest of a snapshot is damaged: ${error.message}`, {
      domain: 'external',
      cause: error,
      details: { blob: ref.id },
    })
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes
}

async function bytesOf(pieces: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const all = new Uint8Array(size)
  let at = 0
  for await (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
