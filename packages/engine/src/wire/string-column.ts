import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'
import { DICTIONARY_COLUMN, LATIN1_COLUMN, UTF16_COLUMN } from './column-tags.ts'
import { NOT_LATIN1 } from './value-tags.ts'
import { WireError } from './wire-error.ts'

/** Up to this mean length a loop over the characters is quicker than joining the strings and copying the whole. */
const SHORT_TEXT = 20
/** How many strings are looked at to find out whether a dictionary pays. */
const SAMPLE = 64
/**
 * Strings are decoded together up to so many characters: V8's substrings keep the text that they were cut from in
 * memory.
 */
const CHUNK_CHARS = 256

/** Writes columns of strings. */
export class StringColumnWriter {
  private readonly out: ByteWriter
  private readonly indexes: Map<string, number> = new Map()
  private readonly distinct: string[] = []

  constructor(out: ByteWriter) {
    this.out = out
  }

  /** Writes `values[from..to)`; false = one of them is no string, and nothing was written. */
  write(values: readonly unknown[], from: number, to: number): boolean {
    if (to - from >= SAMPLE && this.repeats(values, from)) return this.dictionary(values, from, to)
    return this.plain(values, from, to)
  }

  /** Whether at most half of a sample are distinct. */
  private repeats(values: readonly unknown[], from: number): boolean {
    const { indexes } = this
    for (let i = from; i < from + SAMPLE; i++) indexes.set(values[i] as string, 0)
    const repeats = indexes.size * 2 <= SAMPLE
    indexes.clear()
    return repeats
  }

  private dictionary(values: readonly unknown[], from: number, to: number): boolean {
    const { out, indexes, distinct } = this
    const n = to - from
    const start = out.position
    out.ensure(8 + n * 4)
    const { i32 } = out
    let at = (start >> 2) + 2
    let i = from
    let previous: unknown
    let index = 0
    for (; i < to; i++) {
      const value = values[i]
      if (typeof value !== 'string') break
      if (value !== previous) {
        const known = indexes.get(value)
        index = known ?? distinct.length
        if (known === undefined) {
          indexes.set(value, index)
          distinct.push(value)
        }
        previous = value
      }
      i32[at++] = index
    }
    const complete = i === to
    if (complete) {
      i32[start >> 2] = DICTIONARY_COLUMN
      i32[(start >> 2) + 1] = distinct.length
      out.position = start + 8 + n * 4
      out.align()
      this.plain(distinct, 0, distinct.length)
    }
    indexes.clear()
    distinct.length = 0
    return complete
  }

  private plain(values: readonly unknown[], from: number, to: number): boolean {
    const { out } = this
    const n = to - from
    const start = out.position
    out.ensure(8 + n * 4)
    const { i32 } = out
    let at = (start >> 2) + 2
    let total = 0
    for (let i = from; i < to; i++) {
      const value = values[i]
      if (typeof value !== 'string') return false
      i32[at++] = value.length
      total += value.length
    }
    out.position = start + 8 + n * 4
    const latin1 = total <= n * SHORT_TEXT ? this.shortTexts(values, from, to, total) : this.longTexts(values, from, to)
    out.i32[start >> 2] = latin1 ? LATIN1_COLUMN : UTF16_COLUMN
    out.align()
    return true
  }

  private shortTexts(values: readonly unknown[], from: number, to: number, total: number): boolean {
    const { out } = this
    out.ensure(total * 2 + 8)
    const { u8 } = out
    let at = out.position
    let seen = 0
    for (let i = from; i < to; i++) {
      const value = values[i] as string
      for (let j = 0; j < value.length; j++) {
        const code = value.charCodeAt(j)
        seen |= code
        u8[at++] = code
      }
    }
    if (seen <= 0xff) {
      out.position = at
      return true
    }
    at = out.position
    for (let i = from; i < to; i++) {
      const value = values[i] as string
      for (let j = 0; j < value.length; j++) {
        const code = value.charCodeAt(j)
        u8[at++] = code
        u8[at++] = code >> 8
      }
    }
    out.position = at
    return false
  }

  private longTexts(values: readonly unknown[], from: number, to: number): boolean {
    const { out } = this
    const text = (from === 0 && to === values.length ? values : values.slice(from, to)).join('')
    const latin1 = !NOT_LATIN1.test(text)
    const bytes = latin1 ? text.length : text.length * 2
    out.ensure(bytes)
    out.text.write(text, out.position, bytes, latin1 ? 'latin1' : 'utf16le')
    out.position += bytes
    return latin1
  }
}

/**
 * Reads a column of strings of which the tag has been read: `count` strings into `out` from `at` on.
 *
 * @throws WireError when the bytes make no sense
 */
export function readStrings(from: ByteReader, tag: number, out: unknown[], at: number, count: number): void {
  if (tag === DICTIONARY_COLUMN) readDictionary(from, out, at, count)
  else readTexts(from, tag, out, at, count)
}

function readDictionary(from: ByteReader, out: unknown[], at: number, count: number): void {
  const size = from.word()
  from.need(count * 4)
  const { i32 } = from
  const first = from.position >> 2
  from.position += count * 4
  from.align()
  from.need(8)
  const tag = from.word()
  if (tag !== LATIN1_COLUMN && tag !== UTF16_COLUMN)
    throw new WireError(`the dictionary of a column of strings begins with ${tag}`)
  if (size < 0) throw new WireError(`a dictionary of ${size} strings`)
  const distinct: string[] = []
  readTexts(from, tag, distinct, 0, size)
  for (let i = 0; i < count; i++) {
    const index = i32[first + i]!
    if (index < 0 || index >= size) throw new WireError(`index ${index} into a dictionary of ${size} strings`)
    out[at + i] = distinct[index]
  }
}

function readTexts(from: ByteReader, tag: number, out: unknown[], at: number, count: number): void {
  from.position += 4
  from.need(count * 4)
  const { i32 } = from
  const first = from.position >> 2
  let total = 0
  for (let i = 0; i < count; i++) {
    const length = i32[first + i]!
    if (length < 0) throw new WireError(`a string of ${length} characters`)
    total += length
  }
  from.position += count * 4
  const width = tag === LATIN1_COLUMN ? 1 : 2
  from.need(total * width)
  const start = from.position
  from.position += total * width
  from.align()
  let position = start
  for (let i = 0; i < count; ) {
    // A call for each string would cost more than all the rest; one for all would let each keep the text of the whole
    // batch.
    let chars = 0
    let to = i
    do chars += i32[first + to++]!
    while (to < count && chars + i32[first + to]! <= CHUNK_CHARS)
    const text = slice(from, width, position, chars)
    position += chars * width
    if (to === i + 1) {
      out[at + i++] = text
      continue
    }
    let begin = 0
    for (; i < to; i++) {
      const end = begin + i32[first + i]!
      out[at + i] = text.substring(begin, end)
      begin = end
    }
  }
}

function slice(from: ByteReader, width: number, start: number, length: number): string {
  return width === 1
    ? from.text.toString('latin1', start, start + length)
    : from.text.toString('utf16le', start, start + length * 2)
}
