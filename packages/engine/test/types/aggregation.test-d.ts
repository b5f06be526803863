// Aggregate operations fit the items they get, and results have the types that the operations say.
import {
  AggregateOperation,
  AggregateOperations,
  type BatchStage,
  type Entry,
  type KeyedWindowResult,
  type StreamStage,
  tumbling,
  type UntimedStreamStage,
  type WindowResult,
} from 'nacelle'
import { exactly } from './exact-type.ts'
import {
  pipeline,
  type Quote,
  quotes,
  type Trade,
  timedQuotes,
  timedTrades,
  trades,
  untimedTrades,
} from './example-stages.ts'

const { allOf, averagingDouble, counting, maxBy, summingLong, toList, topN, mapping, filtering, groupingBy } =
  AggregateOperations
const { aggregateOperation2, aggregateOperation3, pickAny, coAggregateOperation, concatenating, reducing, toMap } =
  AggregateOperations

const byTicker = (trade: { readonly ticker: string }): string => trade.ticker
const byBid = (quote: Quote): number => quote.bid
const highestBid = maxBy((a: Quote, b: Quote) => a.bid - b.bid)

export function resultsWithoutKeys(): void {
  exactly<BatchStage<number>>()(trades.aggregate(counting()))
  exactly<BatchStage<number>>()(trades.aggregate(summingLong((trade) => trade.quantity)))
  exactly<BatchStage<Trade>>()(trades.aggregate(maxBy((a, b) => a.price - b.price)))
  exactly<BatchStage<Trade[]>>()(trades.aggregate(topN(3, (a, b) => a.price - b.price)))
  exactly<BatchStage<Trade[]>>()(trades.aggregate(toList()))
  exactly<BatchStage<Map<string, number>>>()(trades.aggregate(groupingBy((trade) => trade.ticker, counting())))
  exactly<BatchStage<{ trades: number; mean: number }>>()(
    trades.aggregate(allOf({ trades: counting(), mean: averagingDouble((trade: Trade) => trade.price) })),
  )
  exactly<BatchStage<[number, Trade | null]>>()(
    trades.aggregate(
      allOf(
        counting(),
        maxBy((a: Trade, b) => a.price - b.price),
      ),
    ),
  )
  // @ts-expect-error: a stream without a window has no end, and so no result
  timedTrades.aggregate(counting())
  // @ts-expect-error: nor has one without timestamps
  untimedTrades.aggregate(counting())
  // @ts-expect-error: nor has a grouped one
  timedTrades.groupingKey(byTicker).aggregate(counting())
  // @ts-expect-error: a call is missing
  trades.aggregate(counting)
  // @ts-expect-error: trades have no such field
  trades.aggregate(summingLong((trade) => trade.bid))
  // @ts-expect-error: a sum is taken over numbers
  trades.aggregate(summingLong((trade) => trade.ticker))
  // @ts-expect-error: an async getter answers no number
  trades.aggregate(summingLong(async (trade) => trade.quantity))
  // @ts-expect-error: the operation is over quotes
  trades.aggregate(summingLong((quote: Quote) => quote.bid))
  // @ts-expect-error: the operation is over texts
  trades.aggregate(concatenating())
  // @ts-expect-error: the operation is over two inputs
  trades.aggregate(aggregateOperation2(counting<Trade>(), counting<Quote>()))
  // @ts-expect-error: one of the operations is over quotes
  trades.aggregate(allOf(counting<Trade>(), highestBid))
  // @ts-expect-error: the inner operation is over quotes
  mapping((trade: Trade) => trade.ticker, highestBid)
  // @ts-expect-error: a predicate answers a boolean
  trades.aggregate(filtering((trade: Trade) => trade.price, counting()))
}

