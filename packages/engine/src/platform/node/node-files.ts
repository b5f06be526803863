import * as fs from 'node:fs'
import { finished } from 'node:stream'
import * as zlib from 'node:zlib'
import type {
  CompressedFile,
  CompressionFormat,
  DirectoryEntry,
  FileStat,
  Files,
  ReadableFile,
  WritableFile,
} from '../files.ts'

/** Bytes read from a compressed file in one piece. */
const PIECE_LENGTH = 256 * 1024

/** Plain bytes given on in one piece: a busy thread turns its event loop rarely, and each turn brings one. */
const PLAIN_LENGTH = 512 * 1024

/** The file system of this machine. */
export class NodeFiles implements Files {
  stat(path: string): FileStat | null {
    const stats = fs.statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return null
    return {
      kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other',
      size: stats.size,
      modifiedMs: stats.mtimeMs,
    }
  }

  list(directory: string): readonly DirectoryEntry[] {
    return fs
      .readdirSync(directory, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  openForReading(path: string): ReadableFile {
    const descriptor = fs.openSync(path, 'r')
    return {
      read: (target, offset, length, position) => fs.readSync(descriptor, target, offset, length, position),
      close: () => fs.closeSync(descriptor),
    }
  }

  openCompressed(path: string, format: CompressionFormat): CompressedFile {
    return new NodeCompressedFile(path, format)
  }

  openForAppending(path: string, options: { readonly truncate?: boolean } = {}): WritableFile {
    const descriptor = fs.openSync(path, options.truncate === true ? 'w' : 'a')
    return {
      append: (bytes) => {
        for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at)
      },
      sync: () => fs.fsyncSync(descriptor),
      close: () => fs.closeSync(descriptor),
    }
  }

  readAll(path: string): Uint8Array {
    return fs.readFileSync(path)
  }

  rename(from: string, to: string): void {
    fs.renameSync(from, to)
  }

  remove(path: string): void {
    fs.unlinkSync(path)
  }

  makeDirectory(path: string): void {
    fs.mkdirSync(path, { recursive: true })
  }
}

function kindOf(entry: fs.Dirent): DirectoryEntry['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? 'link' : 'other'
}

/**
 * A read stream through a decompressor; the library's thread pool does the work, its buffers bound how far it is ahead.
 */
class NodeCompressedFile implements CompressedFile {
  readonly #file: fs.ReadStream
  readonly #plain: zlib.Gunzip | zlib.ZstdDecompress
  #failure: Error | null = null
  #hasEnded = false
  #waiting: (() => void) | null = null

  constructor(path: string, format: CompressionFormat) {
    this.#file = fs.createReadStream(path, { fd: fs.openSync(path, 'r'), highWaterMark: PIECE_LENGTH })
    const options = { chunkSize: PLAIN_LENGTH }
    this.#plain = format === 'gzip' ? zlib.createGunzip(options) : zlib.createZstdDecompress(options)
    this.#file.pipe(this.#plain)
    this.#file.on('error', (error) => this.#plain.destroy(error))
    this.#plain.on('readable', () => this.#wake())
    finished(this.#plain, { writable: false }, (error) => {
      this.#hasEnded = true
      this.#failure = error ?? null
      this.#wake()
    })
  }

  get position(): number {
    return this.#file.bytesRead
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure
      const piece = this.#plain.read() as Uint8Array | null
      if (piece !== null) return piece
      if (this.#hasEnded) return null
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  close(): void {
    this.#file.destroy()
    this.#plain.destroy()
  }

  #wake(): void {
    this.#waiting?.()
    this.#waiting = null
  }
}
