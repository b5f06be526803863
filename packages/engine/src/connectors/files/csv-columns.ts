import { NacelleError } from '../../base/nacelle-error.ts'

/**
 * What the text of a field becomes. `number` takes decimal numbers (blanks around them are ignored), `boolean` takes
 * `true` and `false`; with `?` an empty field becomes null; a function makes anything, and may throw.
 */
export type CsvColumn =
  | 'string'
  | 'number'
  | 'boolean'
  | 'string?'
  | 'number?'
  | 'boolean?'
  | ((text: string) => unknown)

/** Columns by name. */
export type CsvColumns = Readonly<Record<string, CsvColumn>>

/** The type of the rows that columns give. */
export type CsvRow<C extends CsvColumns> = { readonly [K in keyof C]: CsvValue<C[K]> }

/** The type of the values of a column. */
export type CsvValue<C extends CsvColumn> = C extends (text: string) => infer R
  ? R
  : C extends 'string'
    ? string
    : C extends 'number'
      ? number
      : C extends 'boolean'
        ? boolean
        : C extends 'string?'
          ? string | null
          : C extends 'number?'
            ? number | null
            : boolean | null

interface BoundColumn {
  readonly name: string
  readonly position: number
  readonly convert: (text: string) => unknown
}

/** Makes rows of the fields of records, for files with one and the same header. */
export class CsvRowMaker {
  readonly #columns: readonly BoundColumn[]
  readonly #fieldCount: number

  /**
   * @param header the names that the file gives its fields
   * @param columns null = all, as strings
   * @throws NacelleError ERR_CSV_HEADER when a column is missing or a name is given twice
   */
  constructor(header: readonly string[], columns: CsvColumns | null, path: string) {
    this.#fieldCount = header.length
    const positions = new Map<string, number>()
    for (const [position, name] of header.entries()) {
      if (positions.has(name)) throw headerError(path, `has two columns named '${name}'`)
      positions.set(name, position)
    }
    const wanted: readonly (readonly [string, CsvColumn])[] =
      columns === null ? header.map((name) => [name, 'string'] as const) : Object.entries(columns)
    this.#columns = wanted.map(([name, column]) => {
      const position = positions.get(name)
      if (position === undefined)
        throw headerError(
          path,
          `has no column '${name}': its columns are ${header.map((other) => `'${other}'`).join(', ')}`,
        )
      if (name === '__proto__')
        throw headerError(path, "has a column '__proto__', which no object can have as a plain property")
      return { name, position, convert: converterOf(column) }
    })
  }

  /** @throws Error whose message says what is wrong with the record */
  make(fields: readonly string[]): Readonly<Record<string, unknown>> {
    if (fields.length !== this.#fieldCount)
      throw new Error(`${fields.length} fields where the header has ${this.#fieldCount}`)
    const row: Record<string, unknown> = {}
    for (const { name, position, convert } of this.#columns) {
      try {
        row[name] = convert(fields[position]!)
      } catch (thrown) {
        throw new Error(`column '${name}': ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
          cause: thrown,
        })
      }
    }
    return row
  }
}

function converterOf(column: CsvColumn): (text: string) => unknown {
  if (typeof column === 'function') return column
  if (column.endsWith('?')) {
    const convert = converterOf(column.slice(0, -1) as 'string' | 'number' | 'boolean')
    return (text) => (text === '' ? null : convert(text))
  }
  if (column === 'number') return toNumber
  return column === 'boolean' ? toBoolean : (text) => text
}

function toNumber(text: string): number {
  const value = Number(text)
  if (Number.isNaN(value) || text.trim() === '') throw new Error(`'${text}' is not a number`)
  return value
}

function toBoolean(text: string): boolean {
  if (text === 'true') return true
  if (text === 'false') return false
  throw new Error(`'${text}' is neither true nor false`)
}

function headerError(path: string, what: string): NacelleError {
  return new NacelleError('ERR_CSV_HEADER', `CSV file '${path}' ${what}`, { details: { path } })
}
