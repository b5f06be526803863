import { AggregateOperations, defineJob, Pipeline } from 'nacelle'
import { sumRow } from './checksum.ts'
import { checksumSink, trades } from './ends.ts'
import { parseArgs } from './workload-args.ts'

/** The sum of prices so far of a trade's key, for every trade. */
export default defineJob({ name: 'rolling_sum' }, (args) => {
  const workload = parseArgs(args)
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(trades(workload))
    .groupingKey((trade) => trade.key)
    .rollingAggregate(AggregateOperations.summingLong((trade) => trade.price))
    .writeTo(checksumSink(workload, ({ key, value }) => sumRow(key, value)))
  return pipeline
})
