/** What {@link Files.stat} tells. */
export interface FileStat {
  readonly kind: 'file' | 'directory' | 'other'
  readonly size: number
  readonly modifiedMs: number
}

/** One name in a directory; symbolic links are not followed. */
export interface DirectoryEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
}

/** A file opened for reading by position. */
export interface ReadableFile {
  /**
   * Reads at most `length` bytes at `position` into `target` at `offset`. Answers how many came; 0 at the end. Blocks.
   */
  read(target: Uint8Array, offset: number, length: number, position: number): number
  close(): void
}

/** A file opened for appending. */
export interface WritableFile {
  /** Writes all bytes. Blocks. */
  append(bytes: Uint8Array): void
  /** Makes everything written durable. */
  sync(): void
  close(): void
}

/**
 * The file system. Calls block the calling thread; they are made for local files, in pieces of about 64 KiB to 1 MiB.
 * Errors of the operating system come through as they are (with `code`, `path`).
 */
export interface Files {
  /** Follows symbolic links; null when there is nothing at `path`. */
  stat(path: string): FileStat | null
  /** What lies in a directory, sorted by name. */
  list(directory: string): readonly DirectoryEntry[]
  openForReading(path: string): ReadableFile
  /** Opens a compressed file to read what it holds, front to back. */
  openCompressed(path: string, format: CompressionFormat): CompressedFile
  /** Creates the file when it is missing; `truncate` empties it first. */
  openForAppending(path: string, options?: { readonly truncate?: boolean }): WritableFile
  readAll(path: string): Uint8Array
  /** Atomic replacement: on success `to` has the content of `from`, which is gone. */
  rename(from: string, to: string): void
  /** Removes a file. */
  remove(path: string): void
  /** Makes a directory and those above it; one that is there already is fine. */
  makeDirectory(path: string): void
}

/** How a file is compressed. */
export type CompressionFormat = 'gzip' | 'zstd'

/**
 * A compressed file, read as plain bytes. Decompression goes on beside the calling thread and a bounded way ahead of
 * it: neither the file nor what it holds is ever in memory as a whole.
 */
export interface CompressedFile {
  /**
   * The next plain bytes, null at the end. They belong to the caller. One call at a time.
   * Rejects when the bytes are damaged or end too early.
   */
  read(): Promise<Uint8Array | null>
  /** How many bytes of the file itself have been read. */
  readonly position: number
  close(): void
}
