// Sources, sinks and jobs fit the stages between them.
import {
  AggregateOperations,
  type BatchSource,
  type BatchStage,
  defineJob,
  type Entry,
  type JobDefinition,
  NacelleError,
  Pipeline,
  type Sink,
  SinkBuilder,
  type SinkStage,
  Sinks,
  SourceBuilder,
  Sources,
  type StreamSource,
  TestSources,
} from 'nacelle'
import { exactly } from './exact-type.ts'
import { pipeline, type Quote, quotes, type Trade, timedTrades, trades } from './example-stages.ts'

export function sinksTakeTheItemsOfTheirStage(): void {
  exactly<SinkStage>()(trades.writeTo(Sinks.collector<Trade>([])))
  exactly<SinkStage>()(trades.writeTo(Sinks.collector<{ readonly price: number }>([])))
  exactly<SinkStage>()(trades.writeTo(Sinks.logger((trade) => trade.ticker)))
  exactly<SinkStage>()(trades.writeTo(Sinks.noop()))
  // @ts-expect-error: the array is of texts
  trades.writeTo(Sinks.collector<string>([]))
  // @ts-expect-error: the sink wants more than a trade
  trades.writeTo(Sinks.collector<Trade & { readonly broker: string }>([]))
  // @ts-expect-error: trades have no such field
  trades.writeTo(Sinks.logger((trade) => trade.symbol))
  // @ts-expect-error: what is logged is a text
  trades.writeTo(Sinks.logger((trade) => trade.price))
  // @ts-expect-error: a source is no sink
  trades.writeTo(TestSources.items(1))
  // @ts-expect-error: a builder is no sink before build()
  trades.writeTo(SinkBuilder.sink('x', () => 1).receive<Trade>(() => {}))
  // @ts-expect-error: an array is no sink: use Sinks.collector
  trades.writeTo([])
}

export function oneSinkTakesSeveralStages(): void {
  exactly<SinkStage>()(pipeline.writeTo(Sinks.collector<Trade>([]), trades, timedTrades))
  exactly<SinkStage>()(pipeline.writeTo(Sinks.collector<Trade | Quote>([]), trades, quotes))
  // @ts-expect-error: no stage at all
  pipeline.writeTo(Sinks.noop())
  // @ts-expect-error: the sink takes trades
  pipeline.writeTo(Sinks.collector<Trade>([]), quotes)
  // @ts-expect-error: the second stage is of quotes
  pipeline.writeTo(Sinks.collector<Trade>([]), trades, quotes)
  // @ts-expect-error: the sink wants more than a trade
  pipeline.writeTo(Sinks.collector<Trade & { readonly broker: string }>([]), trades)
  // @ts-expect-error: the sink comes first
  pipeline.writeTo(trades, Sinks.noop())
}

export function tablesShowFieldsOfTheirItems(): void {
  const counts = trades.groupingKey((trade) => trade.ticker).aggregate(AggregateOperations.counting())
  exactly<SinkStage>()(counts.writeTo(Sinks.table({ sort: (a, b) => b.value - a.value, limit: 10 })))
  exactly<SinkStage>()(
    counts.writeTo(Sinks.table({ columns: { ticker: (row) => row.key, trades: (row) => row.value } })),
  )
  // @ts-expect-error: an entry has no such field
  counts.writeTo(Sinks.table({ sort: (a, b) => b.count - a.count }))
  // @ts-expect-error: an entry has no such field
  counts.writeTo(Sinks.table({ columns: { ticker: (row) => row.ticker } }))
  // @ts-expect-error: an order is a number
  counts.writeTo(Sinks.table({ sort: (a, b) => a.key > b.key }))
  // @ts-expect-error: no such option
  counts.writeTo(Sinks.table({ orderBy: 'value' }))
  // @ts-expect-error: an option that is not wanted is left out
  counts.writeTo(Sinks.table({ limit: undefined }))
  // @ts-expect-error: a file sink needs a directory
  counts.writeTo(Sinks.files({ format: 'csv' }))
  // @ts-expect-error: the text is made of entries
  counts.writeTo(Sinks.files({ directory: 'out', toText: (row) => row.ticker }))
}

