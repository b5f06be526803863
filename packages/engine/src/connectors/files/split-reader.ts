import { NacelleError } from '../../base/nacelle-error.ts'
import type { CompressedFile, Files, ReadableFile } from '../../platform/files.ts'
import { fileError } from './find-files.ts'
import type { Split } from './splits.ts'

/** A byte buffer that decodes parts of itself; Node's has these methods, at half the cost of `toString`. */
export interface DecodableBytes extends Uint8Array {
  utf8Slice(from: number, to: number): string
  latin1Slice(from: number, to: number): string
}

/** Encodings of text files. */
export type TextEncoding = 'utf-8' | 'latin1'

/** Bytes read at once. */
const BLOCK_LENGTH = 256 * 1024

/** Bytes read at once behind the end of a split, to find the end of its last line. */
const TAIL_LENGTH = 4096

/** Room behind the last byte: for the newline that a file may lack at its end, and for reads of whole words. */
const PADDING = 16

/** A longer line is an error. */
const LINE_LENGTH_MAX = 64 * 1024 * 1024

const NEWLINE = 10

/** What {@link SplitReader.advance} answers: lines are there, a promise is out, the split is over. */
export type ReadState = 'ready' | 'pending' | 'end'

/** What a {@link SplitReader} tells its owner. */
export interface SplitReaderHooks {
  /** So many more bytes of the split are done. */
  onProgress(bytes: number): void
  /** A promise has settled: {@link SplitReader.advance} makes sense again. */
  wake(): void
}

/**
 * Reads the lines of one split, in blocks of bytes.
 *
 * Invariants:
 * - R1: `bytes[start … limit)` are whole lines: it is empty or `bytes[limit - 1]` is a newline (one is added when the
 *   file lacks its last).
 * - R2: the splits of a file together give each of its lines once: a line belongs to the split in which it begins.
 * - R3: eight bytes may be read from any position before {@link limit}.
 */
export class SplitReader {
  bytes: DecodableBytes
  view: DataView
  /** The first byte that is not consumed; whoever consumes sets it. */
  start = 0
  limit = 0
  /** Lines consumed so far; whoever consumes lines counts them here. */
  lines = 0
  readonly split: Split

  readonly #files: Files
  readonly #hooks: SplitReaderHooks
  readonly #plain: ReadableFile | null
  readonly #compressed: CompressedFile | null
  /** End of the bytes that have been read. */
  #filled = 0
  /** Position of `bytes[0]` in the (plain) file. */
  #fileAt: number
  /** The first line of the split is still to be found. */
  #isSeeking: boolean
  /** The file may begin with a mark that says it is UTF-8. */
  #mayHaveMark: boolean
  #isBehindMark = false
  #isFinished = false
  #hasEnded = false
  #progressed = 0
  #awaiting = false
  #failure: unknown = null
  #piece: Uint8Array | null = null

  /** @param block of an earlier reader, to be used again */
  constructor(
    files: Files,
    split: Split,
    hooks: SplitReaderHooks,
    options: { readonly skipsByteOrderMark: boolean; readonly block: DecodableBytes | null },
  ) {
    const { block, skipsByteOrderMark } = options
    this.split = split
    this.#mayHaveMark = skipsByteOrderMark && split.start === 0
    this.#files = files
    this.#hooks = hooks
    this.#isSeeking = split.start > 0
    this.#fileAt = Math.max(0, split.start - 1)
    this.bytes = block ?? newBlock(BLOCK_LENGTH)
    this.view = viewOf(this.bytes)
    const { path, compression } = split
    try {
      this.#plain = compression === null ? files.openForReading(path) : null
      this.#compressed = compression === null ? null : files.openCompressed(path, compression)
    } catch (thrown) {
      throw fileError(path, thrown)
    }
  }

