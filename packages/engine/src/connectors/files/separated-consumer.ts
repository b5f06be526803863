import type { Batch } from '../../core/batch.ts'
import { beginNumbers } from '../../core/item-numbering.ts'
import { type Decode, decoderOf, type SplitConsumer, takeLine } from './split-consumer.ts'
import type { DecodableBytes, SplitReader, TextEncoding } from './split-reader.ts'
import { wordAt } from './word-consumer.ts'
import { WORD_MASKS, WordTable } from './word-table.ts'

const NEWLINE = 10
const CARRIAGE_RETURN = 13

/** Whether {@link SeparatedConsumer} can cut at this character; otherwise {@link SplittingConsumer} does. */
export function isByteSeparator(code: number): boolean {
  return code < 0x80 && code !== NEWLINE && code !== CARRIAGE_RETURN
}

/**
 * Emits the parts of lines between occurrences of one ASCII character, just as `line.split(character)` gives them,
 * empty ones included, without making the lines.
 */
export class SeparatedConsumer implements SplitConsumer {
  readonly #table: WordTable
  readonly #separator: number

  constructor(separator: number, encoding: TextEncoding) {
    this.#separator = separator
    this.#table = new WordTable(decoderOf(encoding, false))
  }

  begin(): void {}

  consume(reader: SplitReader, staging: Batch, capacity: number): void {
    const { bytes, view, limit } = reader
    const { items } = staging
    const table = this.#table
    const separator = this.#separator
    const separators = separator * 0x01010101
    const { numbering } = table
    const numbers = beginNumbers(staging, numbering, capacity)
    let at = reader.start
    let count = staging.count
    // A part begins at every position reached here: each line ends with a newline, so there is one behind a last
    // separator.
    while (at < limit && count < capacity) {
      const low = view.getInt32(at, true)
      const stops = zeroBytes(low ^ separators) | zeroBytes(low ^ 0x0a0a0a0a)
      let length: number
      if (stops !== 0) {
        length = (31 - Math.clz32(stops & -stops)) >>> 3
        if (bytes[at + length] === separator) {
          if (length === 0) items[count] = table.empty()
          else items[count] = table.short(low & WORD_MASKS[length]!, 0, length, bytes, at)
          numbers[count++] = table.number
          at += length + 1
          continue
        }
      } else {
        const high = view.getInt32(at + 4, true)
        const highStops = zeroBytes(high ^ separators) | zeroBytes(high ^ 0x0a0a0a0a)
        if (highStops !== 0) {
          length = 4 + ((31 - Math.clz32(highStops & -highStops)) >>> 3)
          if (bytes[at + length] === separator) {
            items[count] = table.short(low, high & WORD_MASKS[length - 4]!, length, bytes, at)
            numbers[count++] = table.number
            at += length + 1
            continue
          }
        } else length = lengthOfPart(bytes, at, 8, separator)
      }
      const isLast = bytes[at + length] === NEWLINE
      const trimmed = isLast && length > 0 && bytes[at + length - 1] === CARRIAGE_RETURN ? length - 1 : length
      items[count] = trimmed === 0 ? table.empty() : wordAt(table, bytes, view, at, trimmed)
      numbers[count++] = table.number
      at += length + 1
    }
    reader.start = at
    staging.count = count
    // When the table has started anew, the batch has numbers of two numberings.
    if (table.numbering !== numbering) staging.numbering = null
  }

  end(): void {}
}

function lengthOfPart(bytes: DecodableBytes, at: number, from: number, separator: number): number {
  let length = from
  for (;;) {
    const c = bytes[at + length]!
    if (c === separator || c === NEWLINE) return length
    length++
  }
}

/** The high bits of the bytes that are zero; bits above the lowest may be set wrongly. */
function zeroBytes(x: number): number {
  return (x - 0x01010101) & ~x & 0x80808080
}

/** {@link SeparatedConsumer} for all other characters: makes the line and splits it. */
export class SplittingConsumer implements SplitConsumer {
  readonly #separator: string
  readonly #decode: Decode
  /** Parts of the line at the reader's position; that stays until all have gone out. */
  #parts: readonly string[] = []
  #next = 0
  #endOfLine = 0

  constructor(separator: number, encoding: TextEncoding) {
    this.#separator = String.fromCharCode(separator)
    this.#decode = decoderOf(encoding, false)
  }

  begin(): void {}

  consume(reader: SplitReader, staging: Batch, capacity: number): void {
    while (staging.count < capacity && reader.start < reader.limit) {
      if (this.#next === this.#parts.length) {
        const { start } = reader
        this.#parts = takeLine(reader, this.#decode).split(this.#separator)
        this.#next = 0
        this.#endOfLine = reader.start
        reader.start = start
      }
      staging.items[staging.count++] = this.#parts[this.#next++]
      if (this.#next === this.#parts.length) reader.start = this.#endOfLine
    }
  }

  end(): void {}
}
