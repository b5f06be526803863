import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BlobRef } from '../grid/blob-store.ts'
import { storageError } from './storage-error.ts'

/** Bytes that are written and read at once. */
export const CHUNK_BYTES = 512 * 1024

/** Writes the bytes of one blob into a file and makes them durable; the caller removes the file when that fails. */
export class BlobWriter {
  readonly #folder: string
  readonly #id: string
  readonly #path: string
  readonly #hash = createHash('sha256')
  readonly #buffer = new Uint8Array(CHUNK_BYTES)
  #filled = 0
  #size = 0

  constructor(folder: string, id: string, path: string) {
    this.#folder = folder
    this.#id = id
    this.#path = path
  }

  async write(data: AsyncIterable<Uint8Array>): Promise<BlobRef> {
    const handle = await this.#guard(async () => {
      await mkdir(dirname(this.#path), { recursive: true })
      return open(this.#path, 'wx')
    })
    try {
      for await (const piece of data) await this.#take(handle, piece)
      await this.#flush(handle)
      await this.#guard(() => handle.sync())
    } finally {
      await this.#guard(() => handle.close())
    }
    return {
      id: this.#id,
      size: this.#size,
      chunks: Math.ceil(this.#size / CHUNK_BYTES),
      sha256: this.#hash.digest('hex'),
    }
  }

  /** Pieces of any length go through one buffer: the file is written in large ones. */
  async #take(handle: FileHandle, piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + CHUNK_BYTES - this.#filled)
      this.#buffer.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === CHUNK_BYTES) await this.#flush(handle)
    }
  }

  async #flush(handle: FileHandle): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#filled)
    const writing = this.#guard(async () => {
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
    })
    // Hashed while it is being written.
    this.#hash.update(bytes)
    await writing
    this.#size += bytes.length
    this.#filled = 0
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw storageError(this.#folder, `writing blob '${this.#id}'`, error)
    }
  }
}
