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

/** The order that a process was started with. */
export function orderOfProcess(): RunOrder {
  return JSON.parse(process.argv[2]!) as RunOrder
}
