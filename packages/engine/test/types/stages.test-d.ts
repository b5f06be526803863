// Which stages go together: batches and streams, with and without timestamps, windows and keys.
import {
  type BatchKind,
  type BatchStage,
  type BatchStageWithKey,
  type GeneralStage,
  type ItemStage,
  Pipeline,
  type SinkStage,
  Sinks,
  type Stage,
  type StageKind,
  type StageOf,
  type StageWithKeyAndWindow,
  type StageWithWindow,
  type StreamKind,
  type StreamSourceStage,
  type StreamStage,
  type StreamStageWithKey,
  sliding,
  type TestEvent,
  TestSources,
  tumbling,
  type UntimedStreamStage,
  type UntimedStreamStageWithKey,
  words,
} from 'nacelle'
import { exactly } from './exact-type.ts'
import {
  pipeline,
  type Quote,
  quotes,
  type Trade,
  timedQuotes,
  timedTrades,
  tradeSource,
  trades,
  untimedTrades,
} from './example-stages.ts'

export function sourcesBeginStagesOfTheirKind(): void {
  exactly<BatchStage<string>>()(pipeline.readFrom(TestSources.items('a', 'b')))
  exactly<StreamSourceStage<Trade>>()(pipeline.readFrom(tradeSource))
  exactly<StreamSourceStage<TestEvent>>()(pipeline.readFrom(TestSources.itemStream(10)))
  // @ts-expect-error: pipelines are made by Pipeline.create()
  exactly<Pipeline>()(new Pipeline())
  // @ts-expect-error: an array is no source
  pipeline.readFrom([1, 2, 3])
  // @ts-expect-error: a sink is no source
  pipeline.readFrom(Sinks.noop())
}

export function timestampsAreChosenOnce(): void {
  const source = pipeline.readFrom(tradeSource)
  exactly<UntimedStreamStage<Trade>>()(source.withoutTimestamps())
  exactly<StreamStage<Trade>>()(source.withIngestionTimestamps())
  exactly<StreamStage<Trade>>()(source.withNativeTimestamps(0))
  exactly<StreamStage<Trade>>()(source.withTimestamps((trade) => trade.timeMs, 100))
  exactly<StreamStage<Trade>>()(trades.addTimestamps((trade) => trade.timeMs, 100))
  exactly<StreamStage<Trade>>()(untimedTrades.addTimestamps((trade) => trade.timeMs, 100))
  // @ts-expect-error: a stream source has to say where its timestamps come from
  source.map((trade: Trade) => trade.price)
  // @ts-expect-error: nor can it be written before
  source.writeTo(Sinks.noop())
  // @ts-expect-error: the allowed lag is missing
  source.withNativeTimestamps()
  // @ts-expect-error: the allowed lag is missing
  source.withTimestamps((trade) => trade.timeMs)
  // @ts-expect-error: trades have no such field
  source.withTimestamps((trade) => trade.time, 0)
  // @ts-expect-error: a timestamp is a number, not a text
  source.withTimestamps((trade) => trade.ticker, 0)
  // @ts-expect-error: a timestamp is a number, not a Date
  untimedTrades.addTimestamps((trade) => new Date(trade.timeMs), 0)
  // @ts-expect-error: a timestamp is a number, not a bigint
  trades.addTimestamps((trade) => BigInt(trade.timeMs), 0)
  // @ts-expect-error: a timestamp function is synchronous
  trades.addTimestamps(async (trade) => trade.timeMs, 0)
  // @ts-expect-error: nor may it answer nothing
  trades.addTimestamps((trade) => (trade.price > 0 ? trade.timeMs : undefined), 0)
  // @ts-expect-error: this stream has timestamps already
  timedTrades.addTimestamps((trade: Trade) => trade.timeMs, 0)
  // @ts-expect-error: a lag is a number of milliseconds
  trades.addTimestamps((trade) => trade.timeMs, '1s')
}

export function windowsNeedEventTime(): void {
  exactly<StageWithWindow<Trade, StreamKind>>()(timedTrades.window(tumbling(1000)))
  exactly<StageWithKeyAndWindow<Trade, string, StreamKind>>()(
    timedTrades.window(sliding(1000, 10)).groupingKey((trade) => trade.ticker),
  )
  exactly<StageWithKeyAndWindow<Trade, string, StreamKind>>()(
    timedTrades.groupingKey((trade) => trade.ticker).window(tumbling(1000)),
  )
  // @ts-expect-error: a batch has no event time
  trades.window(tumbling(1000))
  // @ts-expect-error: a stream without timestamps has no event time
  untimedTrades.window(tumbling(1000))
  // @ts-expect-error: nor has it when it is grouped
  untimedTrades.groupingKey((trade) => trade.ticker).window(tumbling(1000))
  // @ts-expect-error: nor has a grouped batch
  trades.groupingKey((trade) => trade.ticker).window(tumbling(1000))
  // @ts-expect-error: a window is defined by tumbling or sliding
  timedTrades.window(1000)
  // @ts-expect-error: the step is missing
  timedTrades.window(sliding(1000))
  // @ts-expect-error: there is one window at a time
  timedTrades.window(tumbling(1000)).window(tumbling(1000))
}

