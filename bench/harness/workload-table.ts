/** Engines that run beside ours, as they are named on the command line. */
export const PEERS = ['jet4', 'hazelcast5', 'flink'] as const
export type Peer = (typeof PEERS)[number]

/** A workload of WORKLOADS.md. */
export interface Workload {
  readonly name: string
  /** The job, in the folder `workloads`. */
  readonly jobFile: string
  /** Events of a run when nothing else is asked for. */
  readonly events: number
  /** What the peers call the same work. */
  readonly peerNames: Readonly<Record<Peer, string>>
  /** Whole runs of a peer before the one that counts. */
  readonly peerWarmups: Readonly<Record<Peer, number>>
  /** Bids come by the clock: the figure is the latency of results. */
  readonly isPaced: boolean
  readonly readsTextFile: boolean
  /** Checksums by number of events. Those of other numbers come from the bare loop. */
  readonly checksums: Readonly<Record<number, string>>
}

interface WorkloadSettings extends Partial<Omit<Workload, 'name' | 'events'>> {
  readonly peerName?: string
  readonly flinkName?: string
  readonly flinkWarmups?: number
}

function workload(name: string, events: number, settings: WorkloadSettings): Workload {
  const { peerName = name, flinkName = peerName, flinkWarmups = 2, checksums = {} } = settings
  const { isPaced = false, readsTextFile = false } = settings
  const warmups = isPaced ? 0 : 2
  return {
    name,
    events,
    isPaced,
    readsTextFile,
    checksums,
    jobFile: `${name.replaceAll('_', '-')}.ts`,
    peerNames: { jet4: peerName, hazelcast5: peerName, flink: flinkName },
    peerWarmups: { jet4: warmups, hazelcast5: warmups, flink: Math.min(warmups, flinkWarmups) },
  }
}

const WORD_COUNTS = { 15_000_000: '99996:b3ad2384', 20_000_000: '99996:2ce36671' }

export const WORKLOADS: readonly Workload[] = [
  workload('q1', 40_000_000, {
    checksums: { 15_000_000: '15000000:3d208006', 40_000_000: '40000000:7e309020' },
  }),
  workload('q5', 20_000_000, {
    flinkName: 'q5_panes',
    checksums: { 500_000: '105:2e8477e9', 15_000_000: '268:6f52b769', 20_000_000: '321:ee37c00e' },
  }),
  workload('q5_2s', 20_000_000, {
    flinkName: 'q5_2s_panes',
    checksums: { 3_000_000: '6:e9f4570a', 15_000_000: '13:8f522961', 20_000_000: '15:2adc296b' },
  }),
  workload('rolling_sum', 20_000_000, {
    checksums: { 15_000_000: '15000000:a0fd3a9a', 20_000_000: '20000000:e435e57d' },
  }),
  workload('word_count', 20_000_000, { flinkWarmups: 1, checksums: WORD_COUNTS }),
  workload('word_count_split', 20_000_000, { peerName: 'word_count', flinkWarmups: 1, checksums: WORD_COUNTS }),
  workload('word_count_file', 29_000_000, {
    flinkWarmups: 1,
    readsTextFile: true,
    checksums: { 29_000_000: '99996:ee550472' },
  }),
  workload('latency_q5', 9_000_000, { flinkName: 'latency_q5_panes', isPaced: true }),
]

/** @throws Error that names the workloads there are */
export function workloadNamed(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name)
  if (found !== undefined) return found
  throw new Error(`there is no workload '${name}': there are ${WORKLOADS.map((known) => known.name).join(', ')}`)
}
