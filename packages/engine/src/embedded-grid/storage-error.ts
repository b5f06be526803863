import { NacelleError } from '../base/nacelle-error.ts'
import { gridDamaged, gridUnavailable } from '../grid/grid-error.ts'
import { sqliteFailure } from './sqlite.ts'

/** A disk or a quota that is full. */
const FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/**
 * What it means for the caller that the operating system or SQLite failed, when nothing has been applied.
 *
 * @param what what was being done: `writing blob 'x'`
 */
export function storageError(folder: string, what: string, thrown: unknown): Error {
  if (thrown instanceof NacelleError) return thrown
  const failure = sqliteFailure(thrown)
  const code = errorCode(thrown)
  if (failure === 'full' || FULL_CODES.has(code))
    return gridUnavailable(
      `${what} failed and left nothing behind: the disk of data folder ${folder} is full; free some space, nothing else is needed`,
      thrown,
    )
  if (failure === 'damaged')
    return gridDamaged(
      `${what} failed: the data in folder ${folder} is damaged (${messageOf(thrown)}); restore the folder from a copy and check the disk`,
      { folder },
      thrown,
    )
  return gridUnavailable(`${what} failed and left nothing behind: ${messageOf(thrown)} (data folder ${folder})`, thrown)
}

/** The code of an error of the operating system. */
export function errorCode(thrown: unknown): unknown {
  return (thrown as { code?: unknown } | null)?.code
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
