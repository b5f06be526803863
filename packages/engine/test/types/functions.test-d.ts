// Functions that users give to stages: what they get, what they may answer, and what becomes of it.
import {
  type BatchStage,
  type BatchStageWithKey,
  type Entry,
  type StreamStage,
  splitBy,
  type Tokenizer,
  words,
} from 'nacelle'
import { AbstractProcessor } from 'nacelle/core'
import { exactly } from './exact-type.ts'
import { type Trade, timedTrades, trades, untimedTrades } from './example-stages.ts'

export function mapPassesOnWhatItMakes(): void {
  exactly<BatchStage<number>>()(trades.map((trade) => trade.price))
  exactly<BatchStage<{ name: string; cents: number }>>()(
    trades.map(({ ticker, price }) => ({ name: ticker, cents: price * 100 })),
  )
  exactly<BatchStage<readonly [string, number]>>()(trades.map((trade) => [trade.ticker, trade.price] as const))
  exactly<BatchStage<unknown>>()(
    trades.map((trade): unknown => trade).map((item): unknown => item) as BatchStage<unknown>,
  )
  // Null and undefined drop the item, so that they are gone from its type.
  exactly<BatchStage<string>>()(trades.map((trade) => trade.venue))
  exactly<BatchStage<number>>()(trades.map((trade) => (trade.price > 0 ? trade.price : undefined)))
  // @ts-expect-error: trades have no such field
  trades.map((trade) => trade.prize)
  // @ts-expect-error: the venue may be null
  trades.map((trade) => trade.venue.length)
  // @ts-expect-error: the function is for quotes
  trades.map((quote: { bid: number }) => quote.bid)
  // @ts-expect-error: the function wants more than an item
  trades.map((trade: Trade, index: number) => trade.price * index)
  // @ts-expect-error: an async function makes promises, not items
  trades.map(async (trade) => trade.price)
  // @ts-expect-error: so does one that makes them now and then
  trades.map((trade) => (trade.price > 0 ? trade.price : Promise.resolve(0)))
  // @ts-expect-error: what was dropped is not there any more
  trades.map((trade) => trade.venue) satisfies BatchStage<null>
  // @ts-expect-error: no function
  trades.map('price')
  // @ts-expect-error: later stages get what the earlier ones make
  trades.map((trade) => trade.price).map((price) => price.ticker)
}

export function filterNarrows(): void {
  type Listed = Trade & { readonly venue: string }
  const isListed = (trade: Trade): trade is Listed => trade.venue !== null
  exactly<BatchStage<Trade>>()(trades.filter((trade) => trade.price > 1))
  exactly<BatchStage<Listed>>()(trades.filter(isListed))
  exactly<StreamStage<Listed>>()(timedTrades.filter(isListed))
  exactly<BatchStage<string>>()(
    trades.map((trade): string | number => trade.ticker).filter((x) => typeof x === 'string'),
  )
  // @ts-expect-error: an async predicate is always true
  trades.filter(async (trade) => trade.price > 1)
  // @ts-expect-error: a predicate answers a boolean, nothing that counts as one
  trades.filter((trade) => trade.price)
  // @ts-expect-error: a predicate answers something
  trades.filter((trade) => void trade)
  // @ts-expect-error: trades have no such field
  trades.filter((trade) => trade.prize > 1)
  // @ts-expect-error: the guard is for another type
  trades.filter((x: string | number): x is string => typeof x === 'string')
  // @ts-expect-error: without the guard the venue may be null
  trades.filter((trade) => trade.price > 1).map((trade) => trade.venue.length)
}

