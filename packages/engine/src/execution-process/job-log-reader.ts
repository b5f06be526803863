import { existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Timers } from '../platform/timers.ts'
import { logFileIndices, logFilePath } from './job-log.ts'

/** What {@link readJobLog} takes beside the folder. */
export interface ReadLogOptions {
  readonly timers: Timers
  /**
   * Asked at the end of the log: true = more may come, so wait for it. When it has become false the log is read to its
   * end once more.
   */
  isLive(): boolean
  /** Ends the stream early. */
  readonly signal?: AbortSignal
}

/** Bytes that are read at once. */
const PIECE_LENGTH = 64 * 1024

/** How often a log is looked at that goes on. */
const LOOK_MS = 200

/**
 * The bytes of a job's log, oldest first, also while it is being written. Who reads more slowly than the log grows
 * loses the files that are removed meanwhile, as a whole.
 */
export async function* readJobLog(
  folder: string,
  options: ReadLogOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal } = options
  // A job that waits for its first start has no log yet.
  while (!existsSync(folder)) {
    if (!options.isLive() || signal?.aborted === true) return
    await pause(options.timers, signal)
  }
  let index = logFileIndices(folder)[0] ?? 1
  let file = await openIfThere(logFilePath(folder, index))
  try {
    for (;;) {
      const wasLive = options.isLive()
      // Looked up before reading: when there is a next file by then, this one is complete.
      const next = logFileIndices(folder).find((candidate) => candidate > index)
      if (file !== null) yield* rest(file, signal)
      if (signal?.aborted === true) return
      if (next !== undefined) {
        await file?.close()
        index = next
        file = await openIfThere(logFilePath(folder, index))
      } else if (wasLive) {
        await pause(options.timers, signal)
        file ??= await openIfThere(logFilePath(folder, index))
      } else return
    }
  } finally {
    await file?.close()
  }
}

/** From where the file was read last to its end. */
async function* rest(file: FileHandle, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  while (signal?.aborted !== true) {
    const piece = new Uint8Array(PIECE_LENGTH)
    const { bytesRead } = await file.read(piece, 0, PIECE_LENGTH, null)
    if (bytesRead === 0) return
    yield piece.subarray(0, bytesRead)
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function pause(timers: Timers, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = timers.after(LOOK_MS, end)
    signal?.addEventListener('abort', end)
    if (signal?.aborted === true) end()
  })
}
