const PRIME_1 = 0x9e3779b1 | 0
const PRIME_2 = 0x85ebca77 | 0
const PRIME_3 = 0xc2b2ae3d | 0

/** A checksum of 64 bits, as two words. */
export interface Checksum {
  readonly low: number
  readonly high: number
}

/**
 * Four lanes of multiply and rotate, as xxHash has them, over the words `from` ≤ i < `to`. Each step is reversible, so
 * that no single changed word goes unseen; what is lost is only in the folding of 128 bits to 64. It finds damage, not
 * malice: whole blobs carry a SHA-256.
 */
export function checksumOf(words: Int32Array, from: number, to: number): Checksum {
  let a = (PRIME_1 + PRIME_2) | 0
  let b = PRIME_2
  let c = 0
  let d = -PRIME_1 | 0
  let i = from
  for (; i + 4 <= to; i += 4) {
    a = step(a, words[i]!)
    b = step(b, words[i + 1]!)
    c = step(c, words[i + 2]!)
    d = step(d, words[i + 3]!)
  }
  for (; i < to; i++) a = step(a, words[i]!)
  a = (a + (to - from)) | 0
  return {
    low: finish(rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)),
    high: finish(Math.imul(a ^ rotate(c, 16), PRIME_3) + Math.imul(rotate(b, 11) ^ rotate(d, 22), PRIME_1)),
  }
}

function step(lane: number, word: number): number {
  const mixed = (lane + Math.imul(word, PRIME_2)) | 0
  return Math.imul((mixed << 13) | (mixed >>> 19), PRIME_1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function finish(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 15), PRIME_2)
  h = Math.imul(h ^ (h >>> 13), PRIME_3)
  return h ^ (h >>> 16)
}
