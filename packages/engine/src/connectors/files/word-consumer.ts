import type { Batch } from '../../core/batch.ts'
import { beginNumbers } from '../../core/item-numbering.ts'
import { decoderOf, type SplitConsumer } from './split-consumer.ts'
import type { DecodableBytes, SplitReader, TextEncoding } from './split-reader.ts'
import { whiteSpaceLength } from './white-space.ts'
import { WORD_MASKS, WordTable } from './word-table.ts'

/**
 * Emits the words of lines, cut at runs of white space: what `line.split(/\s+/)` gives without the empty strings,
 * without making the lines.
 *
 * Most words are at most eight bytes of ASCII and end with a blank or a line break: those are found by two reads of
 * four bytes. Everything else goes byte by byte.
 */
export class WordConsumer implements SplitConsumer {
  readonly #table: WordTable
  readonly #isUtf8: boolean

  constructor(encoding: TextEncoding) {
    this.#isUtf8 = encoding === 'utf-8'
    this.#table = new WordTable(decoderOf(encoding, false))
  }

  begin(): void {}

  consume(reader: SplitReader, staging: Batch, capacity: number): void {
    const { bytes, view, limit } = reader
    const { items } = staging
    const table = this.#table
    const { numbering } = table
    const numbers = beginNumbers(staging, numbering, capacity)
    let at = reader.start
    let count = staging.count
    while (at < limit && count < capacity) {
      const first = bytes[at]!
      if (first === 32 || first === 10) {
        at++
        continue
      }
      const low = view.getInt32(at, true)
      const stops = ((low - 0x21212121) | low) & 0x80808080
      if (stops !== 0) {
        const length = (31 - Math.clz32(stops & -stops)) >>> 3
        const next = bytes[at + length]!
        if (length > 0 && (next === 32 || next === 10)) {
          items[count] = table.short(low & WORD_MASKS[length]!, 0, length, bytes, at)
          numbers[count++] = table.number
          at += length + 1
          continue
        }
      } else {
        const high = view.getInt32(at + 4, true)
        const highStops = ((high - 0x21212121) | high) & 0x80808080
        if (highStops !== 0) {
          const length = (31 - Math.clz32(highStops & -highStops)) >>> 3
          const next = bytes[at + 4 + length]!
          if (next === 32 || next === 10) {
            items[count] = table.short(low, high & WORD_MASKS[length]!, length + 4, bytes, at)
            numbers[count++] = table.number
            at += length + 5
            continue
          }
        }
      }
      const end = this.#endOfWord(bytes, at)
      if (end === at) at += whiteSpaceLength(bytes, at, this.#isUtf8)
      else {
        items[count] = wordAt(table, bytes, view, at, end - at)
        numbers[count++] = table.number
        at = end
      }
    }
    reader.start = at
    staging.count = count
    // When the table has started anew, the batch has numbers of two numberings.
    if (table.numbering !== numbering) staging.numbering = null
  }

  end(): void {}

  /** Where the word at `at` ends; `at` itself when there is white space. */
  #endOfWord(bytes: DecodableBytes, at: number): number {
    let end = at
    for (;;) {
      const c = bytes[end]!
      // Letters, digits and marks of ASCII cannot be white space; a newline ends every line.
      if ((c <= 32 || c >= 0x80) && whiteSpaceLength(bytes, end, this.#isUtf8) > 0) return end
      end++
    }
  }
}

/** The string of a word of any length. */
export function wordAt(table: WordTable, bytes: DecodableBytes, view: DataView, at: number, length: number): string {
  if (length > 8) return table.long(length, bytes, at)
  const low = view.getInt32(at, true) & WORD_MASKS[length < 4 ? length : 4]!
  const high = length > 4 ? view.getInt32(at + 4, true) & WORD_MASKS[length - 4]! : 0
  return table.short(low, high, length, bytes, at)
}
