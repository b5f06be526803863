import type { BatchStage, Pipeline, StreamSource, StreamStage, UntimedStreamStage } from 'nacelle'

/** Items of the examples. */
export interface Trade {
  readonly ticker: string
  readonly price: number
  readonly quantity: number
  readonly timeMs: number
  readonly venue: string | null
}

/** Items of other inputs. */
export interface Quote {
  readonly ticker: string
  readonly bid: number
}

export declare const pipeline: Pipeline
export declare const trades: BatchStage<Trade>
export declare const quotes: BatchStage<Quote>
export declare const untimedTrades: UntimedStreamStage<Trade>
export declare const timedTrades: StreamStage<Trade>
export declare const timedQuotes: StreamStage<Quote>
export declare const tradeSource: StreamSource<Trade>
