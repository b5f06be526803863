// What a measured run says about itself, in the form of one JSON line.

/** What every run says. */
export interface RunFacts {
  readonly engine: string
  readonly version: string
  readonly workload: string
  readonly events: number
  readonly threads: number
  readonly guarantee: string
  /** From the first event made to the close of the last sink. */
  readonly wall_s: number
  /** CPU time of the whole process over the same span. */
  readonly cpu_s: number
  /** Resident memory at the end of the span. */
  readonly rss_mb: number
  /** The most resident memory that the process ever had; null where the system does not say. */
  readonly rss_peak_mb: number | null
  /** Cores that everything else on the machine used over the span; null where the system does not say. */
  readonly other_cores: number | null
}

/** A run as fast as it goes. */
export interface ThroughputResult extends RunFacts {
  readonly M_events_per_s: number
  readonly M_events_per_cpu_s: number
  readonly checksum: string
}

/** A run at the pace of the clock. */
export interface LatencyResult extends RunFacts {
  readonly windows: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly p999_ms: number
  readonly max_ms: number
}

export type RunResult = ThroughputResult | LatencyResult

export function isLatency(result: RunResult): result is LatencyResult {
  return 'p99_ms' in result
}

/** Numbers of a result have at most so many digits behind the point. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits))
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The value that a share of sorted numbers do not exceed. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
