import { type BatchSource, type Sink, SinkBuilder, SourceBuilder } from 'nacelle'
import { RowSum } from './checksum.ts'
import { BIDS_PER_MS, type Bid, bid, linePool, type Trade, trade, WORDS_PER_LINE } from './generator.ts'
import { measure } from './measurement.ts'
import type { WorkloadArgs } from './workload-args.ts'

/** Numbers that one part of a source makes events of: part p of P has p, p + P, p + 2P, … */
interface Part<T> {
  next: number
  readonly step: number
  readonly make: (n: number) => T
}

/**
 * A source of `count` events, cut into as many parts as there are processors.
 *
 * @param prepare makes the function that makes events
 */
function numbered<T>(name: string, count: number, args: WorkloadArgs, prepare: () => (n: number) => T): BatchSource<T> {
  return SourceBuilder.batch(name, ({ globalProcessorIndex, totalParallelism }): Part<T> => {
    return { next: globalProcessorIndex, step: totalParallelism, make: prepare() }
  })
    .fillBuffer<T>((part, buffer) => {
      const { step, make } = part
      let n = part.next
      if (n < step) measure(args.measurements)
      for (let room = buffer.capacity; room > 0 && n < count; room--, n += step) buffer.add(make(n))
      part.next = n
      if (n >= count) buffer.close()
    })
    .distributed()
    .build()
}

export function bids(args: WorkloadArgs): BatchSource<Bid> {
  return numbered('bids', args.events, args, () => (n) => bid(n, (n / BIDS_PER_MS) | 0))
}

export function trades(args: WorkloadArgs): BatchSource<Trade> {
  return numbered('trades', args.events, args, () => trade)
}

export function lines(args: WorkloadArgs): BatchSource<string> {
  return numbered('lines', args.events / WORDS_PER_LINE, args, () => {
    const pool = linePool()
    return (n) => pool[n % pool.length]!
  })
}

/**
 * A sink in each thread that adds up the hashes of rows.
 *
 * @param options measuresStart: the span begins when the sinks are made, for sources in which nothing of ours runs
 */
export function checksumSink<T>(
  args: WorkloadArgs,
  rowHash: (item: T) => number,
  options: { readonly measuresStart?: boolean } = {},
): Sink<T> {
  return SinkBuilder.sink('checksum', () => {
    if (options.measuresStart) measure(args.measurements)
    return new RowSum()
  })
    .receive<T>((rows, item) => rows.add(rowHash(item)))
    .destroy(({ rows, sum }) => measure(args.measurements, { rows, sum }))
    .preferredLocalParallelism(-1)
    .build()
}
