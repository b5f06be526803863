/** Longest text of one cell, in columns of the terminal. */
const CELL_WIDTH_MAX = 60

/** Decimals shown of numbers that are not whole. */
const DECIMALS_MAX = 3

/**
 * Rows of values as an aligned table with a line under its heading: numbers to the right, with the same decimals in all
 * of a column, everything else to the left. Ends with a newline.
 */
export function tableText(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const columns = headings.map((heading, i) =>
    columnText(
      heading,
      rows.map((row) => row[i]),
    ),
  )
  const lines: string[] = []
  for (let line = 0; line < rows.length + 2; line++)
    lines.push(
      columns
        .map((column) => column[line]!)
        .join('  ')
        .trimEnd(),
    )
  return `${lines.join('\n')}\n`
}

function columnText(heading: string, values: readonly unknown[]): readonly string[] {
  const isNumeric =
    values.some(isNumber) && values.every((value) => isNumber(value) || value === null || value === undefined)
  const decimals = Math.max(0, ...values.map(decimalsOf))
  const cells = values.map((value) => clipped(cellText(value, decimals)))
  const shown = clipped(heading)
  const width = Math.max(widthOf(shown), ...cells.map(widthOf))
  const pad = (text: string): string => {
    const blanks = ' '.repeat(width - widthOf(text))
    return isNumeric ? blanks + text : text + blanks
  }
  return [pad(shown), '─'.repeat(width), ...cells.map(pad)]
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint'
}

function decimalsOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 0
  const text = String(Number(value.toFixed(DECIMALS_MAX)))
  const point = text.indexOf('.')
  return point === -1 ? 0 : text.length - point - 1
}

function cellText(value: unknown, decimals: number): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number')
    return Number.isFinite(value) && Math.abs(value) < 1e21 ? value.toFixed(decimals) : String(value)
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString()
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  // What would break a line or command a terminal is shown as an escape.
  return text.replace(/\p{Cc}/gu, escapeOf)
}

/** `\n` and such where JSON has a short form, else `\u` and the code. */
function escapeOf(c: string): string {
  const json = JSON.stringify(c).slice(1, -1)
  return json === c ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : json
}

function clipped(text: string): string {
  if (widthOf(text) <= CELL_WIDTH_MAX) return text
  let width = 0
  let shown = ''
  for (const c of text) {
    width += widthOf(c)
    if (width > CELL_WIDTH_MAX - 1) break
    shown += c
  }
  return `${shown}…`
}

/**
 * Columns that a text takes on a terminal: two for wide characters of East Asia and pictures, none for combining marks.
 */
function widthOf(text: string): number {
  let width = 0
  for (const c of text) width += /\p{Mark}/u.test(c) ? 0 : isWide(c.codePointAt(0)!) ? 2 : 1
  return width
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  )
}
