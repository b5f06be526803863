import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { gridDamaged, journalConflict, journalTrimmed } from '../grid/grid-error.ts'
import type { JournalBounds, JournalRecord } from '../grid/journal.ts'
import { PAGE_BYTES, PAGE_ROWS } from './store-page.ts'

interface JournalRow extends JournalBounds {
  readonly id: bigint
}

interface RecordRow {
  readonly position: bigint
  readonly checksum: bigint
  readonly payload: Uint8Array
}

/**
 * The records of all journals, in SQLite, each with a checksum over all of it. A trim moves the first offset at once;
 * the rows behind it are removed in steps and nobody sees them meanwhile.
 */
export class JournalTable {
  readonly #journal: StatementSync
  readonly #found: StatementSync
  readonly #setLast: StatementSync
  readonly #setFirst: StatementSync
  readonly #append: StatementSync
  readonly #page: StatementSync
  readonly #remove: StatementSync

  constructor(database: DatabaseSync) {
    database.exec(`
      CREATE TABLE IF NOT EXISTS journal (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS record (
        journal INTEGER NOT NULL, position INTEGER NOT NULL, checksum INTEGER NOT NULL, payload BLOB NOT NULL,
        PRIMARY KEY (journal, position)) STRICT, WITHOUT ROWID`)
    const prepare = (sql: string): StatementSync => {
      const statement = database.prepare(sql)
      statement.setReadBigInts(true)
      return statement
    }
    this.#journal = prepare('SELECT id, first, last FROM journal WHERE name = ?')
    this.#found = prepare('INSERT INTO journal (name, first, last) VALUES (?, 1, 0) RETURNING id, first, last')
    this.#setLast = prepare('UPDATE journal SET last = ? WHERE id = ?')
    this.#setFirst = prepare('UPDATE journal SET first = ? WHERE id = ?')
    this.#append = prepare('INSERT INTO record (journal, position, checksum, payload) VALUES (?, ?, ?, ?)')
    this.#page = prepare(
      `SELECT position, checksum, payload FROM record
       WHERE journal = ? AND position >= ? ORDER BY position LIMIT ${PAGE_ROWS}`,
    )
    this.#remove = prepare(
      `DELETE FROM record WHERE journal = ?1 AND position < ?2 AND position <= (
         SELECT max(position) FROM (
           SELECT position FROM record WHERE journal = ?1 ORDER BY position LIMIT ${PAGE_ROWS}))`,
    )
  }

  bounds(name: string): JournalBounds {
    const row = this.#row(name)
    return row === null ? { first: 1n, last: 0n } : { first: row.first, last: row.last }
  }

  append(
    name: string,
    records: readonly Uint8Array[],
    expectedLast: bigint | undefined,
  ): { first: bigint; last: bigint } {
    const { last } = this.bounds(name)
    if (expectedLast !== undefined && expectedLast !== last) throw journalConflict(name, expectedLast, last)
    const end = last + BigInt(records.length)
    if (records.length === 0) return { first: last + 1n, last: end }
    const { id } = this.#row(name) ?? (this.#found.get(name) as unknown as JournalRow)
    let position = last
    for (const payload of records) this.#append.run(id, ++position, checksumOf(id, position, payload), payload)
    this.#setLast.run(end, id)
    return { first: last + 1n, last: end }
  }

  /** The next records from offset `from` on, 0 for the first. */
  page(name: string, from: bigint): { records: JournalRecord[]; next: bigint; isLast: boolean } {
    const row = this.#row(name)
    const { first, last } = row ?? { first: 1n, last: 0n }
    const wanted = from <= 0n ? first : from
    if (wanted < first) throw journalTrimmed(name, wanted, first)
    const records: JournalRecord[] = []
    let next = wanted
    let bytes = 0
    if (row === null) return { records, next, isLast: true }
    for (const record of this.#page.iterate(row.id, wanted) as Iterable<unknown> as Iterable<RecordRow>) {
      if (record.position !== next) break
      records.push(recordOf(name, row.id, record))
      next++
      bytes += record.payload.length
      if (bytes >= PAGE_BYTES) break
    }
    if (records.length === 0 && wanted <= last)
      throw gridDamaged(`journal '${name}' has lost record ${next}: it goes from ${first} to ${last}`, {
        journal: name,
      })
    return { records, next, isLast: next > last }
  }

  /** @returns whether all that was trimmed is removed */
  trim(name: string, before: bigint): boolean {
    const row = this.#row(name)
    if (row === null) return true
    const to = before > row.last ? row.last + 1n : before
    const first = to > row.first ? to : row.first
    if (first !== row.first) this.#setFirst.run(first, row.id)
    return Number(this.#remove.run(row.id, first).changes) < PAGE_ROWS
  }

  #row(name: string): JournalRow | null {
    return (this.#journal.get(name) as JournalRow | undefined) ?? null
  }
}

function recordOf(name: string, id: bigint, row: RecordRow): JournalRecord {
  const { position, payload } = row
  if (BigInt(checksumOf(id, position, payload)) !== row.checksum)
    throw gridDamaged(
      `record ${position} of journal '${name}' is damaged: its checksum is another than its content's`,
      {
        journal: name,
        offset: String(position),
      },
    )
  return { offset: position, payload }
}

function checksumOf(id: bigint, position: bigint, payload: Uint8Array): number {
  return crc32(payload, crc32(`${id}:${position}`))
}
