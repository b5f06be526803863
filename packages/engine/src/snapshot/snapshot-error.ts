import { NacelleError } from '../base/nacelle-error.ts'

/** What is being read when bytes turn out to be wrong. */
export interface SnapshotPlace {
  /** Id of the blob. */
  readonly blob: string
}

/**
 * A part of a snapshot is not what was written. Whoever restores goes back to the snapshot before: see `details.blob`
 * for what is lost.
 */
export function damagedSnapshot(place: SnapshotPlace, what: string, cause?: unknown): NacelleError {
  return new NacelleError('ERR_SNAPSHOT_DAMAGED', `blob '${place.blob}' of a snapshot is damaged: ${what}`, {
    domain: 'external',
    cause,
    details: { blob: place.blob },
  })
}
