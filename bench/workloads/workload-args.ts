/** What every workload gets as the arguments of its job. */
export interface WorkloadArgs {
  readonly events: number
  /** File to which the job appends what it measures. */
  readonly measurements: string
  /** Text file of word_count_file. */
  readonly textFile: string
  /** When event 0 of a paced workload is due, in milliseconds since the epoch. */
  readonly startAtMs: number
}

/** The arguments as a job gets them. */
export function argsOf(workload: WorkloadArgs): readonly string[] {
  return [JSON.stringify(workload)]
}

export function parseArgs(args: readonly string[]): WorkloadArgs {
  return JSON.parse(args[0]!) as WorkloadArgs
}
