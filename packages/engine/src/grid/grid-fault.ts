/** What a grid may be asked to do. */
export type GridOperation =
  | 'get'
  | 'create'
  | 'update'
  | 'put'
  | 'delete'
  | 'list'
  | 'writeBlob'
  | 'readBlob'
  | 'deleteBlob'
  | 'listBlobs'
  | 'append'
  | 'readJournal'
  | 'bounds'
  | 'trim'

/** One call, for whoever decides which of them go wrong. */
export interface GridCall {
  readonly operation: GridOperation
  /** The bucket, space or journal. */
  readonly place: string
  /** The key, id or prefix; empty for journals. */
  readonly name: string
}

/**
 * How a call ends: `unavailable` without having been done; or with an outcome that the caller does not learn, be it
 * done (`replyLost`) or not (`requestLost`). Reads whose outcome is lost are unavailable.
 */
export type GridFaultOutcome = 'unavailable' | 'requestLost' | 'replyLost'

/** What happens to a call. */
export interface GridFault {
  /** Milliseconds before the engine does what is asked. */
  readonly delayMs?: number
  /** Milliseconds between that and the answer. */
  readonly replyDelayMs?: number
  /** Left out when all goes well. */
  readonly outcome?: GridFaultOutcome
}

/** Decides what happens to a call; null when all goes well. */
export type GridFaultSource = (call: GridCall) => GridFault | null
