import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, mkdirSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { NacelleError } from '../base/nacelle-error.ts'
import { removeOldBundles } from '../deployment/bundle-directory.ts'
import type { BlobRef, BlobStore } from '../grid/blob-store.ts'
import type { BundleStore } from './member.ts'

/** What {@link JobBundles} is made of. */
export interface JobBundlesOptions {
  /** Where bundles lie as files that threads can import. */
  readonly folder: string
  readonly blobs: BlobStore
  /** Bytes of a chunk in the grid. */
  readonly chunkBytesMax: number
  /** Bytes of one bundle at most. Default 64 MB. */
  readonly bundleBytesMax?: number
  /** Somebody uploads a bundle, or asks whether he has to: a job is about to come. */
  onInterest(): void
}

const BUNDLE_BYTES_MAX = 64 * 1024 * 1024

/**
 * Job bundles: durable in the grid, and as files beside it, made of what the grid has when they are missing. What a
 * client sends goes to a file piece by piece, and counts for nothing until its hash is right.
 */
export class JobBundles implements BundleStore {
  readonly #options: JobBundlesOptions
  readonly #bundleBytesMax: number
  /** Files whose content was hashed since the member has started. */
  readonly #verified = new Set<string>()

  constructor(options: JobBundlesOptions) {
    this.#options = options
    this.#bundleBytesMax = options.bundleBytesMax ?? BUNDLE_BYTES_MAX
    mkdirSync(options.folder, { recursive: true, mode: 0o700 })
    removeOldBundles(options.folder)
  }

  async has(sha256: string): Promise<boolean> {
    this.#options.onInterest()
    return (await this.#refOf(sha256)) !== null
  }

  async put(sha256: string, text: AsyncIterable<Uint8Array>, declaredBytes: number | null): Promise<void> {
    this.#options.onInterest()
    if (declaredBytes !== null && declaredBytes > this.#bundleBytesMax) throw this.#tooLarge(declaredBytes)
    if ((await this.#refOf(sha256)) !== null) return
    await this.#keep(sha256, text)
    await this.#options.blobs.write(blobId(sha256), createReadStream(this.#pathOf(sha256)))
  }

  /**
   * The file of a bundle, made of the grid's copy when it is missing or damaged.
   *
   * @throws NacelleError ERR_BUNDLE_MISSING
   */
  async path(sha256: string): Promise<string> {
    const path = this.#pathOf(sha256)
    if (this.#verified.has(sha256) || (await hashOf(path)) === sha256) {
      this.#verified.add(sha256)
      return path
    }
    const ref = await this.#refOf(sha256)
    if (ref === null) {
      throw new NacelleError('ERR_BUNDLE_MISSING', `there is no bundle ${sha256}: upload it, then submit the job`, {
        details: { sha256 },
      })
    }
    await this.#keep(sha256, this.#options.blobs.read(ref))
    return path
  }

  /** Writes a bundle to its file, which appears when all is there and right. */
  async #keep(sha256: string, text: AsyncIterable<Uint8Array>): Promise<void> {
    const partial = join(this.#options.folder, `${sha256}.${randomUUID()}.partial`)
    const file = await open(partial, 'wx')
    try {
      const hash = createHash('sha256')
      let size = 0
      try {
        for await (const piece of text) {
          size += piece.length
          if (size > this.#bundleBytesMax) throw this.#tooLarge(size)
          hash.update(piece)
          for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten
        }
      } finally {
        await file.close()
      }
      const found = hash.digest('hex')
      if (found !== sha256) throw wrongHash(sha256, found, size)
      await rename(partial, this.#pathOf(sha256))
      this.#verified.add(sha256)
    } finally {
      await rm(partial, { force: true })
    }
  }

  async #refOf(sha256: string): Promise<BlobRef | null> {
    const { blobs, chunkBytesMax } = this.#options
    const id = blobId(sha256)
    for await (const blob of blobs.list(id)) {
      if (blob.id === id) return { id, size: blob.size, chunks: Math.ceil(blob.size / chunkBytesMax), sha256 }
    }
    return null
  }

  #pathOf(sha256: string): string {
    return join(this.#options.folder, `${sha256}.mjs`)
  }

  #tooLarge(bytes: number): NacelleError {
    return new NacelleError(
      'ERR_BUNDLE_TOO_LARGE',
      `the bundle has ${bytes} bytes or more, and ${this.#bundleBytesMax} are the most: does the job import what it does not need, or carry data that belongs into files?`,
      { details: { bytes, bundleBytesMax: this.#bundleBytesMax } },
    )
  }
}

function blobId(sha256: string): string {
  return `bundle/${sha256}`
}

async function hashOf(path: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return hash.digest('hex')
}

function wrongHash(expected: string, found: string, size: number): NacelleError {
  return new NacelleError(
    'ERR_BUNDLE_HASH',
    `the bundle that came has ${size} bytes and the SHA-256 ${found}, not ${expected}: it was changed or cut off on its way, send it again`,
    { retry: 'backoff', details: { expected, found } },
  )
}
