import { defineJob, Pipeline } from 'nacelle'
import { bids, checksumSink } from './ends.ts'
import { hottestAuctions, windowRows } from './hottest-auctions.ts'
import { parseArgs } from './workload-args.ts'

/** The auctions with most bids in the last 10 s, every 100 ms. */
export default defineJob({ name: 'q5' }, (args) => {
  const workload = parseArgs(args)
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(bids(workload))
    .addTimestamps((bid) => bid.ts, 0)
    .apply((bids) => hottestAuctions(bids, { sizeMs: 10_000, slideByMs: 100 }))
    .flatMap(windowRows)
    .writeTo(checksumSink(workload, (hash) => hash))
  return pipeline
})
