import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { type FileHandle, link, mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BlobInfo, BlobRef, BlobStore } from '../grid/blob-store.ts'
import type { CallsUnderWay } from '../grid/calls-under-way.ts'
import { blobConflict, blobDamaged, blobMissing, gridIndeterminate } from '../grid/grid-error.ts'
import { checkGridName, checkGridPrefix } from '../grid/grid-name.ts'
import type { Random } from '../platform/random.ts'
import { blobFolderPath, blobIdOf, blobPath, spacePath } from './blob-path.ts'
import { BlobWriter, CHUNK_BYTES } from './blob-writer.ts'
import { syncFolder } from './durable-file.ts'
import { errorCode, messageOf, storageError } from './storage-error.ts'

/** How a file system says that it has no second names for files. */
const NO_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** How often a file is given its name anew when its folder, just emptied by a delete, goes away under it. */
const PLACING_MAX = 10

/** Where a {@link FileBlobStore} keeps its files. */
export interface BlobFolder {
  /** The data folder. */
  readonly folder: string
  readonly space: string
  readonly calls: CallsUnderWay
  readonly random: Random
}

/**
 * Blobs as files of a data folder: written under another name, synced, given their own name, and that synced too. It
 * needs no lock: several processes may use one data folder's blobs. Work on the disk goes on beside the calling thread.
 */
export class FileBlobStore implements BlobStore {
  readonly #folder: string
  readonly #space: string
  readonly #temporary: string
  readonly #calls: CallsUnderWay
  readonly #random: Random
  /** Folders whose own names are durable. */
  readonly #durableFolders = new Set<string>()

  constructor({ folder, space, calls, random }: BlobFolder) {
    checkGridName('space', space)
    this.#folder = folder
    this.#space = join(folder, 'blobs', spacePath(space))
    this.#temporary = temporaryFolder(folder)
    this.#calls = calls
    this.#random = random
  }

  async write(id: string, data: AsyncIterable<Uint8Array>): Promise<BlobRef> {
    checkGridName('blob id', id)
    return this.#calls.run(() => this.#write(id, data))
  }

  async *read(ref: BlobRef, from = 0): AsyncGenerator<Uint8Array, void> {
    checkGridName('blob id', ref.id)
    const handle = await this.#calls.run(() => this.#open(ref))
    try {
      const hash = createHash('sha256')
      let last: Uint8Array | null = null
      for (let at = 0; at < ref.size; ) {
        const piece = await this.#calls.run(() => this.#readPiece(handle, ref, at))
        hash.update(piece)
        const skipped = Math.max(0, Math.min(piece.length, from - at))
        at += piece.length
        if (skipped === piece.length) continue
        if (last !== null) yield last
        last = piece.subarray(skipped)
      }
      if (hash.digest('hex') !== ref.sha256) throw blobDamaged(ref.id, 'its hash is another than its reference says')
      if (last !== null) yield last
    } finally {
      await handle.close()
    }
  }

  async delete(idOrFolder: string): Promise<void> {
    checkGridName('blob id', idOrFolder)
    await this.#calls.run(async () => {
      const isFolder = idOrFolder.endsWith('/')
      const path = join(this.#space, isFolder ? blobFolderPath(idOrFolder) : blobPath(idOrFolder))
      try {
        await rm(path, { recursive: isFolder, force: true })
        await this.#removeEmpty(isFolder ? path : dirname(path))
      } catch (error) {
        throw storageError(this.#folder, `deleting blob '${idOrFolder}'`, error)
      }
    })
  }

  async *list(prefix: string): AsyncGenerator<BlobInfo, void> {
    checkGridPrefix('blob id', prefix)
    const start = blobFolderPath(prefix.slice(0, prefix.lastIndexOf('/') + 1))
    yield* this.#list(start, prefix)
  }

