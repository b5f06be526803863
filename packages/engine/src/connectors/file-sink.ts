import { NacelleError } from '../base/nacelle-error.ts'
import type { Sink } from '../pipeline/sink.ts'
import type { Files, WritableFile } from '../platform/files.ts'
import { csvField } from './files/csv-record.ts'
import { fileError } from './files/find-files.ts'
import { SinkBuilder } from './sink-builder.ts'

/** Where and how a files sink writes. */
export interface FileSinkOptions<in T> {
  /** Made when it is not there. */
  readonly directory: string
  /** Files are named `<name>-<index><extension>`, one for each processor. Default `part`. */
  readonly name?: string
  /** Default by format: `.txt`, `.json`, `.csv`. */
  readonly extension?: string
  /**
   * What a line holds: `text` (default) the item by `toText`, `json` the item as JSON, `csv` the item's properties,
   * with the names of the columns in the first line.
   */
  readonly format?: 'text' | 'json' | 'csv'
  /** For `text`. Default: strings as they are, all else as JSON. */
  readonly toText?: (item: T) => string
  /** For `csv`: the properties to write, in order. Default: those of the first item. */
  readonly columns?: readonly string[]
  /** True: lines are added to files that are there already. Default false: such files are emptied first. */
  readonly append?: boolean
}

/** A sink that writes lines into files, one for each processor. */
export function fileSink<T>(options: FileSinkOptions<T>): Sink<T> {
  const { directory, name = 'part', format = 'text', append = false } = options
  if (name.includes('/'))
    throw new NacelleError(
      'ERR_FILE_NAME',
      `the name of a files sink is part of a file name and has no '/': '${name}'; set directory instead`,
    )
  const extension = options.extension ?? { text: '.txt', json: '.json', csv: '.csv' }[format]
  return SinkBuilder.sink(`fileSink(${directory}/${name})`, (context) => {
    const path = `${directory.replace(/(?<=.)\/$/, '')}/${name}-${context.globalProcessorIndex}${extension}`
    return new LineWriter(context.platform.files, directory, path, append)
  })
    .receive<T>(receiver(format, options))
    .flush((writer) => writer.flush())
    .destroy((writer) => writer.close())
    .preferredLocalParallelism(-1)
    .build()
}

function receiver<T>(
  format: 'text' | 'json' | 'csv',
  options: FileSinkOptions<T>,
): (writer: LineWriter, item: T) => void {
  if (format === 'csv') return (writer, item) => writer.addRecord(item, options.columns)
  if (format === 'json') return (writer, item) => writer.add(jsonOf(item))
  const { toText = defaultText } = options
  return (writer, item) => writer.add(toText(item))
}

/** Strings as they are, all else as JSON. */
export function defaultText(item: unknown): string {
  return typeof item === 'string'
    ? item
    : (JSON.stringify(item, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)) ??
        String(item))
}

function jsonOf(item: unknown): string {
  const text = JSON.stringify(item)
  if (text === undefined) throw new TypeError(`a ${typeof item} has no form in JSON`)
  return text
}

/** Gathers lines and writes them into a file. */
class LineWriter {
  readonly #path: string
  readonly #file: WritableFile
  readonly #encoder = new TextEncoder()
  readonly #isNew: boolean
  #lines: string[] = []
  #columns: readonly string[] | null = null

  constructor(files: Files, directory: string, path: string, append: boolean) {
    this.#path = path
    try {
      files.makeDirectory(directory)
      this.#isNew = !append || (files.stat(path)?.size ?? 0) === 0
      this.#file = files.openForAppending(path, { truncate: !append })
    } catch (thrown) {
      throw fileError(path, thrown, 'write')
    }
  }

  add(line: string): void {
    this.#lines.push(line)
  }

  addRecord(item: unknown, wanted: readonly string[] | undefined): void {
    if (typeof item !== 'object' || item === null)
      throw new TypeError(`a CSV record is made of an object, not of a ${typeof item}: map items to objects first`)
    if (this.#columns === null) {
      this.#columns = wanted ?? Object.keys(item)
      if (this.#isNew) this.add(this.#columns.map(csvField).join(','))
    }
    let line = ''
    for (let i = 0; i < this.#columns.length; i++)
      line += (i === 0 ? '' : ',') + csvField((item as Record<string, unknown>)[this.#columns[i]!])
    this.add(line)
  }

  flush(): void {
    if (this.#lines.length === 0) return
    const text = `${this.#lines.join('\n')}\n`
    this.#lines = []
    try {
      this.#file.append(this.#encoder.encode(text))
    } catch (thrown) {
      throw fileError(this.#path, thrown, 'write')
    }
  }

  close(): void {
    this.#file.close()
  }
}
