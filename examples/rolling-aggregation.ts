import { AggregateOperations, defineJob, Pipeline, type ProcessorContext, SinkBuilder, SourceBuilder } from 'nacelle'

const TICKERS = ['AAPL', 'ADBE', 'AMD', 'AMZN', 'AVGO', 'BIDU', 'CSCO', 'EBAY', 'GOOG', 'INTC']

const TRADES_PER_SECOND = 3000
const TABLE_PERIOD_MS = 1000

interface Trade {
  readonly ticker: string
  readonly quantity: number
  /** In cents. */
  readonly price: number
}

/** A ticker, and its volume so far; there is one after each trade. */
interface Volume {
  readonly key: string
  readonly value: number
}

/**
 * The rolling sum of prices by ticker. `jet run examples/rolling-aggregation.ts` goes on, 3000 trades a second, and
 * shows the volumes each second until Ctrl-C; with a number behind it, so many trades run as fast as they can.
 */
export default defineJob({ name: 'rolling-aggregation' }, ([count]) => {
  const pipeline = Pipeline.create()
  const volume = AggregateOperations.summingLong((trade: Trade) => trade.quantity * trade.price)
  const table = volumeTable()
  if (count === undefined) {
    const trades = pipeline.readFrom(endlessTrades()).withoutTimestamps()
    trades
      .groupingKey((trade) => trade.ticker)
      .rollingAggregate(volume)
      .writeTo(table)
  } else {
    if (!/^\d+$/.test(count)) throw new Error(`the number of trades must be a whole number, not '${count}'`)
    const trades = pipeline.readFrom(someTrades(Number(count)))
    trades
      .groupingKey((trade) => trade.ticker)
      .rollingAggregate(volume)
      .writeTo(table)
  }
  return pipeline
})

/** The same trades each time: their numbers, scattered by a multiplication. */
function tradeOf(sequence: number): Trade {
  const scattered = Math.imul(sequence + 1, 0x9e3779b1) >>> 0
  return { ticker: TICKERS[scattered % TICKERS.length]!, quantity: 1, price: (scattered >>> 8) % 5000 }
}

function endlessTrades() {
  return SourceBuilder.stream('trades', () => ({ startMs: Date.now(), next: 0 }))
    .fillBuffer<Trade>((state, buffer) => {
      const due = Math.floor(((Date.now() - state.startMs) * TRADES_PER_SECOND) / 1000)
      while (state.next < due && buffer.size < buffer.capacity) buffer.add(tradeOf(state.next++))
    })
    .build()
}

function someTrades(count: number) {
  return SourceBuilder.batch('trades', () => ({ next: 0 }))
    .fillBuffer<Trade>((state, buffer) => {
      while (state.next < count && buffer.size < buffer.capacity) buffer.add(tradeOf(state.next++))
      if (state.next >= count) buffer.close()
    })
    .build()
}

/** Keeps the latest volume of each ticker; shows all of them now and then, and at the end. */
class VolumeTable {
  readonly #context: ProcessorContext
  readonly #volumes = new Map<string, number>()
  #nextMs = Date.now() + TABLE_PERIOD_MS

  constructor(context: ProcessorContext) {
    this.#context = context
  }

  put({ key, value }: Volume): void {
    this.#volumes.set(key, value)
  }

  showWhenDue(): void {
    if (Date.now() < this.#nextMs) return
    this.#nextMs = Date.now() + TABLE_PERIOD_MS
    this.show()
  }

  show(): void {
    const rows = [...this.#volumes].toSorted(([a], [b]) => (a < b ? -1 : 1))
    const lines = rows.map(([ticker, volume]) => `${ticker.padEnd(5)} ${(volume / 100).toFixed(2).padStart(14)}\n`)
    this.#context.platform.output.write(`${lines.join('')}\n`)
  }
}

function volumeTable() {
  return SinkBuilder.sink('volume-by-ticker', (context) => new VolumeTable(context))
    .receive<Volume>((table, volume) => table.put(volume))
    .flush((table) => table.showWhenDue())
    .destroy((table) => table.show())
    .build()
}