  /** Reads on when everything up to {@link limit} is consumed. */
  advance(): ReadState {
    if (this.#failure !== null) throw fileError(this.split.path, this.#failure)
    if (this.#awaiting) return 'pending'
    while (this.start >= this.limit) {
      if (this.#isFinished) return 'end'
      this.#compact()
      if (!this.#read()) return 'pending'
      if (this.#isSeeking && !this.#seek()) continue
      if (this.#mayHaveMark && !this.#skipMark()) continue
      this.#findLimit()
    }
    return 'ready'
  }

  /** `path:line` of the line consumed last, counted from the beginning of the file; reads it again where it must. */
  place(linesBack = 0): string {
    return `${this.split.path}:${this.#linesBefore() + this.lines - linesBack}`
  }

  close(): void {
    this.#progressTo(this.#isFinished ? this.split.size : this.#progressed)
    this.#plain?.close()
    this.#compressed?.close()
  }

  /** Brings the rest of a line to the front, and makes room when it fills the block. */
  #compact(): void {
    const rest = this.#filled - this.start
    if (this.start > 0) {
      this.bytes.copyWithin(0, this.start, this.#filled)
      this.#fileAt += this.start
      this.#filled = rest
      this.start = this.limit = 0
    }
    if (rest + PADDING < this.bytes.length) return
    if (rest >= LINE_LENGTH_MAX) {
      throw new NacelleError(
        'ERR_LINE_TOO_LONG',
        `the line at byte ${this.#fileAt} of '${this.split.path}' is longer than ${LINE_LENGTH_MAX} bytes: is it a text file?`,
        {
          details: { path: this.split.path, position: this.#fileAt },
        },
      )
    }
    const grown = newBlock(rest * 2)
    grown.set(this.bytes.subarray(0, rest))
    this.bytes = grown
    this.view = viewOf(grown)
  }

  /** False: the bytes are not there yet. */
  #read(): boolean {
    if (this.#hasEnded) return true
    const room = this.bytes.length - PADDING - this.#filled
    if (this.#plain === null) return this.#readCompressed(room)
    const position = this.#fileAt + this.#filled
    const wanted = Math.min(room, Math.max(this.split.end - position, TAIL_LENGTH))
    let length: number
    try {
      length = this.#plain.read(this.bytes, this.#filled, wanted, position)
    } catch (thrown) {
      throw fileError(this.split.path, thrown)
    }
    this.#filled += length
    if (length === 0) this.#hasEnded = true
    this.#progressTo(position + length - this.split.start)
    return true
  }

  #readCompressed(room: number): boolean {
    if (this.#piece === null) {
      this.#request()
      return false
    }
    const piece = this.#piece
    const length = Math.min(room, piece.length)
    this.bytes.set(piece.subarray(0, length), this.#filled)
    this.#filled += length
    this.#piece = length < piece.length ? piece.subarray(length) : null
    return true
  }

  #request(): void {
    this.#awaiting = true
    const settle = (): void => {
      this.#awaiting = false
      this.#progressTo(this.#compressed!.position)
      this.#hooks.wake()
    }
    this.#compressed!.read().then(
      (piece) => {
        this.#piece = piece
        if (piece === null) this.#hasEnded = true
        settle()
      },
      (thrown: unknown) => {
        this.#failure = thrown ?? new Error('reading failed')
        settle()
      },
    )
  }

  /** Finds the first line that begins in the split; its reading has begun one byte before. */
  #seek(): boolean {
    const newline = this.bytes.subarray(0, this.#filled).indexOf(NEWLINE)
    if (newline === -1) {
      this.start = this.limit = this.#filled
      if (this.#hasEnded) this.#isFinished = true
      return false
    }
    this.start = this.limit = newline + 1
    this.#isSeeking = false
    return true
  }

  /** False: too little is there to say. */
  #skipMark(): boolean {
    const { bytes } = this
    if (this.#filled < 3 && !this.#hasEnded) return false
    this.#mayHaveMark = false
    if (this.#filled >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
      this.start = this.limit = 3
      this.#isBehindMark = true
    }
    return true
  }

  #findLimit(): void {
    const { bytes, split } = this
    if (this.#hasEnded && this.#filled > this.start && bytes[this.#filled - 1] !== NEWLINE)
      bytes[this.#filled++] = NEWLINE
    const filled = bytes.subarray(0, this.#filled)
    const end = split.end - this.#fileAt
    // Behind a mark the first line still counts as beginning at 0, which is in this split however small it is.
    if (this.start >= end && !this.#isBehindMark) return this.#finish(this.start)
    if (this.#filled >= end) {
      const last = filled.indexOf(NEWLINE, Math.max(this.start, end - 1))
      if (last !== -1) return this.#finish(last + 1)
    }
    if (this.#hasEnded) this.#finish(this.#filled)
    else this.limit = Math.max(this.start, filled.lastIndexOf(NEWLINE) + 1)
    if (this.limit > this.start) this.#isBehindMark = false
  }

  #finish(limit: number): void {
    this.limit = limit
    this.#isFinished = true
  }

  #progressTo(bytes: number): void {
    const done = Math.min(bytes, this.split.size)
    if (done <= this.#progressed) return
    this.#hooks.onProgress(done - this.#progressed)
    this.#progressed = done
  }

  /** Lines of the file before the first of this split. Only for messages: it reads all of them. */
  #linesBefore(): number {
    if (this.split.start === 0) return 0
    const file = this.#files.openForReading(this.split.path)
    const block = new Uint8Array(BLOCK_LENGTH)
    let lines = 1
    try {
      for (let position = 0; position < this.split.start - 1; ) {
        const length = file.read(block, 0, Math.min(block.length, this.split.start - 1 - position), position)
        if (length === 0) break
        for (let i = 0; i < length; i++) if (block[i] === NEWLINE) lines++
        position += length
      }
    } finally {
      file.close()
    }
    return lines
  }
}

function newBlock(length: number): DecodableBytes {
  return Buffer.alloc(length + PADDING) as unknown as DecodableBytes
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Index of the next newline at or behind `from`; there must be one (R1). Looks at four bytes at a time. */
export function indexOfNewline(bytes: Uint8Array, view: DataView, from: number): number {
  let i = from
  for (;;) {
    const x = view.getInt32(i, true) ^ 0x0a0a0a0a
    const hits = (x - 0x01010101) & ~x & 0x80808080
    if (hits !== 0) return i + ((31 - Math.clz32(hits & -hits)) >>> 3)
    i += 4
  }
}
