import {
  AggregateOperation,
  AggregateOperations,
  type KeyedWindowResult,
  type StreamStage,
  sliding,
  tumbling,
  type WindowResult,
} from 'nacelle'
import { windowRow } from './checksum.ts'
import type { Bid } from './generator.ts'

/** The auctions with the largest count of bids in one window, all ties. */
export interface Hottest {
  count: number
  auctions: number[]
}

type AuctionCount = KeyedWindowResult<number, number>

function addAuction(hottest: Hottest, auction: number, count: number): void {
  if (count < hottest.count) return
  if (count > hottest.count) {
    hottest.count = count
    hottest.auctions.length = 0
  }
  hottest.auctions.push(auction)
}

const hottest = AggregateOperation.named('hottest')
  .withCreate((): Hottest => ({ count: 0, auctions: [] }))
  .andAccumulate((hottest, { key, result }: AuctionCount) => addAuction(hottest, key, result))
  .andCombine((hottest, other) => {
    for (const auction of other.auctions) addAuction(hottest, auction, other.count)
  })
  .andExport(({ count, auctions }) => ({ count, auctions: [...auctions] }))
  .andFinish((hottest) => hottest)

/** Counts bids by auction in sliding windows, then keeps the auctions that lead in each window. */
export function hottestAuctions(
  bids: StreamStage<Bid>,
  window: { readonly sizeMs: number; readonly slideByMs: number },
): StreamStage<WindowResult<Hottest>> {
  return bids
    .groupingKey((bid) => bid.auction)
    .window(sliding(window.sizeMs, window.slideByMs))
    .aggregate(AggregateOperations.counting())
    .window(tumbling(window.slideByMs))
    .aggregate(hottest)
}

/** The rows of a window, as their hashes. */
export function windowRows({ end, result }: WindowResult<Hottest>): number[] {
  return result.auctions.map((auction) => windowRow(end, auction, result.count))
}
