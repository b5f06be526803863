import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type MeasuredProgram, runMeasured } from './measured-process.ts'
import type { RunOrder } from './run-order.ts'
import type { RunResult, ThroughputResult } from './run-result.ts'
import { DATA_DIRECTORY } from './text-file.ts'
import { type Peer, workloadNamed } from './workload-table.ts'

const PEERS_DIRECTORY = join(import.meta.dirname, '..', 'peers')

/** Milliseconds that no run may take. */
const RUN_MS_MAX = 400_000

/** The heap that the peers get. */
const PEER_HEAP = ['-Xms3g', '-Xmx3g']

const MAIN_CLASSES: Readonly<Record<Peer, readonly [directory: string, mainClass: string]>> = {
  jet4: ['jet4', 'peers.hz.Main'],
  hazelcast5: ['hz5', 'peers.hz.Main'],
  flink: ['flink', 'peers.flink.Main'],
}

/** What the peers reach into since Java has modules. */
const MODULE_OPTIONS = [
  '--add-modules=java.se',
  '--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED',
  ...['java.base/java.lang', 'java.base/java.nio', 'java.base/sun.nio.ch'].map(
    (opened) => `--add-opens=${opened}=ALL-UNNAMED`,
  ),
  '--add-opens=java.management/sun.management=ALL-UNNAMED',
  '--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED',
]

/** Runs a workload on our engine, in a process of its own. */
export function runOwn(order: RunOrder): Promise<RunResult> {
  return runMeasured(nodeProgram(join(import.meta.dirname, 'own-process.ts'), order, `nacelle ${order.workload}`))
}

/** Runs the bare loop of a workload, in a process of its own. */
export async function runBare(order: RunOrder): Promise<ThroughputResult> {
  const path = join(import.meta.dirname, '..', 'limits', 'bare-process.ts')
  return (await runMeasured(nodeProgram(path, order, `bare loop ${order.workload}`))) as ThroughputResult
}

function nodeProgram(path: string, order: RunOrder, title: string): MeasuredProgram {
  return { command: process.execPath, args: [path, JSON.stringify(order)], title, timeoutMs: RUN_MS_MAX }
}

/** Runs a workload on another engine, in a process of its own, and answers the result under our names. */
export async function runPeer(peer: Peer, order: RunOrder, guarantee: string): Promise<RunResult> {
  const workload = workloadNamed(order.workload)
  const [directory, mainClass] = MAIN_CLASSES[peer]
  const target = join(PEERS_DIRECTORY, directory, 'target')
  if (!existsSync(join(target, 'classes'))) throw new Error(`${peer} is not built: run bench/peers/build.sh first`)
  const classPath = `${join(target, 'classes')}:${join(target, 'lib', '*')}`
  const work = [
    workload.peerNames[peer],
    order.events,
    order.threads,
    guarantee,
    workload.peerWarmups[peer],
    DATA_DIRECTORY,
  ]
  const result = await runMeasured({
    command: 'java',
    args: [...MODULE_OPTIONS, ...PEER_HEAP, '-cp', classPath, mainClass, ...work.map(String)],
    title: `${peer} ${order.workload}`,
    timeoutMs: RUN_MS_MAX,
  })
  const { parallelism, ...facts } = result as RunResult & { readonly parallelism: number }
  return { ...facts, workload: order.workload, threads: parallelism }
}