export function resultsByKey(): void {
  const keyed = trades.groupingKey(byTicker)
  exactly<BatchStage<Entry<string, number>>>()(keyed.aggregate(counting()))
  exactly<BatchStage<Entry<string, Trade | null>>>()(keyed.aggregate(maxBy((a, b) => a.price - b.price)))
  exactly<BatchStage<Entry<string, Map<string, number>>>>()(
    keyed.aggregate(
      toMap(
        (trade) => trade.ticker,
        (trade) => trade.price,
      ),
    ),
  )
  exactly<BatchStage<string>>()(keyed.aggregate(counting()).map((entry) => entry.key))
  // @ts-expect-error: an entry is an object, not a pair
  keyed.aggregate(counting()).map((entry) => entry[0])
  // @ts-expect-error: the result stands in `value`
  keyed.aggregate(counting()).map((entry) => entry.result)
  // @ts-expect-error: the operation is over quotes
  keyed.aggregate(summingLong((quote: Quote) => quote.bid))
  // @ts-expect-error: the value is a number
  keyed.aggregate(counting()).filter((entry) => entry.value === 'many')
}

export function rollingResults(): void {
  exactly<BatchStage<number>>()(trades.rollingAggregate(counting()))
  exactly<StreamStage<Trade>>()(timedTrades.rollingAggregate(pickAny()))
  exactly<UntimedStreamStage<Entry<string, number>>>()(
    untimedTrades.groupingKey(byTicker).rollingAggregate(averagingDouble((trade) => trade.price)),
  )
  exactly<StreamStage<Entry<string, number>>>()(timedTrades.groupingKey(byTicker).rollingAggregate(counting()))
  // @ts-expect-error: the operation is over quotes
  timedTrades.rollingAggregate(summingLong((quote: Quote) => quote.bid))
  // @ts-expect-error: a function is no operation
  timedTrades.groupingKey(byTicker).rollingAggregate((sum: number, trade: Trade) => sum + trade.price)
  // @ts-expect-error: a window rolls by itself
  timedTrades.window(tumbling(1000)).rollingAggregate(counting())
}

export function resultsOfWindows(): void {
  const windowed = timedTrades.window(tumbling(1000))
  const keyed = windowed.groupingKey(byTicker)
  exactly<StreamStage<WindowResult<number>>>()(windowed.aggregate(counting()))
  exactly<StreamStage<KeyedWindowResult<string, number>>>()(keyed.aggregate(counting()))
  exactly<StreamStage<KeyedWindowResult<string, Trade>>>()(keyed.distinct())
  exactly<StreamStage<number>>()(windowed.aggregate(counting()).map(({ end, result }) => end + result))
  // @ts-expect-error: without a key there is none
  windowed.aggregate(counting()).map((result) => result.key)
  // @ts-expect-error: the result stands in `result`
  keyed.aggregate(counting()).map((result) => result.value)
  // @ts-expect-error: the operation is over quotes
  windowed.aggregate(summingLong((quote: Quote) => quote.bid))
  // @ts-expect-error: null is no key in a window either
  windowed.groupingKey((trade) => trade.venue)
  // @ts-expect-error: results are read, not changed
  windowed.aggregate(counting()).map((result) => (result.end = 1))
}

