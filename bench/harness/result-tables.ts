import { isLatency, median, type RunResult } from './run-result.ts'
import { textTable } from './text-table.ts'

/** Medians of runs by workload and engine, throughput and latency apart. */
export function resultTable(results: readonly RunResult[]): string {
  const groups = [...grouped(results).values()]
  const tables: string[] = []
  const throughput = groups.filter((group) => !isLatency(group[0]!))
  if (throughput.length > 0) {
    const heads = [
      'workload',
      'engine',
      'events M',
      'threads',
      'runs',
      'M events/s',
      'M events per CPU-s',
      'range',
      'CPU ns per event',
      'RSS MB',
      'others used cores',
      'checksum',
    ]
    tables.push(textTable(heads, throughput.map(throughputRow)))
  }
  const latency = groups.filter((group) => isLatency(group[0]!))
  if (latency.length > 0) {
    const heads = [
      'workload',
      'engine',
      'runs',
      'windows',
      'p50 ms',
      'p99 ms',
      'p99.9 ms',
      'max ms',
      'CPU-s',
      'RSS MB',
      'others used cores',
    ]
    tables.push(textTable(heads, latency.map(latencyRow)))
  }
  return tables.join('\n\n')
}

/** How many times as much work our engine does in a second of CPU as each other one. */
export function ratioTable(results: readonly RunResult[]): string {
  const groups = grouped(results)
  const rows: string[][] = []
  for (const ours of groups.values()) {
    const { engine, workload } = ours[0]!
    if (engine !== 'nacelle') continue
    for (const theirs of groups.values()) {
      if (theirs[0]!.workload !== workload || theirs === ours) continue
      const [metric, digits] = isLatency(ours[0]!) ? (['p99_ms', 1] as const) : (['M_events_per_cpu_s', 2] as const)
      const [own, other] = [medianOf(ours, metric), medianOf(theirs, metric)]
      const unit = metric === 'p99_ms' ? 'p99 ms' : 'M events per CPU-s'
      rows.push([
        workload,
        unit,
        own.toFixed(digits),
        theirs[0]!.engine,
        other.toFixed(digits),
        `${(own / other).toFixed(2)} x`,
      ])
    }
  }
  return textTable(['workload', 'figure', 'nacelle', 'other', 'its figure', 'ratio'], rows)
}

function grouped(results: readonly RunResult[]): ReadonlyMap<string, readonly RunResult[]> {
  return Map.groupBy(results, ({ workload, engine, threads }) => `${workload} ${engine} ${threads}`)
}

function throughputRow(group: readonly RunResult[]): string[] {
  const first = group[0]!
  const perCpu = group.map((result) => numberOf(result, 'M_events_per_cpu_s'))
  return [
    first.workload,
    `${first.engine} ${first.version}`,
    String(first.events / 1e6),
    String(first.threads),
    String(group.length),
    medianOf(group, 'M_events_per_s').toFixed(2),
    median(perCpu).toFixed(2),
    `${Math.min(...perCpu).toFixed(2)}–${Math.max(...perCpu).toFixed(2)}`,
    (1000 / median(perCpu)).toFixed(1),
    medianOf(group, 'rss_mb').toFixed(0),
    othersOf(group),
    [...new Set(group.map((result) => ('checksum' in result ? result.checksum : '')))].join(' '),
  ]
}

function latencyRow(group: readonly RunResult[]): string[] {
  const milliseconds = ['p50_ms', 'p99_ms', 'p999_ms', 'max_ms'].map((metric) => medianOf(group, metric).toFixed(1))
  return [
    group[0]!.workload,
    `${group[0]!.engine} ${group[0]!.version}`,
    String(group.length),
    medianOf(group, 'windows').toFixed(0),
    ...milliseconds,
    medianOf(group, 'cpu_s').toFixed(1),
    medianOf(group, 'rss_mb').toFixed(0),
    othersOf(group),
  ]
}

/** The most that anything else used during one of the runs. */
function othersOf(group: readonly RunResult[]): string {
  const known = group.map((result) => result.other_cores).filter((cores) => cores !== null)
  return known.length === 0 ? '' : Math.max(...known).toFixed(2)
}

function medianOf(group: readonly RunResult[], metric: string): number {
  return median(group.map((result) => numberOf(result, metric)))
}

function numberOf(result: RunResult, metric: string): number {
  return (result as unknown as Readonly<Record<string, number>>)[metric] ?? Number.NaN
}
