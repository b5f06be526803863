import { runBare } from './programs.ts'
import type { RunOrder } from './run-order.ts'
import type { ThroughputResult } from './run-result.ts'
import { workloadNamed } from './workload-table.ts'

const fromBareLoops = new Map<string, string>()

/** The checksum that every engine must reach: the known one, or that of the bare loop. */
export async function expectedChecksum(order: RunOrder): Promise<string> {
  const known = workloadNamed(order.workload).checksums[order.events]
  if (known !== undefined) return known
  const key = `${order.workload} ${order.events}`
  const computed = fromBareLoops.get(key) ?? (await runBare({ ...order, warmups: 0 })).checksum
  fromBareLoops.set(key, computed)
  return computed
}

/** @throws Error when a run had other results than it must have: its figures are then worth nothing */
export function checkChecksum(result: ThroughputResult, expected: string): void {
  if (result.checksum === expected) return
  const { engine, workload, events, threads } = result
  throw new Error(
    `${engine} ${workload} of ${events} events with ${threads} threads has the checksum ${result.checksum}: it must be ${expected}`,
  )
}
