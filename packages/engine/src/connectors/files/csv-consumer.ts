import type { Batch } from '../../core/batch.ts'
import type { Files } from '../../platform/files.ts'
import { type CsvColumns, CsvRowMaker } from './csv-columns.ts'
import { CSV_UNFINISHED, parseCsvRecord } from './csv-record.ts'
import type { MalformedLines } from './malformed-lines.ts'
import { type Decode, type SplitConsumer, takeLine } from './split-consumer.ts'
import { SplitReader } from './split-reader.ts'

/** How CSV files are read. */
export interface CsvRules {
  readonly separator: string
  /** Whether the first record of each file names the columns; otherwise `columns` does, in order. */
  readonly hasHeader: boolean
  readonly columns: CsvColumns | null
}

/** Bytes parsed in one call at most, so that long records do not hold the thread. */
const BYTES_PER_CALL_MAX = 64 * 1024

/** A record of several lines may be as long as this. */
const RECORD_LENGTH_MAX = 4 * 1024 * 1024

/** Emits each record of CSV files as an object; blank lines are left out. */
export class CsvConsumer implements SplitConsumer {
  readonly #rules: CsvRules
  readonly #files: Files
  readonly #decode: Decode
  readonly #malformed: MalformedLines
  readonly #fields: string[] = []
  /** Null until the header of the split's file is known. */
  #rows: CsvRowMaker | null = null
  /** Lines of a record that is not complete. */
  #unfinished: string[] = []
  #unfinishedLength = 0

  constructor(rules: CsvRules, files: Files, decode: Decode, malformed: MalformedLines) {
    this.#rules = rules
    this.#files = files
    this.#decode = decode
    this.#malformed = malformed
  }

  begin(reader: SplitReader): void {
    const { columns, hasHeader } = this.#rules
    const { path, start } = reader.split
    this.#forget()
    if (!hasHeader) this.#rows = new CsvRowMaker(Object.keys(columns!), columns, path)
    else this.#rows = start === 0 ? null : new CsvRowMaker(this.#headerOf(path), columns, path)
  }

  consume(reader: SplitReader, staging: Batch, capacity: number): void {
    const stop = Math.min(reader.limit, reader.start + BYTES_PER_CALL_MAX)
    while (staging.count < capacity && reader.start < stop) {
      const row = this.#take(reader)
      if (row !== null) staging.items[staging.count++] = row
    }
  }

  end(reader: SplitReader): void {
    if (this.#unfinished.length > 0) this.#giveUp(reader, 'a quoted field is not closed before the file ends')
  }

  close(): void {
    this.#malformed.close()
  }

  /** Reads a line; answers a row when one is complete. */
  #take(reader: SplitReader): object | null {
    const line = takeLine(reader, this.#decode)
    const isFirst = this.#unfinished.length === 0
    if (isFirst && line === '') return null
    // Only a quote can end what has begun with one: other lines need not be looked at.
    if (!isFirst && !line.includes('"')) return this.#keep(reader, line)
    const text = isFirst ? line : `${this.#unfinished.join('\n')}\n${line}`
    const problem = parseCsvRecord(text, this.#rules.separator, this.#fields)
    if (problem === CSV_UNFINISHED) return this.#keep(reader, line)
    const linesBack = this.#unfinished.length
    this.#forget()
    if (problem === null && this.#rows === null) {
      this.#rows = new CsvRowMaker([...this.#fields], this.#rules.columns, reader.split.path)
      return null
    }
    try {
      if (problem !== null) throw new Error(problem)
      return this.#rows!.make(this.#fields)
    } catch (thrown) {
      this.#malformed.report(() => reader.place(linesBack), (thrown as Error).message, text)
      return null
    }
  }

  #keep(reader: SplitReader, line: string): null {
    this.#unfinished.push(line)
    this.#unfinishedLength += line.length + 1
    if (this.#unfinishedLength > RECORD_LENGTH_MAX)
      this.#giveUp(reader, `a quoted field goes on for more than ${RECORD_LENGTH_MAX} characters: is its quote closed?`)
    return null
  }

  #giveUp(reader: SplitReader, reason: string): void {
    const [first] = this.#unfinished
    const linesBack = this.#unfinished.length - 1
    this.#forget()
    this.#malformed.report(() => reader.place(linesBack), reason, first!)
  }

  #forget(): void {
    this.#unfinished = []
    this.#unfinishedLength = 0
  }

  /** The header of a file of which another part is being read. */
  #headerOf(path: string): readonly string[] {
    const split = { path, start: 0, end: 1, size: 1, compression: null }
    const reader = new SplitReader(
      this.#files,
      split,
      { onProgress: () => {}, wake: () => {} },
      { skipsByteOrderMark: true, block: null },
    )
    try {
      this.#fields.length = 0
      if (reader.advance() === 'ready')
        parseCsvRecord(takeLine(reader, this.#decode), this.#rules.separator, this.#fields)
      return [...this.#fields]
    } finally {
      reader.close()
    }
  }
}
