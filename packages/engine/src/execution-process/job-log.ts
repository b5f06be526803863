import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Bounds of one job's log on one member. */
export interface JobLogSizes {
  /** Bytes of one file, about. */
  readonly fileBytesMax: number
  /** Files that are kept; the oldest goes when one more is begun. */
  readonly filesMax: number
}

/** 20 MB for each job. */
export const JOB_LOG_SIZES: JobLogSizes = { fileBytesMax: 4 * 1024 * 1024, filesMax: 5 }

/** Text that waits for its line to end, at most. */
const PARTIAL_LENGTH_MAX = 64 * 1024

/** Text that is gathered before it is written, about. */
const GATHERED_LENGTH_MAX = 64 * 1024

/**
 * The writing side of a job's log: files `00000001.log`, `00000002.log`, … in a folder of its own, of which only the
 * last ones are kept. A later execution of the job writes on in the last file.
 *
 * A disk that takes no more does not end the job: what cannot be written is dropped and counted, and the log says so as
 * soon as it can be written again.
 */
export class JobLog {
  readonly #folder: string
  readonly #sizes: JobLogSizes
  readonly #partial = new Map<string, string>()
  #gathered = ''
  #scheduled = false
  #descriptor = -1
  #index = 0
  #size = 0
  #droppedBytes = 0

  constructor(folder: string, sizes: JobLogSizes = JOB_LOG_SIZES) {
    this.#folder = folder
    this.#sizes = sizes
    mkdirSync(folder, { recursive: true })
    this.#open(Math.max(1, logFileIndices(folder).at(-1) ?? 1))
  }

  /** Writes text that ends with a line end. It is on its way to the file when the event loop has turned. */
  write(lines: string): void {
    this.#gathered += lines
    if (this.#gathered.length >= GATHERED_LENGTH_MAX) this.flush()
    else if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(() => this.flush())
    }
  }

  /**
   * Writes pieces of text as they come, in whole lines: pieces of different writers never meet within a line.
   *
   * @param writer tells writers apart
   */
  writePiece(writer: string, piece: string): void {
    const waiting = (this.#partial.get(writer) ?? '') + piece
    const end = waiting.length > PARTIAL_LENGTH_MAX ? waiting.length : waiting.lastIndexOf('\n') + 1
    this.#partial.set(writer, waiting.slice(end))
    if (end > 0) this.write(waiting.endsWith('\n', end) ? waiting.slice(0, end) : `${waiting.slice(0, end)}\n`)
  }

  /** Writes what has been gathered to the file, now. */
  flush(): void {
    this.#scheduled = false
    const lines = this.#gathered
    this.#gathered = ''
    if (lines !== '' && this.#descriptor >= 0) this.#append(Buffer.from(lines))
  }

  close(): void {
    for (const [writer, rest] of this.#partial) if (rest !== '') this.writePiece(writer, '\n')
    this.flush()
    if (this.#descriptor >= 0) closeSync(this.#descriptor)
    this.#descriptor = -1
  }

  #append(bytes: Uint8Array): void {
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#sizes.fileBytesMax) this.#rotate()
      if (this.#droppedBytes > 0) {
        this.#writeWhole(Buffer.from(`… ${this.#droppedBytes} bytes of this log could not be written\n`))
        this.#droppedBytes = 0
      }
      this.#writeWhole(bytes)
    } catch {
      // Nobody could read the reason: the log itself is what cannot be written. It tells of the gap later.
      this.#droppedBytes += bytes.length
    }
  }

  #writeWhole(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const written = writeSync(this.#descriptor, bytes, at)
      at += written
      this.#size += written
    }
  }

  #rotate(): void {
    const full = this.#descriptor
    this.#open(this.#index + 1)
    closeSync(full)
    for (const index of logFileIndices(this.#folder)) {
      if (index <= this.#index - this.#sizes.filesMax) rmSync(logFilePath(this.#folder, index), { force: true })
    }
  }

  #open(index: number): void {
    const descriptor = openSync(logFilePath(this.#folder, index), 'a')
    this.#descriptor = descriptor
    this.#index = index
    this.#size = fstatSync(descriptor).size
  }
}

/** The path of one file of a log. */
export function logFilePath(folder: string, index: number): string {
  return join(folder, `${String(index).padStart(8, '0')}.log`)
}

/** The files of a log that are there, by number, oldest first. */
export function logFileIndices(folder: string): readonly number[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const digits = /^(\d{8,15})\.log$/.exec(name)?.[1]
      return digits === undefined ? [] : [Number(digits)]
    })
    .sort((a, b) => a - b)
}
