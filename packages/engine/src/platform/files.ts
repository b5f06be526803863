/** What {@link Files.stat} tells. */
export interface FileStat {
  readonly kind: 'file' | 'directory' | 'other'
  readonly size: number
  readonly modifiedMs: number
}

/** A file opened for reading by position. */
export interface ReadableFile {
  /** Reads at most `length` bytes at `position` into `target` at `offset`. Answers how many came; 0 at the end. Blocks. */
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
  stat(path: string): FileStat | null
  /** Names in a directory, sorted. */
  list(directory: string): readonly string[]
  openForReading(path: string): ReadableFile
  /** Creates the file when it is missing; `truncate` empties it first. */
  openForAppending(path: string, options?: { readonly truncate?: boolean }): WritableFile
  readAll(path: string): Uint8Array
  /** Atomic replacement: on success `to` has the content of `from`, which is gone. */
  rename(from: string, to: string): void
  remove(path: string): void
  makeDirectory(path: string): void
  /** Files that match glob patterns (relative to `directory`), sorted, each once. */
  glob(patterns: readonly string[], directory: string): readonly string[]
  /** A decompressor for whole streams: feed bytes, get bytes. */
  decompressor(format: 'gzip' | 'zstd'): Decompressor
}

/** Turns compressed bytes into plain ones, piece by piece. */
export interface Decompressor {
  /** Gives a piece of input and collects whatever output is complete. */
  push(bytes: Uint8Array): readonly Uint8Array[]
  /** The input is over. @throws when it ended in the middle */
  end(): readonly Uint8Array[]
}
