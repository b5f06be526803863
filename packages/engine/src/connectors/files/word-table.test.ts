import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decoderOf } from './split-consumer.ts'
import type { DecodableBytes } from './split-reader.ts'
import { wordAt } from './word-consumer.ts'
import { WordTable } from './word-table.ts'

function lookUp(table: WordTable, word: string): string {
  const bytes = Buffer.from(`..${word}${'.'.repeat(16)}`) as unknown as DecodableBytes
  return wordAt(
    table,
    bytes,
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    2,
    Buffer.byteLength(word),
  )
}

const word = fc.oneof(
  fc.stringMatching(/^[ab\u0000]{1,10}$/),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => !/[\ud800-\udfff](?![\udc00-\udfff])/u.test(text)),
  fc.integer({ min: 100, max: 200 }).map((length) => 'x'.repeat(length)),
)

describe('WordTable', () => {
  it('answers the very word, however often it starts anew', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 200 }), fc.constantFrom(1, 3, 50, undefined), (words, wordsMax) => {
        const table = new WordTable(decoderOf('utf-8', false), wordsMax)
        for (const text of [...words, ...words]) {
          expect(lookUp(table, text)).toBe(text)
          expect(table.size).toBeLessThan(wordsMax ?? Number.POSITIVE_INFINITY)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('keeps each word once and grows', () => {
    let decoded = 0
    const table = new WordTable((bytes, from, to) => {
      decoded++
      return bytes.utf8Slice(from, to)
    })
    const words = Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? `w${i}` : `a-long-word-${i}`))
    for (let round = 0; round < 2; round++) expect(words.map((text) => lookUp(table, text))).toEqual(words)
    expect([table.size, decoded]).toEqual([20_000, 20_000])
  })

  it('does not keep what hardly ever repeats: very long words', () => {
    const table = new WordTable(decoderOf('utf-8', false))
    lookUp(table, 'x'.repeat(129))
    expect(table.size).toBe(0)
  })
})
