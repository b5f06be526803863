import type { Batch } from '../../core/batch.ts'
import { type DecodableBytes, indexOfNewline, type SplitReader, type TextEncoding } from './split-reader.ts'

/** Makes items of the lines of splits. One for each processor. */
export interface SplitConsumer {
  /** A new split has begun; its first lines are there. */
  begin(reader: SplitReader): void
  /** Takes lines of the reader and adds items to `staging` up to `capacity`; may leave lines. */
  consume(reader: SplitReader, staging: Batch, capacity: number): void
  /** The split is over. */
  end(reader: SplitReader): void
  /** The processor closes. */
  close?(): void
}

const CARRIAGE_RETURN = 13

/** Emits each line as a string. */
export class LineConsumer implements SplitConsumer {
  readonly #encoding: TextEncoding

  constructor(encoding: TextEncoding) {
    this.#encoding = encoding
  }

  begin(): void {}

  consume(reader: SplitReader, staging: Batch, capacity: number): void {
    const { bytes, view, limit } = reader
    const { items } = staging
    const isUtf8 = this.#encoding === 'utf-8'
    let { start, lines } = reader
    let count = staging.count
    while (count < capacity && start < limit) {
      const newline = indexOfNewline(bytes, view, start)
      const end = newline > start && bytes[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline
      items[count++] = isUtf8 ? bytes.utf8Slice(start, end) : bytes.latin1Slice(start, end)
      start = newline + 1
      lines++
    }
    reader.start = start
    reader.lines = lines
    staging.count = count
  }

  end(): void {}
}

/** Takes the next line of a reader that has one, without its end of line. */
export function takeLine(reader: SplitReader, decode: Decode): string {
  const { bytes, view, start } = reader
  const newline = indexOfNewline(bytes, view, start)
  const end = newline > start && bytes[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline
  reader.start = newline + 1
  reader.lines++
  return decode(bytes, start, end)
}

/** {@link LineConsumer} for decoders of any kind. */
export class DecodedLineConsumer implements SplitConsumer {
  readonly #decode: Decode

  constructor(decode: Decode) {
    this.#decode = decode
  }

  begin(): void {}

  consume(reader: SplitReader, staging: Batch, capacity: number): void {
    while (staging.count < capacity && reader.start < reader.limit)
      staging.items[staging.count++] = takeLine(reader, this.#decode)
  }

  end(): void {}
}

/** Decodes bytes of text. */
export type Decode = (bytes: DecodableBytes, from: number, to: number) => string

/**
 * The decoder of an encoding.
 *
 * @param strict true: bytes that are not UTF-8 are an error instead of U+FFFD
 */
export function decoderOf(encoding: TextEncoding, strict: boolean): Decode {
  if (encoding === 'latin1') return (bytes, from, to) => bytes.latin1Slice(from, to)
  if (!strict) return (bytes, from, to) => bytes.utf8Slice(from, to)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return (bytes, from, to) => decoder.decode(bytes.subarray(from, to))
}
