// npm run floors -- 1: measures the figures that an issue demands, and says whether they are reached.
import { parseArgs } from 'node:util'
import { FLOOR_TABLES, type FloorTable, type ThroughputFloor } from './floor-table.ts'
import { checkChecksum, expectedChecksum } from './harness/checksum-check.ts'
import { firstResultMs } from './harness/first-result.ts'
import { runBare, runOwn } from './harness/programs.ts'
import { OWN_WARMUPS, type RunOrder } from './harness/run-order.ts'
import { type LatencyResult, median, type RunResult, type ThroughputResult } from './harness/run-result.ts'
import { textFile } from './harness/text-file.ts'
import { textTable } from './harness/text-table.ts'
import { workloadNamed } from './harness/workload-table.ts'

const HELP = `npm run floors -- ISSUE [options]

Prints each figure that the issue demands with floor, aim and what was measured (medians of fresh runs on two threads).
Ends with 0 only when all floors hold. Floors are for the machine in BENCHMARKS.md.

  --repeat N     runs of each figure; default 3
  --only LIST    workloads, latency_q5, first_result
  --relative     elsewhere: judges throughput by its ratio to the bare loops, measured in turns with the runs
`

const THREADS = 2

/** Measured once: it takes 48 s, and its quantiles are of 1499 windows. */
const LATENCY = 'latency_q5'
const FIRST_RESULT = 'first_result'

interface FloorOptions {
  readonly repeat: number
  readonly isRelative: boolean
  readonly only: readonly string[] | null
}

/** A line of what is printed. */
interface Judgement {
  readonly figure: string
  readonly unit: string
  readonly floor: string
  readonly aim: string
  readonly measured: string
  readonly runs: string
  readonly holds: boolean
}

function orderOf(name: string): RunOrder {
  const { events, readsTextFile } = workloadNamed(name)
  return { workload: name, events, threads: THREADS, warmups: OWN_WARMUPS, textFile: readsTextFile ? textFile() : '' }
}

async function judgeAll(table: FloorTable, options: FloorOptions): Promise<readonly Judgement[]> {
  const wants = (figure: string): boolean => options.only === null || options.only.includes(figure)
  const judgements: Judgement[] = []
  const { latencyP99Ms, firstResultMs: firstResultLimitMs, q5PeakMb } = table.limits
  for (const floor of table.throughput) {
    if (!wants(floor.workload)) continue
    const { runs, judgement } = await judgeThroughput(floor, options)
    judgements.push(judgement)
    if (floor.workload !== 'q5') continue
    const peaks = runs.map((run) => run.rss_peak_mb ?? run.rss_mb)
    judgements.push(
      judgeLimit({ figure: 'q5, most resident memory', unit: 'MB at most', limit: q5PeakMb, values: peaks }),
    )
  }
  if (wants(FIRST_RESULT)) {
    const values: number[] = []
    // Once more than asked: the first run fills the caches of compiled code.
    for (let run = 0; run <= options.repeat; run++) values.push(await firstResultMs(THREADS))
    const figure = 'job file to first result'
    judgements.push(judgeLimit({ figure, unit: 'ms', limit: firstResultLimitMs, values: values.slice(1) }))
  }
  if (wants(LATENCY)) {
    const { p50_ms, p99_ms, p999_ms } = said((await runOwn(orderOf(LATENCY))) as LatencyResult)
    const judgement = judgeLimit({ figure: LATENCY, unit: 'ms, p99', limit: latencyP99Ms, values: [p99_ms] })
    judgements.push({ ...judgement, runs: `p50 ${p50_ms}, p99 ${p99_ms}, p99.9 ${p999_ms}` })
  }
  return judgements
}

