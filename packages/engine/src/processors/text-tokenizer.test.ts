import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TokenSeparator, tokensOf } from '../core/token-separator.ts'
import { isWhiteSpace, type TextTokenizer, TokenIterator, textTokenizer } from './text-tokenizer.ts'

function tokensBy(tokenizer: TextTokenizer, text: string): string[] {
  const tokens: string[] = []
  let at = 0
  for (;;) {
    const token = tokenizer.next(text, at)
    if (token === null) return tokens
    tokens.push(token)
    at = tokenizer.position
  }
}

/**
 * Pieces that meet the borders of the fast paths: odd white space, control characters, halves of pairs, lengths about
 * 8.
 */
const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ' ',
      '  ',
      '\t',
      '\n',
      ',',
      ',,',
      '\u00a0',
      '\u1680',
      '\u2003',
      '\u3000',
      '\ufeff',
      '\u2028',
    ),
  },
  fc.constantFrom('\0', '\u0001', '\u001f', '\u0085', '\u00ff', '\u0100', '\u180e', '\u200b', '\ud83d', '\ude00', '😀'),
  fc.constantFrom(
    'abcdefg',
    'abcdefgh',
    'abcdefghi',
    'aaaaaaaaaaaaaaaaaaaaaaaaa',
    '\0a',
    'a',
    'na\u00efve',
    'жук',
    '\u0200b',
    '\u0002b',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))

const separator: fc.Arbitrary<TokenSeparator> = fc.oneof(
  fc.constant<TokenSeparator>({ kind: 'words' }),
  fc
    .oneof(fc.constantFrom(...' ,\0a\ud83d\ude00\u00ff\u0100'.split('').map((c) => c.charCodeAt(0))), fc.nat(0xffff))
    .map((code): TokenSeparator => ({ kind: 'character', code })),
)

describe('a text tokenizer', () => {
  it('gives what split gives, for any texts one after another, however small its table', () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 8 }),
        separator,
        fc.integer({ min: 1, max: 40 }),
        (texts, separator, tokensMax) => {
          const tokenizer = textTokenizer(separator, tokensMax)
          for (const text of [...texts, ...texts]) expect(tokensBy(tokenizer, text)).toEqual(tokensOf(text, separator))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('agrees with split while its tables grow, for short and long tokens', () => {
    const tokenizer = textTokenizer({ kind: 'words' })
    const line = (i: number) => `${i} w${i} number-${i} ${'x'.repeat(i % 300)} ж${i}`
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 30_000; i++)
        expect(tokensBy(tokenizer, line(i))).toEqual(line(i).split(/\s+/).filter(Boolean))
    }
  })

  it('knows the white space of regular expressions', () => {
    for (let unit = 0; unit <= 0xffff; unit++) expect(isWhiteSpace(unit)).toBe(/\s/.test(String.fromCharCode(unit)))
  })

  it('cuts a string that was put together or cut out of another one', () => {
    const long = `${'y'.repeat(50)} one two `.repeat(3)
    const cut = long.slice(20, 100)
    expect(tokensBy(textTokenizer({ kind: 'words' }), cut)).toEqual(cut.split(/\s+/).filter(Boolean))
    expect(tokensBy(textTokenizer({ kind: 'words' }), long + cut)).toEqual((long + cut).split(/\s+/).filter(Boolean))
  })
})

describe('a token iterator', () => {
  it('goes on from a position', () => {
    const tokenizer = textTokenizer({ kind: 'character', code: 44 })
    expect(tokenizer.next('a,b,', 0)).toBe('a')
    const rest = new TokenIterator(tokenizer, 'a,b,', tokenizer.position)
    const tokens: string[] = []
    for (let next = rest.next(); next.done !== true; next = rest.next()) tokens.push(next.value)
    expect(tokens).toEqual(['b', ''])
    expect(rest.next().done).toBe(true)
  })
})
