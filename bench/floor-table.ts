/** A throughput that must be reached, in M events per CPU-second of all threads. */
export interface ThroughputFloor {
  readonly workload: string
  /** Null: {@link bareShareFloor} of the bare loop's figure, measured in the same run. */
  readonly floor: number | null
  readonly aim: number | null
  /** The bare loop's figure on the machine that the floor is for. */
  readonly bare: number | null
  readonly bareShareFloor: number
  readonly bareShareAim: number
}

/** A figure that must stay below a limit. */
export type LimitName = 'latencyP99Ms' | 'firstResultMs' | 'q5PeakMb'

/** What one round of the project must reach. */
export interface FloorTable {
  readonly throughput: readonly ThroughputFloor[]
  readonly limits: Readonly<Record<LimitName, number>>
}

function absolute(workload: string, floor: number, aim: number, bare: number): ThroughputFloor {
  return { workload, floor, aim, bare, bareShareFloor: floor / bare, bareShareAim: aim / bare }
}

/**
 * By the number of the issue that sets them. All are for 2 threads on 2 cores of the machine named in BENCHMARKS.md.
 */
export const FLOOR_TABLES: Readonly<Record<string, FloorTable>> = {
  1: {
    throughput: [
      absolute('q1', 28, 36, 48),
      absolute('q5', 15, 25, 91),
      absolute('q5_2s', 18, 28, 98),
      absolute('rolling_sum', 12, 18, 81),
      absolute('word_count', 6, 12, 18),
      { workload: 'word_count_split', floor: null, aim: null, bare: null, bareShareFloor: 0.9, bareShareAim: 1 },
      absolute('word_count_file', 8, 15, 20),
    ],
    limits: { latencyP99Ms: 5, firstResultMs: 700, q5PeakMb: 350 },
  },
}
