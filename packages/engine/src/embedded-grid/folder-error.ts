import { NacelleError } from '../base/nacelle-error.ts'

/** A data folder that this version cannot use. */
export function folderError(folder: string, problem: string, cause?: unknown): NacelleError {
  return new NacelleError('ERR_GRID_FOLDER', `data folder ${folder} ${problem}`, {
    domain: 'external',
    details: { folder },
    cause,
  })
}

/** A data folder that a running process holds. */
export function folderInUse(
  folder: string,
  owner: { readonly pid: number; readonly host: string } | null,
): NacelleError {
  const who = owner === null ? 'another process' : `process ${owner.pid} on ${owner.host}`
  return new NacelleError(
    'ERR_GRID_FOLDER_IN_USE',
    `data folder ${folder} is in use by ${who}: stop it first, or name another folder`,
    { domain: 'external', details: { folder, pid: owner?.pid ?? null, host: owner?.host ?? null } },
  )
}