async function judgeThroughput(
  floor: ThroughputFloor,
  options: FloorOptions,
): Promise<{ readonly runs: readonly ThroughputResult[]; readonly judgement: Judgement }> {
  const order = orderOf(floor.workload)
  const isRelative = options.isRelative || floor.floor === null
  const runs: ThroughputResult[] = []
  const bareRuns: ThroughputResult[] = []
  for (let run = 0; run < options.repeat; run++) {
    if (isRelative) bareRuns.push(said(await runBare(order)))
    runs.push(said((await runOwn(order)) as ThroughputResult))
    checkChecksum(runs.at(-1)!, await expectedChecksum(order))
  }
  const figures = runs.map((run) => run.M_events_per_cpu_s)
  const bare = isRelative ? median(bareRuns.map((run) => run.M_events_per_cpu_s)) : Number.NaN
  const least = isRelative ? floor.bareShareFloor * bare : floor.floor!
  const aim = isRelative ? floor.bareShareAim * bare : floor.aim!
  const measured = median(figures)
  const runsText = `${Math.min(...figures).toFixed(2)}–${Math.max(...figures).toFixed(2)}`
  const judgement = {
    figure: floor.workload,
    unit: 'M events per CPU-s',
    floor: least.toFixed(2),
    aim: aim.toFixed(2),
    measured: measured.toFixed(2),
    runs: isRelative ? `${runsText}, bare loop ${bare.toFixed(2)}` : runsText,
    holds: measured >= least,
  }
  return { runs, judgement }
}

function judgeLimit(limited: {
  readonly figure: string
  readonly unit: string
  readonly limit: number
  readonly values: readonly number[]
}): Judgement {
  const { figure, unit, limit, values } = limited
  const measured = median(values)
  return {
    figure,
    unit,
    floor: `< ${limit}`,
    aim: '',
    measured: measured.toFixed(1),
    runs: `${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)}`,
    holds: measured < limit,
  }
}

/** Prints a result as soon as it is there. */
function said<R extends RunResult>(result: R): R {
  console.error(JSON.stringify(result))
  return result
}

function tableText(judgements: readonly Judgement[]): string {
  const heads = ['figure', 'unit', 'floor', 'aim', 'measured', 'runs', '']
  const rows = judgements.map(({ figure, unit, floor, aim, measured, runs, holds }) => {
    return [figure, unit, floor, aim, measured, runs, holds ? 'holds' : 'MISSED']
  })
  return textTable(heads, rows)
}

interface FloorRequest extends FloorOptions {
  readonly table: FloorTable
}

function requestOf(args: readonly string[]): FloorRequest | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      repeat: { type: 'string', default: '3' },
      only: { type: 'string' },
      relative: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const [issue, ...others] = positionals
  const table = FLOOR_TABLES[issue ?? '']
  if (table === undefined || others.length > 0) {
    throw new Error(`name one issue: there are floors of ${Object.keys(FLOOR_TABLES).join(', ')}`)
  }
  const repeat = Number(values.repeat)
  if (!Number.isInteger(repeat) || repeat < 1)
    throw new Error(`--repeat takes a positive whole number, not '${values.repeat}'`)
  const only = values.only?.split(',') ?? null
  const figures = [...table.throughput.map(({ workload }) => workload), FIRST_RESULT, LATENCY]
  const unknown = only?.find((figure) => !figures.includes(figure))
  if (unknown !== undefined) throw new Error(`--only takes ${figures.join(', ')}, not '${unknown}'`)
  return { table, repeat, isRelative: values.relative, only }
}

/** Ends with 2 when it was called wrongly, with 1 when a floor is missed or a run failed. */
async function main(): Promise<void> {
  let request: FloorRequest | null = null
  try {
    request = requestOf(process.argv.slice(2))
  } catch (error) {
    return fail(error, 2)
  }
  if (request === null) return console.log(HELP)
  try {
    const judgements = await judgeAll(request.table, request)
    console.log(tableText(judgements))
    const missed = judgements.filter((judgement) => !judgement.holds).length
    if (missed > 0) fail(new Error(`${missed} of ${judgements.length} are missed`), 1)
  } catch (error) {
    fail(error, 1)
  }
}

function fail(error: unknown, exitCode: number): void {
  console.error(`floors: ${(error as Error).message}`)
  process.exitCode = exitCode
}

await main()
