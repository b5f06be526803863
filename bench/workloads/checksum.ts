import { type Bid, mix } from './generator.ts'

// Hashes of result rows as WORKLOADS.md defines them. A checksum is their number and their sum: it depends on neither
// order nor threads.

const SEED = 0x811c9dc5 | 0

function fold(h: number, word: number): number {
  const folded = Math.imul(h ^ word, 0x01000193)
  return folded ^ (folded >>> 15)
}

export function bidRow({ auction, bidder, price, ts }: Bid): number {
  return mix(fold(fold(fold(fold(SEED, auction), bidder), price), ts))
}

export function windowRow(end: number, auction: number, count: number): number {
  return mix(fold(fold(fold(SEED, end), auction), count))
}

/** A sum may pass 2^32: it is two words. */
export function sumRow(key: number, sum: number): number {
  return mix(fold(fold(fold(SEED, key), sum | 0), (sum / 4_294_967_296) | 0))
}

export function wordRow(word: string, count: number): number {
  let h = SEED
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193)
  return hashedWordRow(h, count)
}

/** {@link wordRow} of a word whose FNV-1a hash is known. */
export function hashedWordRow(wordHash: number, count: number): number {
  return mix(fold(fold(SEED, wordHash), count))
}

export function checksumText(rows: number, sum: number): string {
  return `${rows}:${(sum >>> 0).toString(16).padStart(8, '0')}`
}

/** The rows that one sink has seen. */
export class RowSum {
  rows = 0
  sum = 0

  add(hash: number): void {
    this.rows++
    this.sum = (this.sum + hash) | 0
  }
}
