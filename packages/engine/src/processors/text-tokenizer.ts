import { NO_NUMBER } from '../core/item-numbering.ts'
import type { TokenSeparator } from '../core/token-separator.ts'
import { SHORT_LENGTH_MAX, TokenTable } from './token-table.ts'

/**
 * Cuts texts into tokens, one at a time, without an array for each text: characters are read in place, and a token that
 * was seen before is answered as the same string.
 *
 * `for (let at = 0, token; (token = tokenizer.next(text, at)) !== null; at = tokenizer.position) …` gives what
 * `tokensOf(text, separator)` does.
 */
export interface TextTokenizer {
  /**
   * The next token of `text` from `from` on; null = there is none. `from` is 0 or a {@link position} in the same
   * text.
   */
  next(text: string, from: number): string | null
  /** Where to go on after the last token that {@link next} answered. */
  readonly position: number
  /** The table that keeps tokens and numbers them: it tells the number of the last token. */
  readonly table: Pick<TokenTable, 'number' | 'numbering'>
}

/** A tokenizer with a table of tokens of its own, bounded in memory. `tokensMax` limits the table, for tests. */
export function textTokenizer(separator: TokenSeparator, tokensMax?: number): TextTokenizer {
  const table = new TokenTable(tokensMax)
  return separator.kind === 'words' ? new WordTokenizer(table) : new PartTokenizer(table, separator.code)
}

/** Units between these two are neither white space nor 0: no more needs to be known of them. */
const BLANK = 0x20
const NO_BREAK_SPACE = 0xa0

/** FNV-1a over UTF-16 units. */
const HASH_SEED = 0x811c9dc5 | 0
const HASH_FACTOR = 0x01000193

class WordTokenizer implements TextTokenizer {
  position = 0
  readonly table: TokenTable

  constructor(table: TokenTable) {
    this.table = table
  }

  next(text: string, from: number): string | null {
    const end = text.length
    let at = from
    let unit = 0
    for (;;) {
      if (at >= end) return null
      unit = text.charCodeAt(at)
      if (unit > BLANK && unit < NO_BREAK_SPACE) break
      if (!isWhiteSpace(unit)) return this.#longWord(text, at)
      at++
    }
    const start = at
    let low = 0
    let high = 0
    do {
      high = (high << 8) | (low >>> 24)
      low = (low << 8) | unit
      if (++at >= end) break
      unit = text.charCodeAt(at)
    } while (unit > BLANK && unit < NO_BREAK_SPACE)
    if (at - start > SHORT_LENGTH_MAX || (at < end && !isWhiteSpace(unit))) return this.#longWord(text, start)
    this.position = at
    return this.table.short(low, high, text, start, at)
  }

  #longWord(text: string, start: number): string {
    const end = text.length
    let at = start
    let hash = HASH_SEED
    for (; at < end; at++) {
      const unit = text.charCodeAt(at)
      if ((unit <= BLANK || unit >= NO_BREAK_SPACE) && isWhiteSpace(unit)) break
      hash = Math.imul(hash ^ unit, HASH_FACTOR)
    }
    this.position = at
    return this.table.long(hash, text, start, at)
  }
}

/** Cuts at one character. `position` is one behind the end when the last token is answered: it may be an empty one. */
class PartTokenizer implements TextTokenizer {
  position = 0
  readonly table: TokenTable
  readonly #separator: number

  constructor(table: TokenTable, separator: number) {
    this.table = table
    this.#separator = separator
  }

  next(text: string, from: number): string | null {
    const end = text.length
    const separator = this.#separator
    if (from > end) return null
    let at = from
    let low = 0
    let high = 0
    while (at < end) {
      const unit = text.charCodeAt(at)
      if (unit === separator) break
      // One comparison for both: 0 and what does not fit into a byte.
      if ((unit - 1) >>> 0 > 0xfe) return this.#longPart(text, from)
      high = (high << 8) | (low >>> 24)
      low = (low << 8) | unit
      at++
    }
    if (at - from > SHORT_LENGTH_MAX) return this.#longPart(text, from)
    this.position = at + 1
    if (at > from) return this.table.short(low, high, text, from, at)
    this.table.number = NO_NUMBER
    return ''
  }

  #longPart(text: string, from: number): string {
    const end = text.length
    const separator = this.#separator
    let at = from
    let hash = HASH_SEED
    for (; at < end; at++) {
      const unit = text.charCodeAt(at)
      if (unit === separator) break
      hash = Math.imul(hash ^ unit, HASH_FACTOR)
    }
    this.position = at + 1
    return this.table.long(hash, text, from, at)
  }
}

/** Whether a UTF-16 unit is what `\s` matches in regular expressions. No character beyond the first plane is. */
export function isWhiteSpace(unit: number): boolean {
  if (unit < NO_BREAK_SPACE) return unit === BLANK || (unit >= 9 && unit <= 13)
  if (unit < 0x1680) return unit === NO_BREAK_SPACE
  if (unit < 0x2000) return unit === 0x1680
  if (unit <= 0x200a) return true
  return unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f || unit === 0x3000 || unit === 0xfeff
}

/**
 * The tokens of a text from a position on, for whoever reads them one by one. Its answers are one object, used again.
 */
export class TokenIterator implements Iterator<string> {
  readonly #tokenizer: TextTokenizer
  readonly #text: string
  #position: number
  readonly #answer = { done: false, value: '' }

  constructor(tokenizer: TextTokenizer, text: string, position: number) {
    this.#tokenizer = tokenizer
    this.#text = text
    this.#position = position
  }

  next(): IteratorResult<string, string> {
    const token = this.#tokenizer.next(this.#text, this.#position)
    const answer = this.#answer
    if (token === null) {
      answer.done = true
      answer.value = ''
    } else {
      answer.value = token
      this.#position = this.#tokenizer.position
    }
    return answer as IteratorResult<string, string>
  }
}
