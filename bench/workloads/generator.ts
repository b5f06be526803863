// The deterministic inputs of WORKLOADS.md: each a pure function of the event number.

/** A bid of an auction house. */
export interface Bid {
  readonly auction: number
  readonly bidder: number
  readonly price: number
  /** Event time in milliseconds. */
  readonly ts: number
}

/** A trade of one of 10 000 keys. */
export interface Trade {
  readonly key: number
  readonly price: number
}

const AUCTION_SALT = 0x1b873593
const BIDDER_SALT = 0x3c6ef372
const PRICE_SALT = 0x5bd1e995
const KEY_SALT = 0x165667b1
const WORD_SALT = 0x27d4eb2f

const POOL_LINES = 50_000
/** Words of each line. */
export const WORDS_PER_LINE = 20
/** Bids of a millisecond of event time. */
export const BIDS_PER_MS = 1000

/** Scrambles 32 bits. */
export function mix(x: number): number {
  let h = x
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

function random(n: number, salt: number): number {
  return mix((n + salt) | 0)
}

export function auctionOf(n: number): number {
  const r = random(n, AUCTION_SALT)
  return (r & 1) === 0 ? Math.imul((n / 2000) | 0, 101) % 10_000 : (r >>> 1) % 10_000
}

export function bidderOf(n: number): number {
  const r = random(n, BIDDER_SALT)
  const person = (n / 50) | 0
  const frequent = Math.imul((person / 100) | 0, 100) + 1
  return ((r & 3) !== 0 ? frequent : Math.max(0, person - 999) + ((r >>> 2) % 1010)) % 250_000
}

export function priceOf(n: number): number {
  return 1 + ((random(n, PRICE_SALT) >>> 1) % 1_000_000)
}

export function keyOf(n: number): number {
  return (((random(n, KEY_SALT) >>> 1) % 625) << 4) + (n & 15)
}

export function bid(n: number, ts: number): Bid {
  return { auction: auctionOf(n), bidder: bidderOf(n), price: priceOf(n), ts }
}

export function trade(n: number): Trade {
  return { key: keyOf(n), price: priceOf(n) }
}

/** The lines that word counts read again and again. */
export function linePool(): readonly string[] {
  return Array.from({ length: POOL_LINES }, (_, line) => {
    const words = Array.from({ length: WORDS_PER_LINE }, (_, word) => {
      return `w${(random(line * WORDS_PER_LINE + word, WORD_SALT) >>> 1) % 100_000}`
    })
    // Through bytes, so that the string is flat: a rope would be flattened in the middle of a measurement.
    return Buffer.from(words.join(' '), 'latin1').toString('latin1')
  })
}
