import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runJobModule, ThreadPool } from 'nacelle/local'
import { checksumText } from '../workloads/checksum.ts'
import { type Measurement, readMeasurements, spanOf } from '../workloads/measurement.ts'
import { PACED_BIDS_PER_MS, PACED_WARMUP_MS, PACED_WINDOW } from '../workloads/pace.ts'
import { argsOf } from '../workloads/workload-args.ts'
import { otherCores } from './busy-machine.ts'
import type { RunOrder } from './run-order.ts'
import { type LatencyResult, quantile, type RunFacts, rounded, type ThroughputResult } from './run-result.ts'
import { type Workload, workloadNamed } from './workload-table.ts'

/** Between the beginning of the job and its first event, so that all threads are there. */
const LEAD_MS = 3000

/** Between the last event and the end of the job: results under way shall arrive. */
const TRAIL_MS = 500

/** Runs a workload in this process and answers the figures of the last of its runs. */
export async function measureOwnRun(order: RunOrder): Promise<ThroughputResult | LatencyResult> {
  const workload = workloadNamed(order.workload)
  const directory = mkdtempSync(join(tmpdir(), 'nacelle-bench-'))
  try {
    if (workload.isPaced) return await runPaced(workload, order, directory)
    const pool = new ThreadPool()
    const run = (name: string) => runOnce(workload, order, join(directory, name), pool)
    for (let warmup = 0; warmup < order.warmups; warmup++) await run(`warmup-${warmup}`)
    const moments = await run('run')
    await pool.close()
    const facts = factsOf(order, moments)
    return {
      ...facts,
      M_events_per_s: rounded(order.events / facts.wall_s / 1e6),
      M_events_per_cpu_s: rounded(order.events / facts.cpu_s / 1e6),
      checksum: checksumOf(moments),
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function runOnce(
  workload: Workload,
  order: RunOrder,
  measurements: string,
  pool: ThreadPool,
): Promise<readonly Measurement[]> {
  const args = argsOf({ events: order.events, measurements, textFile: order.textFile, startAtMs: 0 })
  await runJobModule(jobPath(workload), args, { threads: order.threads, pool })
  return readMeasurements(measurements)
}

async function runPaced(workload: Workload, order: RunOrder, directory: string): Promise<LatencyResult> {
  const { events } = order
  const measurements = join(directory, 'run')
  const startAtMs = Math.ceil(Date.now() / 1000) * 1000 + LEAD_MS
  const lastMs = startAtMs + events / PACED_BIDS_PER_MS
  const signal = AbortSignal.timeout(lastMs + TRAIL_MS - Date.now())
  const args = argsOf({ events, measurements, textFile: '', startAtMs })
  await runJobModule(jobPath(workload), args, { threads: order.threads, signal }).catch((error: unknown) => {
    // A stream has no end of its own: it is told to stop.
    if ((error as { readonly code?: unknown }).code !== 'ERR_CANCELLED') throw error
  })
  const moments = readMeasurements(measurements)
  const latencies = moments
    .flatMap((moment) => moment.firstResults ?? [])
    .filter(({ windowEndMs: end }) => end > startAtMs + PACED_WARMUP_MS && end <= lastMs - PACED_WINDOW.slideByMs)
    .map(({ windowEndMs, wallMs }) => wallMs - windowEndMs)
    .sort((a, b) => a - b)
  return {
    ...factsOf(order, moments),
    windows: latencies.length,
    p50_ms: rounded(quantile(latencies, 0.5)),
    p99_ms: rounded(quantile(latencies, 0.99)),
    p999_ms: rounded(quantile(latencies, 0.999)),
    max_ms: rounded(quantile(latencies, 1)),
  }
}

function jobPath(workload: Workload): string {
  return join(import.meta.dirname, '..', 'workloads', workload.jobFile)
}

function factsOf(order: RunOrder, moments: readonly Measurement[]): RunFacts {
  const { wallS, cpuS, machineBusyS, rssBytes } = spanOf(moments)
  const others = otherCores(machineBusyS, cpuS, wallS)
  return {
    engine: 'nacelle',
    version: engineVersion(),
    workload: order.workload,
    events: order.events,
    threads: order.threads,
    guarantee: 'none',
    wall_s: rounded(wallS),
    cpu_s: rounded(cpuS),
    rss_mb: Math.round(rssBytes / 2 ** 20),
    rss_peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    other_cores: others === null ? null : rounded(others, 2),
  }
}

function checksumOf(moments: readonly Measurement[]): string {
  const rows = moments.reduce((total, moment) => total + (moment.rows ?? 0), 0)
  const sum = moments.reduce((total, moment) => (total + (moment.sum ?? 0)) | 0, 0)
  return checksumText(rows, sum)
}

function engineVersion(): string {
  const manifest = new URL(import.meta.resolve('nacelle/package.json'))
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version
}
