import { readFileSync } from 'node:fs'
import { bidRow, hashedWordRow, RowSum, sumRow, windowRow, wordRow } from '../workloads/checksum.ts'
import { auctionOf, BIDS_PER_MS, bidderOf, keyOf, linePool, priceOf, WORDS_PER_LINE } from '../workloads/generator.ts'

/** A workload as the plainest loop that does it, in one thread without an engine: what JavaScript could do at best. */
export type BareLoop = (events: number, input: BareInput) => RowSum

/** What is made or read before the clock starts. */
export interface BareInput {
  readonly lines: readonly string[]
  /** The lines as bytes, each ended by a line feed. */
  readonly lineBytes: Uint8Array
  readonly textFile: string
}

/** Makes what a bare loop reads. */
export function bareInput(workload: string, textFile: string): BareInput {
  const lines = workload.startsWith('word_count') ? linePool() : []
  return { lines, lineBytes: Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'), textFile }
}

const WINDOW_MS = 10_000
const AUCTIONS = 10_000

export const BARE_LOOPS: Readonly<Record<string, BareLoop>> = {
  q1: (events) => {
    const rows = new RowSum()
    for (let n = 0; n < events; n++) {
      const price = (Math.imul(priceOf(n), 908) / 1000) | 0
      rows.add(bidRow({ auction: auctionOf(n), bidder: bidderOf(n), price, ts: (n / BIDS_PER_MS) | 0 }))
    }
    return rows
  },
  q5: (events) => hottestAuctions(events, 100),
  q5_2s: (events) => hottestAuctions(events, 2000),
  rolling_sum: (events) => {
    const rows = new RowSum()
    const sums = new Float64Array(10_000)
    for (let n = 0; n < events; n++) {
      const key = keyOf(n)
      rows.add(sumRow(key, (sums[key]! += priceOf(n))))
    }
    return rows
  },
  word_count: (events, { lineBytes }) => {
    const poolWords = lineBytes.reduce((words, byte) => (byte === SPACE || byte === LINE_FEED ? words + 1 : words), 0)
    const counts = new ByteWordCounts(lineBytes)
    for (let left = events; left > 0; left -= poolWords) counts.count(Math.min(left, poolWords))
    return counts.rows()
  },
  word_count_split: (events, { lines }) => {
    const counts = new Map<string, number>()
    for (let i = 0; i < events / WORDS_PER_LINE; i++) {
      for (const word of lines[i % lines.length]!.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
    const rows = new RowSum()
    for (const [word, count] of counts) rows.add(wordRow(word, count))
    return rows
  },
  word_count_file: (_events, { textFile }) => {
    const counts = new ByteWordCounts(readFileSync(textFile))
    counts.count(Number.POSITIVE_INFINITY)
    return counts.rows()
  },
}

/** Panes of one slide, a running total for each auction, and for each window one pass over the totals. */
function hottestAuctions(events: number, slideMs: number): RowSum {
  const panes = WINDOW_MS / slideMs
  const ring = new Int32Array(AUCTIONS * panes)
  const total = new Int32Array(AUCTIONS)
  const rows = new RowSum()
  const lastTs = ((events - 1) / BIDS_PER_MS) | 0
  const lastEnd = (Math.floor(lastTs / slideMs) + panes) * slideMs
  let n = 0
  for (let end = slideMs, p = 0; end <= lastEnd; end += slideMs, p = p + 1 === panes ? 0 : p + 1) {
    const pane = ring.subarray(p * AUCTIONS, (p + 1) * AUCTIONS)
    for (let k = 0; k < AUCTIONS; k++) total[k]! -= pane[k]!
    pane.fill(0)
    const stop = Math.min(events, end * BIDS_PER_MS)
    for (; n < stop; n++) pane[auctionOf(n)]!++
    let most = 0
    for (let k = 0; k < AUCTIONS; k++) {
      const count = (total[k]! += pane[k]!)
      if (count > most) most = count
    }
    if (most === 0) continue
    for (let k = 0; k < AUCTIONS; k++) if (total[k] === most) rows.add(windowRow(end, k, most))
  }
  return rows
}

const SPACE = 32
const LINE_FEED = 10
const SLOTS = 1 << 18

/**
 * Counts words without making strings: open hashing of FNV-1a over the bytes, words compared where they first stood.
 */
class ByteWordCounts {
  readonly #bytes: Uint8Array
  readonly #hashes = new Int32Array(SLOTS)
  readonly #starts = new Int32Array(SLOTS)
  readonly #lengths = new Int32Array(SLOTS)
  readonly #counts = new Int32Array(SLOTS)

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Counts the first words of the bytes. */
  count(wordsMax: number): void {
    const bytes = this.#bytes
    const end = bytes.length
    let words = 0
    for (let i = 0; i < end && words < wordsMax; ) {
      const start = i
      let hash = 0x811c9dc5 | 0
      for (let byte = bytes[i]!; i < end && byte !== SPACE && byte !== LINE_FEED; byte = bytes[++i]!) {
        hash = Math.imul(hash ^ byte, 0x01000193)
      }
      const length = i++ - start
      if (length === 0) continue
      this.#countWord(hash, start, length)
      words++
    }
  }

  #countWord(hash: number, start: number, length: number): void {
    const hashes = this.#hashes
    const counts = this.#counts
    for (let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      if (counts[slot] === 0) {
        hashes[slot] = hash
        this.#starts[slot] = start
        this.#lengths[slot] = length
        counts[slot] = 1
        return
      }
      if (hashes[slot] === hash && this.#lengths[slot] === length && this.#isSame(this.#starts[slot]!, start, length)) {
        counts[slot]!++
        return
      }
    }
  }

  #isSame(a: number, b: number, length: number): boolean {
    const bytes = this.#bytes
    for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false
    return true
  }

  rows(): RowSum {
    const rows = new RowSum()
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#counts[slot] !== 0) rows.add(hashedWordRow(this.#hashes[slot]!, this.#counts[slot]!))
    }
    return rows
  }
}