  async *#list(path: string, prefix: string): AsyncGenerator<BlobInfo, void> {
    for (const entry of await this.#calls.run(() => this.#entries(path))) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isDirectory()) yield* this.#list(below, prefix)
      const id = blobIdOf(below)
      if (id === null || !id.startsWith(prefix)) continue
      const stats = await stat(join(this.#space, below)).catch(orNull('ENOENT'))
      if (stats !== null) yield { id, size: stats.size, createdMs: stats.mtimeMs }
    }
  }

  async #entries(path: string): Promise<readonly Dirent[]> {
    try {
      return (await readdir(join(this.#space, path), { withFileTypes: true }).catch(orNull('ENOENT'))) ?? []
    } catch (error) {
      throw storageError(this.#folder, 'listing blobs', error)
    }
  }

  async #open(ref: BlobRef): Promise<FileHandle> {
    try {
      const handle = await open(join(this.#space, blobPath(ref.id)), 'r')
      const { size } = await handle.stat()
      if (size === ref.size) return handle
      await handle.close()
      throw blobDamaged(ref.id, `it has ${size} bytes, its reference says ${ref.size}`)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw blobMissing(ref.id)
      throw storageError(this.#folder, `reading blob '${ref.id}'`, error)
    }
  }

  async #readPiece(handle: FileHandle, ref: BlobRef, at: number): Promise<Uint8Array> {
    const piece = new Uint8Array(Math.min(CHUNK_BYTES, ref.size - at))
    try {
      const { bytesRead } = await handle.read(piece, 0, piece.length, at)
      if (bytesRead === 0) throw blobDamaged(ref.id, `it ends at byte ${at}, its reference says ${ref.size}`)
      return piece.subarray(0, bytesRead)
    } catch (error) {
      if (errorCode(error) === 'EIO') throw blobDamaged(ref.id, messageOf(error))
      throw storageError(this.#folder, `reading blob '${ref.id}'`, error)
    }
  }

  async #write(id: string, data: AsyncIterable<Uint8Array>): Promise<BlobRef> {
    const temporary = join(this.#temporary, `${process.pid}-${this.#random.uuid()}`)
    const writer = new BlobWriter(this.#folder, id, temporary)
    try {
      const ref = await writer.write(data)
      await this.#place(ref, temporary)
      return ref
    } finally {
      await rm(temporary, { force: true })
    }
  }

  /** Gives the file its own name, unless that is taken. */
  async #place(ref: BlobRef, temporary: string): Promise<void> {
    const path = join(this.#space, blobPath(ref.id))
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#makeFolder(dirname(path))
        await giveName(temporary, path)
        break
      } catch (error) {
        if (errorCode(error) === 'EEXIST') {
          await this.#compare(ref, path)
          break
        }
        this.#durableFolders.clear()
        if (errorCode(error) === 'ENOENT' && attempt < PLACING_MAX) continue
        throw storageError(this.#folder, `writing blob '${ref.id}'`, error)
      }
    }
    try {
      await syncFolder(dirname(path))
    } catch (error) {
      throw gridIndeterminate(
        `blob '${ref.id}' is written, but its folder could not be synced: ${messageOf(error)}`,
        error,
      )
    }
  }

  async #compare(ref: BlobRef, path: string): Promise<void> {
    const { size } = await stat(path)
    if (size === ref.size) {
      const hash = createHash('sha256')
      const handle = await open(path, 'r')
      for await (const piece of handle.createReadStream({ highWaterMark: CHUNK_BYTES }))
        hash.update(piece as Uint8Array)
      if (hash.digest('hex') === ref.sha256) return
    }
    throw blobConflict(ref.id)
  }

  /** Makes a folder and those above it, and their names durable. */
  async #makeFolder(path: string): Promise<void> {
    if (this.#durableFolders.has(path) || path === this.#folder) return
    const above = dirname(path)
    await this.#makeFolder(above)
    await mkdir(path).catch(orNull('EEXIST'))
    await syncFolder(above)
    this.#durableFolders.add(path)
  }

  /** Removes a folder and those above it as far as they are empty. */
  async #removeEmpty(path: string): Promise<void> {
    this.#durableFolders.clear()
    for (let folder = path; folder !== this.#space; folder = dirname(folder)) {
      const removed = await rmdir(folder).then(
        () => true,
        (error: unknown) => {
          const code = errorCode(error)
          if (code === 'ENOENT') return true
          if (code === 'ENOTEMPTY' || code === 'EEXIST') return false
          throw error
        },
      )
      if (!removed) return
    }
  }
}

/** The folder of unfinished blobs within a data folder. */
export function temporaryFolder(folder: string): string {
  return join(folder, 'unfinished')
}

/** Renames without replacing: rejects with EEXIST when the name is taken. */
async function giveName(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
    await unlink(from)
  } catch (error) {
    if (!NO_LINKS.has(errorCode(error))) throw error
    // The look and the renaming are two steps here; ids are used once, so that nobody comes between.
    const taken = await stat(to).catch(orNull('ENOENT'))
    if (taken !== null) throw Object.assign(new Error(`'${to}' is there`, { cause: error }), { code: 'EEXIST' })
    await rename(from, to)
  }
}

/** For what need not be there: an error of this code is null. */
function orNull(code: string): (error: unknown) => null {
  return (error) => {
    if (errorCode(error) === code) return null
    throw error
  }
}