export function sourcesKnowTheirItems(): void {
  const columns = {
    ticker: 'string',
    price: 'number',
    venue: 'string?',
    day: (text: string) => new Date(text),
  } as const
  const rows = pipeline.readFrom(Sources.csv('trades.csv', { columns }))
  exactly<
    BatchStage<{
      readonly ticker: string
      readonly price: number
      readonly venue: string | null
      readonly day: Date
    }>
  >()(rows)
  exactly<BatchSource<string>>()(Sources.files('**/*.md'))
  exactly<BatchSource<Trade>>()(Sources.json<Trade>('trades.jsonl'))
  exactly<BatchSource<Readonly<Record<string, string>>>>()(Sources.csv('trades.csv'))
  // @ts-expect-error: there is no such column
  rows.map((row) => row.quantity)
  // @ts-expect-error: the column may be empty
  rows.groupingKey((row) => row.venue)
  // @ts-expect-error: the column is a number
  rows.map((row) => row.price.length)
  // @ts-expect-error: no such type of column
  Sources.csv('trades.csv', { columns: { price: 'decimal' } })
  // @ts-expect-error: no such option
  Sources.files('**/*.md', { recursive: true })
  // @ts-expect-error: a source of lines has no type parameter to lie with
  Sources.files<Trade>('**/*.md')
}

export function buildersFitTheirStages(): void {
  const fill = SourceBuilder.batch('trades', () => ({ next: 0 })).fillBuffer<Trade>((state, buffer) => {
    if (state.next > 0) buffer.close()
  })
  const stream = SourceBuilder.stream('quotes', () => null).fillBuffer<Quote>(() => {})
  exactly<BatchStage<Trade>>()(pipeline.readFrom(fill.build()))
  exactly<StreamSource<Quote>>()(stream.build())
  // @ts-expect-error: a builder is no source before build()
  pipeline.readFrom(fill)
  // @ts-expect-error: the source is of trades
  pipeline.readFrom(fill.build()) satisfies BatchStage<Quote>
  // @ts-expect-error: a stream source begins no batch
  pipeline.readFrom(stream.build()) satisfies BatchStage<Quote>
  // @ts-expect-error: a source of trades is none of quotes
  fill.build() satisfies BatchSource<Quote>
  // @ts-expect-error: the state has no such field
  SourceBuilder.batch('x', () => ({ next: 0 })).fillBuffer<Trade>((state) => void state.position)
  const counts = SinkBuilder.sink('counts', () => 1).receive<Entry<string, number>>(() => {})
  // @ts-expect-error: a sink of entries takes no trades
  counts.build() satisfies Sink<Trade>
}

export function jobsBuildPipelines(): void {
  exactly<JobDefinition>()(defineJob({ name: 'count' }, () => Pipeline.create()))
  exactly<JobDefinition>()(defineJob({ name: 'count' }, async (args) => (args.length > 0 ? pipeline : pipeline)))
  // @ts-expect-error: the builder answers no pipeline
  defineJob({ name: 'count' }, () => trades)
  // @ts-expect-error: nor does a sink stage count as one
  defineJob({ name: 'count' }, () => trades.writeTo(Sinks.noop()))
  // @ts-expect-error: a missing return
  defineJob({ name: 'count' }, () => void trades.writeTo(Sinks.noop()))
  // @ts-expect-error: a pipeline is built by a function, in each thread anew
  defineJob({ name: 'count' }, pipeline)
  // @ts-expect-error: a job has a name
  defineJob({}, () => pipeline)
  // @ts-expect-error: no such guarantee
  defineJob({ name: 'count', guarantee: 'mostly' }, () => pipeline)
  // @ts-expect-error: arguments are texts
  defineJob({ name: 'count' }, (args) => (args[0]! > 1 ? pipeline : pipeline).setPreserveOrder(args[1]))
  // @ts-expect-error: arguments belong to the command line
  defineJob({ name: 'count' }, (args) => (args.push('x') > 1 ? pipeline : pipeline))
  // @ts-expect-error: an error has a code first
  exactly<NacelleError>()(new NacelleError('ERR_X'))
}
