/** Names a blob and says what it must contain. */
export interface BlobRef {
  readonly id: string
  /** Bytes. */
  readonly size: number
  /** How many chunks of `GridInfo.chunkBytesMax` bytes it takes, the last one shorter; 0 for an empty blob. */
  readonly chunks: number
  /** SHA-256 of all its bytes, 64 hexadecimal digits in lower case. */
  readonly sha256: string
}

/** A blob as a list shows it. */
export interface BlobInfo {
  readonly id: string
  /** Bytes. */
  readonly size: number
  /** When it was complete, in milliseconds since the epoch by the clock of whoever keeps it. */
  readonly createdMs: number
}

/**
 * Large immutable values, written once under an id that is never used again. Slashes in ids make folders. A blob counts
 * only when a reference to it was committed elsewhere; those without are garbage that somebody lists and deletes.
 */
export interface BlobStore {
  /**
   * Stores what `data` gives, in pieces of any length, without keeping it in memory as a whole. Resolves when all of it
   * is durable. When `data` throws, or the call fails otherwise, nothing of it can be seen under the id, and the call
   * rejects with what `data` threw. A write of the same bytes under an id that is there answers the same reference, so
   * that one whose answer was lost may be repeated.
   *
   * @throws NacelleError ERR_GRID_CONFLICT when the id is there with other content, which stays
   */
  write(id: string, data: AsyncIterable<Uint8Array>): Promise<BlobRef>
  /**
   * The bytes of a blob from position `from` (default 0) on. Size and hash of the whole are verified; the last piece is
   * given only when they agree, so that whoever reads to the end has read what was written. Until then pieces may be
   * wrong: nothing may be made of them that cannot be taken back.
   *
   * @throws NacelleError ERR_GRID_BLOB_MISSING when there is no such blob; ERR_GRID_DAMAGED when it is not what the
   *   reference says
   */
  read(ref: BlobRef, from?: number): AsyncIterable<Uint8Array>
  /** Removes the blob of this id, or with a slash at the end all whose id begins so. What is not there is fine. */
  delete(idOrFolder: string): Promise<void>
  /**
   * The blobs whose id begins with `prefix`, in no particular order. It may miss what is written or deleted meanwhile.
   */
  list(prefix: string): AsyncIterable<BlobInfo>
}
