/** What {@link parseCsvRecord} answers when the text ends within quotes: the record goes on in the next line. */
export const CSV_UNFINISHED = 'unfinished'

/**
 * Cuts one record into its fields (RFC 4180): a field in quotes may hold separators, line breaks and doubled quotes.
 *
 * @param fields is emptied and filled
 * @returns null, {@link CSV_UNFINISHED}, or what is wrong
 */
export function parseCsvRecord(text: string, separator: string, fields: string[]): string | null {
  fields.length = 0
  if (!text.includes('"')) {
    for (let from = 0; ; ) {
      const to = text.indexOf(separator, from)
      if (to === -1) {
        fields.push(text.slice(from))
        return null
      }
      fields.push(text.slice(from, to))
      from = to + 1
    }
  }
  for (let from = 0; ; ) {
    const isQuoted = text[from] === '"'
    const end = isQuoted ? quotedEnd(text, from) : plainEnd(text, from, separator)
    if (end === -1) return CSV_UNFINISHED
    const field = isQuoted ? text.slice(from + 1, end - 1) : text.slice(from, end)
    if (!isQuoted && field.includes('"')) return `field ${fields.length + 1} has a quote but does not begin with one`
    if (end < text.length && text[end] !== separator)
      return `field ${fields.length + 1} goes on behind its closing quote`
    fields.push(isQuoted && field.includes('"') ? field.replaceAll('""', '"') : field)
    if (end === text.length) return null
    from = end + 1
  }
}

/** Index behind the closing quote, -1 when there is none. */
function quotedEnd(text: string, open: number): number {
  for (let i = open + 1; ; i += 2) {
    i = text.indexOf('"', i)
    if (i === -1) return -1
    if (text[i + 1] !== '"') return i + 1
  }
}

function plainEnd(text: string, from: number, separator: string): number {
  const end = text.indexOf(separator, from)
  return end === -1 ? text.length : end
}

/** A value as a field of a CSV record: in quotes where it must be; null and undefined are empty, objects are JSON. */
export function csvField(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text =
    typeof value === 'string'
      ? value
      : value instanceof Date
        ? value.toISOString()
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