export function coGroupedInputsFit(): void {
  const both = aggregateOperation2(
    counting<Trade>(),
    summingLong((quote: Quote) => quote.bid),
  )
  const three = aggregateOperation3(
    counting<Trade>(),
    counting<Quote>(),
    counting<string>(),
    (a, b, c) => `${a}${b}${c}`,
  )
  const keyed = trades.groupingKey(byTicker)
  const windowed = timedTrades.window(tumbling(1000))
  const untimedQuotes = untimedTrades.map((trade): Quote => ({ ticker: trade.ticker, bid: trade.price }))
  exactly<BatchStage<[number, number]>>()(trades.aggregate2(quotes, both))
  exactly<BatchStage<string>>()(trades.aggregate3(quotes, trades.map(byTicker), three))
  exactly<BatchStage<Entry<string, [number, number]>>>()(keyed.aggregate2(quotes.groupingKey(byTicker), both))
  exactly<StreamStage<WindowResult<[number, number]>>>()(windowed.aggregate2(timedQuotes, both))
  exactly<StreamStage<KeyedWindowResult<string, [number, number]>>>()(
    windowed.groupingKey(byTicker).aggregate2(timedQuotes.groupingKey(byTicker), both),
  )
  exactly<StreamStage<KeyedWindowResult<string, string>>>()(
    timedTrades
      .groupingKey(byTicker)
      .window(tumbling(1000))
      .aggregate3(
        timedQuotes.groupingKey(byTicker),
        timedTrades.map(byTicker).groupingKey((name) => name),
        three,
      ),
  )
  // @ts-expect-error: the inputs stand in the other order
  quotes.aggregate2(trades, both)
  // @ts-expect-error: the second input is of trades
  trades.aggregate2(trades, both)
  // @ts-expect-error: one input is missing
  trades.aggregate2(quotes, three)
  // @ts-expect-error: the operation has one input
  trades.aggregate2(quotes, counting())
  // @ts-expect-error: the inputs of this one have names
  trades.aggregate2(quotes, coAggregateOperation({ trades: counting<Trade>(), quotes: counting<Quote>() }))
  // @ts-expect-error: the keys are of different types
  keyed.aggregate2(quotes.groupingKey(byBid), both)
  // @ts-expect-error: the other input is not grouped
  keyed.aggregate2(quotes, both)
  // @ts-expect-error: the other input is a stream
  trades.aggregate2(timedQuotes, both)
  // @ts-expect-error: the other grouped input is a stream
  keyed.aggregate2(timedQuotes.groupingKey(byTicker), both)
  // @ts-expect-error: the other input is a batch
  windowed.aggregate2(quotes, both)
  // @ts-expect-error: the other input has no timestamps
  windowed.aggregate2(untimedQuotes, both)
  // @ts-expect-error: the keys of the windows are of different types
  windowed.groupingKey(byTicker).aggregate2(timedQuotes.groupingKey(byBid), both)
  // @ts-expect-error: the other grouped input is a batch
  windowed.groupingKey(byTicker).aggregate2(quotes.groupingKey(byTicker), both)
  // @ts-expect-error: the window is that of the first input
  windowed.groupingKey(byTicker).aggregate2(timedQuotes.groupingKey(byTicker).window(tumbling(1000)), both)
}

export function operationsOfYourOwn(): void {
  const range = AggregateOperation.withCreate(() => ({ low: Infinity, high: -Infinity }))
    .andAccumulate((range, trade: Trade) => {
      range.low = Math.min(range.low, trade.price)
    })
    .andCombine((range, other) => {
      range.low = Math.min(range.low, other.low)
    })
    .andExportFinish(({ low, high }) => high - low)
  exactly<BatchStage<number>>()(trades.aggregate(range))
  exactly<BatchStage<number>>()(
    trades.aggregate(
      reducing(
        0,
        (trade) => trade.price,
        (a, b) => a + b,
      ),
    ),
  )
  const begun = AggregateOperation.withCreate(() => ({ sum: 0 }))
  const accumulating = begun.andAccumulate((sum, trade: Trade) => {
    sum.sum += trade.price
  })
  // @ts-expect-error: the operation is over trades
  quotes.aggregate(range)
  // @ts-expect-error: an operation without a result is not finished
  trades.aggregate(accumulating)
  // @ts-expect-error: nor is one that only exports
  trades.aggregate(accumulating.andExport(({ sum }) => sum))
  // @ts-expect-error: the accumulator has no such field
  accumulating.andExportFinish((sum) => sum.total)
  // @ts-expect-error: the accumulator is an object
  begun.andAccumulate((sum: number, trade: Trade) => sum + trade.price)
  // @ts-expect-error: combine gets two accumulators
  accumulating.andCombine((sum, trade: Trade) => (sum.sum += trade.price))
  // @ts-expect-error: deduct comes behind combine
  accumulating.andDeduct((sum: { sum: number }, other: { sum: number }) => (sum.sum -= other.sum))
  // @ts-expect-error: the parts come in order
  AggregateOperation.andAccumulate(() => {})
  // @ts-expect-error: a reduction makes what it began with
  reducing(0, byTicker, (a: number, b) => a + b)
  // @ts-expect-error: a pipeline is nothing to aggregate
  pipeline.aggregate(range)
}

