// The program that runs the bare loop of a workload, once for each result.
import { otherCores } from '../harness/busy-machine.ts'
import { printResult } from '../harness/measured-process.ts'
import { orderOfProcess, type RunOrder } from '../harness/run-order.ts'
import { rounded, type ThroughputResult } from '../harness/run-result.ts'
import { checksumText } from '../workloads/checksum.ts'
import { moment, spanOf } from '../workloads/measurement.ts'
import { BARE_LOOPS, bareInput } from './bare-loops.ts'

function runBareLoop(order: RunOrder): ThroughputResult {
  const { workload, events } = order
  const loop = BARE_LOOPS[workload]
  if (loop === undefined) throw new Error(`there is no bare loop of '${workload}'`)
  const input = bareInput(workload, order.textFile)
  for (let run = 0; run < order.warmups; run++) loop(events, input)
  const begin = moment()
  const { rows, sum } = loop(events, input)
  const { wallS, cpuS, machineBusyS, rssBytes } = spanOf([begin, moment()])
  const others = otherCores(machineBusyS, cpuS, wallS)
  return {
    engine: 'bare-loop',
    version: process.version.slice(1),
    workload,
    events,
    threads: 1,
    guarantee: 'none',
    wall_s: rounded(wallS),
    cpu_s: rounded(cpuS),
    M_events_per_s: rounded(events / wallS / 1e6),
    M_events_per_cpu_s: rounded(events / cpuS / 1e6),
    rss_mb: Math.round(rssBytes / 2 ** 20),
    rss_peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    other_cores: others === null ? null : rounded(others, 2),
    checksum: checksumText(rows, sum),
  }
}

printResult(runBareLoop(orderOfProcess()))
