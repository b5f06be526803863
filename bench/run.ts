// npm run bench: measures workloads on our engine and, when asked, on others beside it.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { checkChecksum, expectedChecksum } from './harness/checksum-check.ts'
import { runOwn, runPeer } from './harness/programs.ts'
import { ratioTable, resultTable } from './harness/result-tables.ts'
import { OWN_WARMUPS, type RunOrder } from './harness/run-order.ts'
import { isLatency, type RunResult } from './harness/run-result.ts'
import { textFile } from './harness/text-file.ts'
import { PEERS, type Peer, WORKLOADS, workloadNamed } from './harness/workload-table.ts'

const HELP = `npm run bench -- [workload…] [options]

Measures workloads (see bench/WORKLOADS.md), each run in a fresh process, and prints a line of JSON for each run:
  ${WORKLOADS.map((workload) => workload.name).join(', ')}
Without names all but latency_q5 are measured. A run whose results have another checksum than they must have is an error.

  --events N         events of each run; default: those of the published figures
  --threads N        threads of the engine; default: one for each core
  --repeat N         runs of each workload; default 1
  --against LIST     ${PEERS.join(',')}: runs them beside ours, in the order A B B A, and prints the ratios
  --guarantee NAME   none: jobs in one process take no snapshots
  --json             nothing but the lines of JSON
`

interface BenchOptions {
  readonly workloads: readonly string[]
  readonly events: number | null
  readonly threads: number
  readonly repeat: number
  readonly peers: readonly Peer[]
  readonly jsonOnly: boolean
}

function optionsOf(args: readonly string[]): BenchOptions | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      events: { type: 'string' },
      threads: { type: 'string' },
      repeat: { type: 'string' },
      against: { type: 'string' },
      guarantee: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const guarantee = values.guarantee ?? 'none'
  if (guarantee !== 'none') throw new Error(`--guarantee ${guarantee}: only 'none' can be measured in one process`)
  const named = positionals.map((name) => workloadNamed(name).name)
  const all = WORKLOADS.filter((workload) => !workload.isPaced).map((workload) => workload.name)
  return {
    workloads: named.length > 0 ? named : all,
    events: countOf('--events', values.events, null),
    threads: countOf('--threads', values.threads, availableParallelism()),
    repeat: countOf('--repeat', values.repeat, 1),
    peers: (values.against ?? '')
      .split(',')
      .filter((name) => name !== '')
      .map(peerNamed),
    jsonOnly: values.json,
  }
}

function countOf<D>(option: string, text: string | undefined, byDefault: D): number | D {
  if (text === undefined) return byDefault
  const count = Number(text.replaceAll('_', ''))
  if (Number.isInteger(count) && count > 0) return count
  throw new Error(`${option} takes a positive whole number, not '${text}'`)
}

function peerNamed(name: string): Peer {
  const peer = PEERS.find((known) => known === name)
  if (peer === undefined) throw new Error(`--against takes ${PEERS.join(', ')}, not '${name}'`)
  return peer
}

async function measureAll(options: BenchOptions): Promise<readonly RunResult[]> {
  const results: RunResult[] = []
  for (const name of options.workloads) {
    const workload = workloadNamed(name)
    const order: RunOrder = {
      workload: name,
      events: options.events ?? workload.events,
      threads: options.threads,
      warmups: OWN_WARMUPS,
      textFile: workload.readsTextFile ? textFile() : '',
    }
    const run = async (engine: Peer | null): Promise<void> => {
      const result = engine === null ? await runOwn(order) : await runPeer(engine, order, 'none')
      console.log(JSON.stringify(result))
      if (!isLatency(result)) checkChecksum(result, await expectedChecksum(order))
      results.push(result)
    }
    const engines: readonly (Peer | null)[] = [null, ...options.peers]
    for (let i = 0; i < options.repeat; i++) {
      for (const engine of engines) await run(engine)
      if (options.peers.length > 0) for (const engine of engines.toReversed()) await run(engine)
    }
  }
  return results
}

/** Ends with 2 when it was called wrongly, with 1 when a run failed. */
async function main(): Promise<void> {
  let options: BenchOptions | null = null
  try {
    options = optionsOf(process.argv.slice(2))
  } catch (error) {
    return fail(error, 2)
  }
  if (options === null) return console.log(HELP)
  try {
    const results = await measureAll(options)
    if (options.jsonOnly) return
    console.log(`\n${resultTable(results)}`)
    if (options.peers.length > 0) console.log(`\n${ratioTable(results)}`)
  } catch (error) {
    fail(error, 1)
  }
}

function fail(error: unknown, exitCode: number): void {
  console.error(`bench: ${(error as Error).message}`)
  process.exitCode = exitCode
}

await main()
