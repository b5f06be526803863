import { NacelleError } from '../base/nacelle-error.ts'
import { AbstractProcessor } from '../core/abstract-processor.ts'
import type { Inbox } from '../core/inbox.ts'
import { metaSupplierOf } from '../core/processor-supplier.ts'
import { userFunctionError } from '../core/user-error.ts'
import type { Sink } from '../pipeline/sink.ts'
import { tableText } from './table-text.ts'

/** What a table of results shows. */
export interface TableOptions<in T> {
  /** Headings with the functions that take the values. Default: the properties of the first row. */
  readonly columns?: Readonly<Record<string, (item: T) => unknown>>
  /** Which rows come first. Default: in the order of arrival. */
  readonly sort?: (a: T, b: T) => number
  /** Rows shown at most. Default 20. */
  readonly limit?: number
  /** A line above the table. */
  readonly title?: string
}

const DEFAULT_LIMIT = 20

/** A sink that shows its first rows as a table on the output when the job ends; it never holds many more than those. */
export function tableSink<T>(options: TableOptions<T>): Sink<T> {
  const { limit = DEFAULT_LIMIT } = options
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new NacelleError('ERR_TABLE_LIMIT', `the limit of a table must be a positive whole number, not ${limit}`)
  return {
    name: 'tableSink',
    description: { sink: 'table', columns: Object.keys(options.columns ?? {}), limit, title: options.title ?? null },
    metaSupplier: metaSupplierOf(
      {
        get: (localIndices) => localIndices.map(() => new TableSinkProcessor(options as TableOptions<unknown>, limit)),
      },
      { preferredLocalParallelism: 1, forceTotalParallelism: 1 },
    ),
    input: { kind: 'allToOne' },
  }
}

class TableSinkProcessor extends AbstractProcessor {
  readonly #options: TableOptions<unknown>
  readonly #limit: number
  #rows: unknown[] = []
  #count = 0

  constructor(options: TableOptions<unknown>, limit: number) {
    super()
    this.#options = options
    this.#limit = limit
  }

  override process(_ordinal: number, inbox: Inbox): void {
    const { items, count } = inbox.batch
    this.#count += count - inbox.position
    for (let i = inbox.position; i < count; i++) this.#add(items[i])
    inbox.position = count
  }

  override complete(): boolean {
    this.#sort()
    this.context.platform.output.write(this.#text())
    return true
  }

  #add(item: unknown): void {
    if (this.#options.sort === undefined) {
      if (this.#rows.length < this.#limit) this.#rows.push(item)
      return
    }
    // Sorting a few times the limit at once costs less than keeping order all the time.
    if (this.#rows.push(item) >= Math.max(4 * this.#limit, 256)) this.#sort()
  }

  #sort(): void {
    const { sort } = this.#options
    if (sort === undefined) return
    try {
      this.#rows.sort(sort)
    } catch (thrown) {
      throw this.#error(thrown, 'the sort function', this.#rows[0])
    }
    this.#rows.length = Math.min(this.#rows.length, this.#limit)
  }

  #text(): string {
    const { title, columns } = this.#options
    const head = title === undefined ? '' : `${title}\n`
    if (this.#rows.length === 0) return `${head}(no rows)\n`
    const getters = Object.entries(columns ?? columnsOf(this.#rows[0]))
    const rows = this.#rows.map((row) => getters.map(([heading, get]) => this.#cell(heading, get, row)))
    const table = tableText(
      getters.map(([heading]) => heading),
      rows,
    )
    const hidden = this.#count - this.#rows.length
    return `${head}${table}${hidden === 0 ? '' : `${this.#rows.length} of ${this.#count} rows\n`}`
  }

  #cell(heading: string, get: (item: unknown) => unknown, row: unknown): unknown {
    try {
      return get(row)
    } catch (thrown) {
      throw this.#error(thrown, `column '${heading}'`, row)
    }
  }

  #error(thrown: unknown, what: string, item: unknown): Error {
    return userFunctionError(thrown, { vertex: this.context.vertexName, what, item })
  }
}

/** A column for each property of an object, or one for a plain value. */
function columnsOf(row: unknown): Record<string, (item: unknown) => unknown> {
  if (typeof row !== 'object' || row === null || row instanceof Date) return { value: (item) => item }
  return Object.fromEntries(
    Object.keys(row).map((name) => [name, (item: unknown) => (item as Record<string, unknown> | null)?.[name]]),
  )
}
