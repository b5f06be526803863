import type { EncodedError } from '../base/encoded-error.ts'
import type { JournalBounds, JournalRecord } from '../grid/journal.ts'
import type { KeyValueEntry, Revision } from '../grid/key-value.ts'

/** A call to the store; the answer of each is in {@link StoreAnswers} under its `operation`. */
export type StoreCall =
  | { readonly operation: 'get'; readonly bucket: string; readonly key: string }
  /** `expected`: null = not there, undefined = whatever is there. */
  | {
      readonly operation: 'write'
      readonly bucket: string
      readonly key: string
      readonly value: Uint8Array
      readonly expected: Revision | null | undefined
    }
  | {
      readonly operation: 'delete'
      readonly bucket: string
      readonly key: string
      readonly expected: Revision | undefined
    }
  /** The next entries: those above `after`, or from the prefix itself on when it is null. */
  | { readonly operation: 'list'; readonly bucket: string; readonly prefix: string; readonly after: string | null }
  | {
      readonly operation: 'append'
      readonly journal: string
      readonly records: readonly Uint8Array[]
      readonly expectedLast: bigint | undefined
    }
  /** The next records, from offset `from` on; 0 = from the first. */
  | { readonly operation: 'read'; readonly journal: string; readonly from: bigint }
  | { readonly operation: 'bounds'; readonly journal: string }
  /** Trims, and removes a part of what was trimmed: to be called until nothing is left to remove. */
  | { readonly operation: 'trim'; readonly journal: string; readonly before: bigint }

/** What a call is answered, by its operation. */
export interface StoreAnswers {
  get: KeyValueEntry | null
  write: Revision
  /** The revision of the delete, null when there was nothing. */
  delete: Revision | null
  list: { readonly entries: readonly KeyValueEntry[]; readonly isLast: boolean }
  append: { readonly first: bigint; readonly last: bigint }
  read: { readonly records: readonly JournalRecord[]; readonly next: bigint; readonly isLast: boolean }
  bounds: JournalBounds
  trim: { readonly isDone: boolean }
}

/** A call on its way to the thread of the store. */
export interface StoreRequest {
  readonly id: number
  readonly call: StoreCall
}

/** The answer on its way back. */
export type StoreReply =
  | { readonly id: number; readonly answer: StoreAnswers[StoreCall['operation']] }
  | { readonly id: number; readonly error: EncodedError }

/** What the thread of the store is told. */
export type ToStore =
  | { readonly type: 'open'; readonly folder: string; readonly newClusterId: string }
  | { readonly type: 'requests'; readonly requests: readonly StoreRequest[] }
  | { readonly type: 'close' }

/** What it says. */
export type FromStore =
  | { readonly type: 'opened'; readonly clusterId: string }
  | { readonly type: 'refused'; readonly error: EncodedError }
  | { readonly type: 'replies'; readonly replies: readonly StoreReply[]; readonly isBroken: boolean }
  | { readonly type: 'closed' }

/** Operations that change nothing. */
const READS: ReadonlySet<StoreCall['operation']> = new Set(['get', 'list', 'read', 'bounds'])

export function isRead(call: StoreCall): boolean {
  return READS.has(call.operation)
}
