import { defineJob, Pipeline } from 'nacelle'
import { bidRow } from './checksum.ts'
import { bids, checksumSink } from './ends.ts'
import { parseArgs } from './workload-args.ts'

/** Each bid with its price in another currency. */
export default defineJob({ name: 'q1' }, (args) => {
  const workload = parseArgs(args)
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(bids(workload))
    .map((bid) => ({
      auction: bid.auction,
      bidder: bid.bidder,
      price: (Math.imul(bid.price, 908) / 1000) | 0,
      ts: bid.ts,
    }))
    .writeTo(checksumSink(workload, bidRow))
  return pipeline
})
