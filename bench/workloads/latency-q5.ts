import {
  defineJob,
  Pipeline,
  type Sink,
  SinkBuilder,
  SourceBuilder,
  type StreamSource,
  type WindowResult,
} from 'nacelle'
import { type Bid, bid } from './generator.ts'
import { type Hottest, hottestAuctions } from './hottest-auctions.ts'
import { type FirstResult, measure } from './measurement.ts'
import { PACED_BIDS_PER_MS, PACED_WINDOW } from './pace.ts'
import { parseArgs, type WorkloadArgs } from './workload-args.ts'

/** q5 at the pace of the clock: how long after the end of a window comes its result? */
export default defineJob({ name: 'latency_q5' }, (args) => {
  const workload = parseArgs(args)
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(pacedBids(workload))
    .withNativeTimestamps(0)
    .apply((bids) => hottestAuctions(bids, PACED_WINDOW))
    .writeTo(firstResultSink(workload))
  return pipeline
})

/** Bid n comes at or just after its instant, none is left out. */
function pacedBids({ events, startAtMs, measurements }: WorkloadArgs): StreamSource<Bid> {
  return SourceBuilder.timestampedStream('bids', ({ globalProcessorIndex, totalParallelism }) => ({
    next: globalProcessorIndex,
    step: totalParallelism,
    started: false,
  }))
    .fillBuffer<Bid>((part, buffer) => {
      const due = Math.min(events, (wallMs() - startAtMs) * PACED_BIDS_PER_MS)
      if (part.next >= due) return
      if (!part.started) measure(measurements)
      part.started = true
      for (let room = buffer.capacity; room > 0 && part.next < due; room--, part.next += part.step) {
        const ts = startAtMs + Math.floor(part.next / PACED_BIDS_PER_MS)
        buffer.add(bid(part.next, ts), ts)
      }
    })
    .distributed()
    .build()
}

function firstResultSink({ measurements }: WorkloadArgs): Sink<WindowResult<Hottest>> {
  return SinkBuilder.sink('first results', (): FirstResult[] => [])
    .receive<WindowResult<Hottest>>((firstResults, { end }) => {
      firstResults.push({ windowEndMs: end, wallMs: wallMs() })
    })
    .destroy((firstResults) => measure(measurements, { firstResults }))
    .build()
}

/** The wall clock, finer than milliseconds. */
function wallMs(): number {
  return performance.timeOrigin + performance.now()
}
