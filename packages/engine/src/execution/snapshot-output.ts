import { NacelleError } from '../base/nacelle-error.ts'

/**
 * Where the state of one processor goes during a snapshot. Implemented by the snapshot layer; an execution without
 * snapshots has {@link NO_SNAPSHOTS}.
 */
export interface SnapshotOutput {
  /** Takes one entry; false = full, the same entry is offered again. */
  offer(key: unknown, value: unknown): boolean
  /** All entries of this processor for the snapshot are given; false = full, called again. */
  barrier(snapshotId: number): boolean
}

/** What the execution asks of its tasklets concerning snapshots; written by the snapshot coordination of the member. */
export interface SnapshotRequest {
  /** The snapshot that sources should begin, rising; 0 = none so far. */
  readonly requestedId: number
  /** Whether processors stop after it. */
  readonly terminal: boolean
  /** Whether it is only exported: external effects are not committed. */
  readonly exportOnly: boolean
  /** The last snapshot whose second phase is due, rising; 0 = none so far. */
  readonly finishedId: number
  /** Whether that snapshot succeeded. */
  readonly finishedWithSuccess: boolean
}

/** The request of an execution that takes no snapshots. */
export const NO_SNAPSHOT_REQUEST: SnapshotRequest = {
  requestedId: 0,
  terminal: false,
  exportOnly: false,
  finishedId: 0,
  finishedWithSuccess: false,
}

/** The output of an execution that takes no snapshots. */
export const NO_SNAPSHOTS: SnapshotOutput = {
  offer: () => {
    throw new NacelleError('ERR_NO_SNAPSHOT', 'state was offered to a snapshot, but this execution takes none', {
      domain: 'internal',
    })
  },
  barrier: () => true,
}
