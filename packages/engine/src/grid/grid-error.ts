import { NacelleError, type NacelleErrorOptions } from '../base/nacelle-error.ts'

type Details = NonNullable<NacelleErrorOptions['details']>

/** The call was definitely not applied: something else is there than it expected. */
export function gridConflict(message: string, details: Details = {}): NacelleError {
  return new NacelleError('ERR_GRID_CONFLICT', message, { domain: 'external', retry: 'never', details })
}

/** The call was definitely not applied and may be tried again. */
export function gridUnavailable(message: string, cause?: unknown): NacelleError {
  return new NacelleError('ERR_GRID_UNAVAILABLE', message, { domain: 'external', retry: 'backoff', cause })
}

/** The call may or may not have been applied: look before acting. */
export function gridIndeterminate(message: string, cause?: unknown): NacelleError {
  return new NacelleError('ERR_GRID_INDETERMINATE', message, { domain: 'external', retry: 'never', cause })
}

/** What was stored has changed since. */
export function gridDamaged(message: string, details: Details = {}, cause?: unknown): NacelleError {
  return new NacelleError('ERR_GRID_DAMAGED', message, { domain: 'external', retry: 'never', details, cause })
}

/** The connection was closed before the call. */
export function gridClosed(): NacelleError {
  return new NacelleError('ERR_GRID_CLOSED', 'the connection to the grid is closed', { domain: 'external' })
}

/** A blob that a reference names is not there. */
export function blobMissing(id: string): NacelleError {
  return new NacelleError('ERR_GRID_BLOB_MISSING', `there is no blob '${id}'`, { domain: 'external', details: { id } })
}

/** The id of a blob is taken by other content. */
export function blobConflict(id: string): NacelleError {
  return gridConflict(`blob '${id}' is there already, with other content`, { id })
}

/** The content of a blob is not what its reference says. */
export function blobDamaged(id: string, difference: string): NacelleError {
  return gridDamaged(`blob '${id}' is damaged: ${difference}`, { id })
}

/** The next record of a reader has been trimmed. */
export function journalTrimmed(name: string, wanted: bigint, first: bigint): NacelleError {
  return new NacelleError(
    'ERR_GRID_TRIMMED',
    `journal '${name}' has no record ${wanted} any more: the oldest is ${first}`,
    { domain: 'external', details: { journal: name, wanted: String(wanted), first: String(first) } },
  )
}

/** An append to a journal that has another last offset. */
export function journalConflict(name: string, expected: bigint, last: bigint): NacelleError {
  return gridConflict(`journal '${name}' ends at ${last}, not at ${expected}`, {
    journal: name,
    expected: String(expected),
    last: String(last),
  })
}

/** A write that expected another revision of a key; `actual` is null when the key is not there. */
export function revisionConflict(key: string, expected: bigint | null, actual: bigint | null): NacelleError {
  const found = actual === null ? 'is not there' : `has revision ${actual}`
  const wanted = expected === null ? 'must not be there' : `was expected at revision ${expected}`
  return gridConflict(`key '${key}' ${found}, but ${wanted}`, {
    key,
    expected: expected === null ? null : String(expected),
    actual: actual === null ? null : String(actual),
  })
}
