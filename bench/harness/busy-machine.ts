import { readFileSync } from 'node:fs'

/** Seconds of CPU that the whole machine has used so far; null where the system does not say. */
export function machineBusyS(): number | null {
  if (process.platform !== 'linux') return null
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'latin1')
    .split('\n', 1)[0]!
    .split(/ +/)
    .map(Number)
  return (user! + nice! + system! + irq! + softirq! + steal!) / 100
}

/** Cores that everything but this process used over a span. */
export function otherCores(busyS: number | null, cpuS: number, wallS: number): number | null {
  return busyS === null ? null : Math.max(0, busyS - cpuS) / wallS
}
