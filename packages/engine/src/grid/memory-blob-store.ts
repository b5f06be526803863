import { Sha256 } from '../base/sha256.ts'
import type { BlobInfo, BlobRef, BlobStore } from './blob-store.ts'
import { blobConflict, blobDamaged, blobMissing } from './grid-error.ts'
import { checkGridName, checkGridPrefix } from './grid-name.ts'
import type { MemoryConnection } from './memory-connection.ts'
import type { MemoryBlob } from './memory-grid-content.ts'

/** Blobs of a grid in memory. */
export class MemoryBlobStore implements BlobStore {
  readonly #connection: MemoryConnection
  readonly #name: string
  readonly #blobs: Map<string, MemoryBlob>
  readonly #chunkBytesMax: number

  constructor(connection: MemoryConnection, name: string, chunkBytesMax: number) {
    checkGridName('space', name)
    this.#connection = connection
    this.#name = name
    this.#blobs = connection.content.space(name)
    this.#chunkBytesMax = chunkBytesMax
  }

  async write(id: string, data: AsyncIterable<Uint8Array>): Promise<BlobRef> {
    checkGridName('blob id', id)
    return this.#connection.calls.run(() => this.#write(id, data))
  }

  async *read(ref: BlobRef, from = 0): AsyncGenerator<Uint8Array, void> {
    checkGridName('blob id', ref.id)
    const bytes = await this.#connection.call({ operation: 'readBlob', place: this.#name, name: ref.id }, () => {
      const blob = this.#blobs.get(ref.id)
      if (blob === undefined) throw blobMissing(ref.id)
      return blob.bytes
    })
    if (bytes.length !== ref.size)
      throw blobDamaged(ref.id, `it has ${bytes.length} bytes, its reference says ${ref.size}`)
    const sha256 = new Sha256().update(bytes).digestHex()
    if (sha256 !== ref.sha256) throw blobDamaged(ref.id, 'its hash is another than its reference says')
    for (let at = from; at < bytes.length; at += this.#chunkBytesMax)
      yield bytes.slice(at, Math.min(bytes.length, at + this.#chunkBytesMax))
  }

  async delete(idOrFolder: string): Promise<void> {
    checkGridName('blob id', idOrFolder)
    await this.#connection.call({ operation: 'deleteBlob', place: this.#name, name: idOrFolder }, () => {
      if (!idOrFolder.endsWith('/')) this.#blobs.delete(idOrFolder)
      else for (const id of this.#blobs.keys()) if (id.startsWith(idOrFolder)) this.#blobs.delete(id)
    })
  }

  async *list(prefix: string): AsyncGenerator<BlobInfo, void> {
    checkGridPrefix('blob id', prefix)
    yield* await this.#connection.call({ operation: 'listBlobs', place: this.#name, name: prefix }, () =>
      [...this.#blobs]
        .filter(([id]) => id.startsWith(prefix))
        .map(([id, { bytes, createdMs }]) => ({ id, size: bytes.length, createdMs })),
    )
  }

  async #write(id: string, data: AsyncIterable<Uint8Array>): Promise<BlobRef> {
    const pieces: Uint8Array[] = []
    for await (const piece of data) pieces.push(piece.slice())
    const bytes = joined(pieces)
    const sha256 = new Sha256().update(bytes).digestHex()
    const ref = { id, size: bytes.length, chunks: Math.ceil(bytes.length / this.#chunkBytesMax), sha256 }
    return this.#connection.answer({ operation: 'writeBlob', place: this.#name, name: id }, () => {
      const there = this.#blobs.get(id)
      if (there === undefined) this.#blobs.set(id, { bytes, createdMs: this.#connection.clock.wallMs() })
      else if (new Sha256().update(there.bytes).digestHex() !== sha256) throw blobConflict(id)
      return ref
    })
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
