/** How far an execution has come; all numbers are totals since its start. */
export interface ExecutionProgress {
  /** Items that all sources have emitted. */
  readonly itemsIn: number
  /** Items that all sinks have taken. */
  readonly itemsOut: number
  readonly sources: readonly SourceProgress[]
  readonly vertices: readonly VertexProgress[]
  /** Wall clock minus the least watermark of the sinks' inputs, in milliseconds; null without event time. */
  readonly watermarkLagMs: number | null
  readonly lateEventsDropped: number
}

/** One source, all its processors together. */
export interface SourceProgress {
  readonly vertex: string
  readonly items: number
  /** Null when the source does not know. */
  readonly bytesRead: number | null
  readonly bytesTotal: number | null
}

/** One vertex, all its processors together. */
export interface VertexProgress {
  readonly name: string
  readonly itemsIn: number
  readonly itemsOut: number
  /** The least watermark its processors have sent on; null when there was none. */
  readonly watermark: number | null
}
