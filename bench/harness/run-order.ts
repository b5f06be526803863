/** What is to be run. */
export interface RunOrder {
  readonly workload: string
  readonly events: number
  readonly threads: number
  /** Whole runs before the one that counts. */
  readonly warmups: number
  /** Empty for workloads that read none. */
  readonly textFile: string
}

/**
 * Runs of the whole job before the one that counts, on the same threads: as many as the runtime takes until it has
 * settled. The peers' harness runs the job twice before.
 */
export const OWN_WARMUPS = 5

/** The order that a process was started with. */
export function orderOfProcess(): RunOrder {
  return JSON.parse(process.argv[2]!) as RunOrder
}