export function flatMapTakesIterables(): void {
  exactly<BatchStage<string | number>>()(trades.flatMap((trade) => [trade.ticker, trade.price]))
  exactly<BatchStage<string>>()(trades.flatMap((trade) => [trade.venue, null, undefined]))
  exactly<BatchStage<number>>()(trades.flatMap((trade) => new Set([trade.price])))
  exactly<BatchStage<number>>()(
    trades.flatMap(function* (trade) {
      yield trade.price
      yield trade.quantity
    }),
  )
  exactly<BatchStage<string>>()(trades.map((trade) => trade.ticker).flatMap(words()))
  exactly<BatchStage<string>>()(trades.map((trade) => trade.ticker).flatMap(splitBy(',')))
  exactly<Tokenizer>()(words())
  // @ts-expect-error: an item is no iterable
  trades.flatMap((trade) => trade)
  // @ts-expect-error: nor is null: answer an empty array
  trades.flatMap((trade) => (trade.price > 0 ? [trade.price] : null))
  // @ts-expect-error: a promise is no iterable
  trades.flatMap(async (trade) => [trade.price])
  // @ts-expect-error: an async generator is no iterable
  trades.flatMap(async function* (trade) {
    yield trade.price
  })
  // @ts-expect-error: promises are no items
  trades.flatMap((trade) => [Promise.resolve(trade.price)])
  // @ts-expect-error: a tokenizer cuts text
  trades.flatMap(words())
  // @ts-expect-error: a separator is a text
  splitBy(44)
}

export function peekLogsText(): void {
  exactly<BatchStage<Trade>>()(trades.peek())
  exactly<BatchStage<Trade>>()(trades.peek((trade) => trade.ticker))
  exactly<StreamStage<Trade>>()(
    timedTrades.peek(
      (trade) => trade.price > 1,
      (trade) => trade.ticker,
    ),
  )
  // @ts-expect-error: what is logged is a text
  trades.peek((trade) => trade.price)
  const asText = (trade: Trade): string => trade.ticker
  // @ts-expect-error: an async predicate is always true
  trades.peek(async (trade: Trade) => trade.price > 1, asText)
}

export function keysAreComparedByContent(): void {
  exactly<BatchStageWithKey<Trade, string>>()(trades.groupingKey((trade) => trade.ticker))
  exactly<BatchStageWithKey<Trade, boolean>>()(trades.groupingKey((trade) => trade.price > 1))
  exactly<BatchStageWithKey<Trade, Date>>()(trades.groupingKey((trade) => new Date(trade.timeMs)))
  exactly<BatchStageWithKey<Trade, bigint>>()(trades.groupingKey((trade) => BigInt(trade.quantity)))
  exactly<BatchStageWithKey<Trade, { ticker: string; day: number }>>()(
    trades.groupingKey(({ ticker, timeMs }) => ({ ticker, day: Math.floor(timeMs / 86_400_000) })),
  )
  exactly<BatchStageWithKey<Trade, readonly [string, number]>>()(
    trades.groupingKey((trade) => [trade.ticker, trade.price] as const),
  )
  exactly<BatchStage<Trade>>()(trades.groupingKey((trade) => trade.ticker).distinct())
  exactly<BatchStage<Trade>>()(trades.distinct())
  // @ts-expect-error: null is no key
  trades.groupingKey((trade) => trade.venue)
  // @ts-expect-error: undefined is no key
  trades.groupingKey((trade) => (trade.price > 1 ? trade.ticker : undefined))
  // @ts-expect-error: nothing is no key
  trades.groupingKey((trade) => void trade)
  // @ts-expect-error: a promise is no key
  timedTrades.groupingKey(async (trade) => trade.ticker)
  // @ts-expect-error: a symbol has no content
  untimedTrades.groupingKey((trade) => Symbol(trade.ticker))
  // @ts-expect-error: a function has no content
  trades.groupingKey((trade) => () => trade.ticker)
  // @ts-expect-error: trades have no such field
  trades.groupingKey((trade) => trade.symbol)
  // @ts-expect-error: a key is taken by a function
  trades.groupingKey('ticker')
}

export function customTransformsSayWhatComesOut(): void {
  class Doubling extends AbstractProcessor {}
  const keyed = trades.groupingKey((trade) => trade.ticker)
  exactly<BatchStage<number>>()(trades.customTransform<number>('doubling', () => new Doubling()))
  exactly<BatchStage<unknown>>()(trades.customTransform('doubling', () => new Doubling()))
  exactly<BatchStage<Entry<string, number>>>()(keyed.customTransform<Entry<string, number>>('x', () => new Doubling()))
  // @ts-expect-error: a processor has to be made for each index
  trades.customTransform<number>('doubling', new Doubling())
  // @ts-expect-error: a class is no function that makes a processor
  trades.customTransform<number>('doubling', Doubling)
  // @ts-expect-error: what is made is no processor
  trades.customTransform<number>('doubling', () => ({ double: true }))
  // @ts-expect-error: the name comes first
  trades.customTransform<number>(() => new Doubling())
}