export function buildersTakeAnyNumberOfInputs(): void {
  const both = coAggregateOperation({ trades: counting<Trade>(), bids: toList<Quote>() })
  interface Result {
    trades: number
    bids: Quote[]
  }
  const flat = ({ trades: count, bids }: Result): Result => ({ trades: count, bids })
  const keyed = trades.groupingKey(byTicker).aggregateBuilder('trades')
  const windowed = timedTrades.window(tumbling(1000))
  const cut = windowed.groupingKey(byTicker).aggregateBuilder('trades')
  const keyedResult = keyed.add('bids', quotes.groupingKey(byTicker)).build(both)
  const cutResult = cut.add('bids', timedQuotes.groupingKey(byTicker)).build(both)
  exactly<BatchStage<{ trades: number; bids: Quote[] }>>()(
    trades.aggregateBuilder('trades').add('bids', quotes).build(both),
  )
  exactly<BatchStage<Entry<string, { trades: number; bids: Quote[] }>>>()(keyedResult)
  exactly<StreamStage<WindowResult<{ trades: number; bids: Quote[] }>>>()(
    windowed.aggregateBuilder('trades').add('bids', timedQuotes).build(both),
  )
  exactly<StreamStage<KeyedWindowResult<string, { trades: number; bids: Quote[] }>>>()(cutResult)
  exactly<BatchStage<Result>>()(keyedResult.map((entry) => flat(entry.value)))
  const summed = AggregateOperation.withCreate(() => ({ sum: 0 }))
    .andAccumulateEach({
      bids: (sum, quote: Quote) => {
        sum.sum -= quote.bid
      },
      trades: (sum, trade: Trade) => {
        sum.sum += trade.price
      },
      names: (sum, name: string) => {
        sum.sum += name.length
      },
    })
    .andExportFinish(({ sum }) => sum)
  const three = trades.aggregateBuilder('trades').add('bids', quotes).add('names', trades.map(byTicker))
  exactly<BatchStage<number>>()(three.build(summed))
  const lastTicker = AggregateOperation.withCreate(() => ({ ticker: null as string | null }))
    .andAccumulateEach({ trades: (last, trade: Trade) => void (last.ticker = trade.ticker) })
    .andExportFinish(({ ticker }) => ticker)
  exactly<BatchStage<string>>()(trades.aggregateBuilder('trades').build(lastTicker))
  // @ts-expect-error: an input is missing in the operation
  three.build(both)
  // @ts-expect-error: the inputs are of other types
  quotes.aggregateBuilder('trades').add('bids', trades).build(both)
  // @ts-expect-error: an input has another name
  trades.aggregateBuilder('trades').add('quotes', quotes).build(both)
  // @ts-expect-error: the first batch is grouped, the second is not
  keyed.add('bids', quotes)
  // @ts-expect-error: the keys are of different types
  keyed.add('bids', quotes.groupingKey(byBid))
  // @ts-expect-error: the first input is a batch
  trades.aggregateBuilder('trades').add('bids', timedQuotes)
  // @ts-expect-error: the first input is a window
  windowed.aggregateBuilder('trades').add('bids', quotes)
  // @ts-expect-error: the other input of a window is grouped by another key
  cut.add('bids', timedQuotes.groupingKey(byBid))
  // @ts-expect-error: a stream without a window has no end
  timedTrades.aggregateBuilder('trades')
  // @ts-expect-error: a builder is no stage
  keyed.map((entry) => entry)
  // @ts-expect-error: the inputs of the operation have no names
  keyed.add('bids', quotes.groupingKey(byTicker)).build(aggregateOperation2(counting<Trade>(), counting<Quote>()))
}
