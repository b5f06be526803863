import { appendFileSync, readFileSync } from 'node:fs'
import { machineBusyS } from '../harness/busy-machine.ts'

/** When a window had its first result. */
export interface FirstResult {
  readonly windowEndMs: number
  readonly wallMs: number
}

/** What a sink has found. */
export interface Findings {
  readonly rows?: number
  readonly sum?: number
  readonly firstResults?: readonly FirstResult[]
}

/** A moment of a job: first events made, sinks closed. All threads of the process share the clocks. */
export interface Measurement extends Findings {
  readonly monotonicS: number
  /** CPU time of the whole process so far. */
  readonly cpuS: number
  /** CPU time of the whole machine so far; null where the system does not say. */
  readonly machineBusyS: number | null
  readonly rssBytes: number
}

/** Notes this moment in a file, for whoever runs the job. */
export function measure(file: string, findings: Findings = {}): void {
  appendFileSync(file, `${JSON.stringify({ ...moment(), ...findings })}\n`)
}

/** This moment. */
export function moment(): Measurement {
  const { user, system } = process.cpuUsage()
  return {
    monotonicS: Number(process.hrtime.bigint()) / 1e9,
    cpuS: (user + system) / 1e6,
    machineBusyS: machineBusyS(),
    rssBytes: process.memoryUsage.rss(),
  }
}

/** What lies between the first and the last moment. */
export interface Span {
  readonly wallS: number
  readonly cpuS: number
  readonly machineBusyS: number | null
  readonly rssBytes: number
}

export function spanOf(moments: readonly Measurement[]): Span {
  const inOrder = moments.toSorted((a, b) => a.monotonicS - b.monotonicS)
  const first = inOrder[0]!
  const last = inOrder.at(-1)!
  return {
    wallS: last.monotonicS - first.monotonicS,
    cpuS: last.cpuS - first.cpuS,
    machineBusyS: last.machineBusyS === null ? null : last.machineBusyS - first.machineBusyS!,
    rssBytes: last.rssBytes,
  }
}

/** All that a job has noted. */
export function readMeasurements(file: string): readonly Measurement[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Measurement)
}