export function halvesAreNoStages(): void {
  const windowed = timedTrades.window(tumbling(1000))
  const keyed = trades.groupingKey((trade) => trade.ticker)
  exactly<BatchStageWithKey<Trade, string>>()(keyed)
  exactly<StreamStageWithKey<Trade, string>>()(timedTrades.groupingKey((trade) => trade.ticker))
  exactly<UntimedStreamStageWithKey<Trade, string>>()(untimedTrades.groupingKey((trade) => trade.ticker))
  // @ts-expect-error: a window is no stage before it is aggregated
  windowed.map((trade: Trade) => trade.price)
  // @ts-expect-error: a window is no stage before it is aggregated
  windowed.writeTo(Sinks.noop())
  // @ts-expect-error: a window with a key is no stage before it is aggregated
  windowed.groupingKey((trade) => trade.ticker).writeTo(Sinks.noop())
  // @ts-expect-error: a grouped stage is no stage before it is aggregated
  keyed.map((trade: Trade) => trade.price)
  // @ts-expect-error: a grouped stage is no stage before it is aggregated
  keyed.writeTo(Sinks.noop())
  // @ts-expect-error: a grouped stage cannot be merged
  trades.merge(keyed)
  // @ts-expect-error: a grouped stage cannot be written
  pipeline.writeTo(Sinks.noop(), keyed)
  // @ts-expect-error: nothing comes out of a sink
  trades.writeTo(Sinks.noop()).map((trade: Trade) => trade)
  // @ts-expect-error: nothing comes out of a sink
  trades.merge(trades.writeTo(Sinks.noop()))
}

export function onlyLikeStagesMerge(): void {
  exactly<BatchStage<Trade>>()(trades.merge(trades))
  exactly<BatchStage<Trade | Quote>>()(trades.merge(quotes))
  exactly<StreamStage<Trade | Quote>>()(timedTrades.merge(timedQuotes))
  exactly<UntimedStreamStage<Trade | string>>()(untimedTrades.merge(untimedTrades.map((trade) => trade.ticker)))
  // @ts-expect-error: a batch and a stream cannot be merged
  trades.merge(untimedTrades)
  // @ts-expect-error: a batch and a stream cannot be merged
  timedTrades.merge(trades)
  // @ts-expect-error: the other stream has no timestamps
  timedTrades.merge(untimedTrades)
  // @ts-expect-error: the other stream has timestamps
  untimedTrades.merge(timedTrades)
  // @ts-expect-error: a source is no stage
  trades.merge(TestSources.items(1))
}

export function transformsKeepTheKindOfStage(): void {
  exactly<BatchStage<string>>()(trades.map((trade) => trade.ticker).flatMap(words()))
  exactly<UntimedStreamStage<number>>()(untimedTrades.filter((trade) => trade.price > 1).map((trade) => trade.price))
  exactly<StreamStage<number>>()(timedTrades.peek().map((trade) => trade.price))
  exactly<StreamStage<Trade>>()(timedTrades.setName('trades').setLocalParallelism(2))
  exactly<SinkStage>()(trades.writeTo(Sinks.noop()).setName('nowhere').setLocalParallelism(1))
  // @ts-expect-error: a name is a text
  trades.setName(1)
  // @ts-expect-error: a number of processors is a number
  trades.setLocalParallelism('2')
}

export function partsOfPipelinesAreFunctions(): void {
  const prices = (stage: BatchStage<Trade>): BatchStage<number> => stage.map((trade) => trade.price)
  exactly<BatchStage<number>>()(trades.apply(prices))
  exactly<StreamStage<string>>()(timedTrades.apply((stage) => stage.map((trade) => trade.ticker)))
  const anyPrices = <F extends StageKind>(stage: GeneralStage<Trade, F>): StageOf<F, number> =>
    stage.map((trade) => trade.price)
  exactly<BatchStage<number>>()(anyPrices<BatchKind>(trades))
  exactly<StreamStage<number>>()(anyPrices<StreamKind>(timedTrades))
  // @ts-expect-error: the function is for trades
  quotes.apply(prices)
  // @ts-expect-error: the function is for batches
  timedTrades.apply(prices)
}

export function stagesAreCovariant(): void {
  trades satisfies BatchStage<{ readonly price: number }>
  trades satisfies ItemStage<unknown>
  timedTrades satisfies ItemStage<{ readonly ticker: string }>
  trades satisfies Stage
  // @ts-expect-error: trades have no bid
  trades satisfies BatchStage<Quote>
  // @ts-expect-error: a batch is no stream
  trades satisfies StreamStage<Trade>
  // @ts-expect-error: a stream without timestamps is none with
  untimedTrades satisfies StreamStage<Trade>
  // @ts-expect-error: and the other way about
  timedTrades satisfies UntimedStreamStage<Trade>
  // @ts-expect-error: the key is a text
  trades.groupingKey((trade) => trade.ticker) satisfies BatchStageWithKey<Trade, number>
}

export function nothingIsAny(): void {
  // @ts-expect-error: control: the comparison of types does not take any for an answer
  exactly<BatchStage<number>>()(trades.map((trade) => JSON.parse(trade.ticker)))
  // @ts-expect-error: control: nor does any equal what is asked
  exactly<ReturnType<typeof JSON.parse>>()(trades)
  // @ts-expect-error: control: readonly counts
  exactly<{ n: number }>()({ n: 1 } as { readonly n: number })
}
