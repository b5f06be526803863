import { NacelleError } from '../base/nacelle-error.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import type { StateColumns } from '../core/state-columns.ts'
import type { Tasklet } from './tasklet.ts'

/**
 * Where the state of one processor goes during a snapshot. Implemented by the snapshot layer; an execution without
 * snapshots has {@link NO_SNAPSHOTS}.
 */
export interface SnapshotOutput {
  /** Takes one entry; false = full, the same entry is offered again. */
  offer(key: unknown, value: unknown): boolean
  /** Takes entries of state in columns, and answers the index of the first that it did not take. */
  offerColumns(state: StateColumns, from: number, to: number): number
  /** Entries taken so far: whether a call of the processor has saved anything. */
  readonly entries: number
  /** All entries of this processor for the snapshot are given; false = full, called again. */
  barrier(snapshotId: number): boolean
  /** The processor stood still for so long while its state was saved and the barrier sent. */
  paused(milliseconds: number): void
  /** The processor has dealt with the second phase of the snapshot. */
  finished(snapshotId: number): void
  /** The processor has ended; it is still asked to save its last state. */
  ended(): void
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
  /**
   * Whether every processor of the member has ended. Until then those that have ended go on saving their last state.
   */
  readonly isOver: boolean
}

/** The part that one thread takes in the snapshots of an execution; implemented by the snapshot layer. */
export interface ThreadSnapshots {
  readonly request: SnapshotRequest
  /** Encodes what processors have saved, beside them. */
  readonly writer: Tasklet
  /** Where one processor of this thread saves its state; called once for each. */
  outputFor(context: ProcessorContext): SnapshotOutput
}

/** The request of an execution that takes no snapshots. */
export const NO_SNAPSHOT_REQUEST: SnapshotRequest = {
  requestedId: 0,
  terminal: false,
  exportOnly: false,
  finishedId: 0,
  finishedWithSuccess: false,
  isOver: true,
}

/** The output of an execution that takes no snapshots. */
export const NO_SNAPSHOTS: SnapshotOutput = {
  entries: 0,
  offer: refuse,
  offerColumns: refuse,
  barrier: () => true,
  paused: () => {},
  finished: () => {},
  ended: () => {},
}

function refuse(): never {
  throw new NacelleError('ERR_NO_SNAPSHOT', 'state was offered to a snapshot, but this execution takes none', {
    domain: 'internal',
  })
}
