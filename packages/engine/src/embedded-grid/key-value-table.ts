import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { gridDamaged, revisionConflict } from '../grid/grid-error.ts'
import type { KeyValueEntry, Revision } from '../grid/key-value.ts'
import { PAGE_BYTES, PAGE_ROWS } from './store-page.ts'

interface Row {
  readonly key: string
  readonly revision: bigint
  readonly checksum: bigint
  readonly value: Uint8Array
}

/** The keys of all buckets, in SQLite. Each row has a checksum over all of it. */
export class KeyValueTable {
  readonly #select: StatementSync
  readonly #selectRevision: StatementSync
  readonly #write: StatementSync
  readonly #delete: StatementSync
  readonly #firstPage: StatementSync
  readonly #nextPage: StatementSync

  constructor(database: DatabaseSync) {
    database.exec(`CREATE TABLE IF NOT EXISTS key_value (
      bucket TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, checksum INTEGER NOT NULL,
      value BLOB NOT NULL, PRIMARY KEY (bucket, key)) STRICT, WITHOUT ROWID`)
    const prepare = (sql: string): StatementSync => {
      const statement = database.prepare(sql)
      statement.setReadBigInts(true)
      return statement
    }
    this.#select = prepare('SELECT key, revision, checksum, value FROM key_value WHERE bucket = ? AND key = ?')
    this.#selectRevision = prepare('SELECT revision FROM key_value WHERE bucket = ? AND key = ?')
    this.#write = prepare(
      'INSERT OR REPLACE INTO key_value (bucket, key, revision, checksum, value) VALUES (?, ?, ?, ?, ?)',
    )
    this.#delete = prepare('DELETE FROM key_value WHERE bucket = ? AND key = ?')
    const page = (border: string): StatementSync =>
      prepare(
        `SELECT key, revision, checksum, value FROM key_value WHERE bucket = ? AND key ${border} ?
         ORDER BY key LIMIT ${PAGE_ROWS}`,
      )
    this.#firstPage = page('>=')
    this.#nextPage = page('>')
  }

  get(bucket: string, key: string): KeyValueEntry | null {
    const row = this.#select.get(bucket, key) as Row | undefined
    return row === undefined ? null : entryOf(bucket, row)
  }

  /** Refuses the write when the key has not the revision that is expected; null = is not there. */
  check(bucket: string, key: string, expected: Revision | null): void {
    const actual = this.revisionOf(bucket, key)
    if (actual !== expected) throw revisionConflict(key, expected, actual)
  }

  revisionOf(bucket: string, key: string): Revision | null {
    const row = this.#selectRevision.get(bucket, key) as Pick<Row, 'revision'> | undefined
    return row?.revision ?? null
  }

  write(bucket: string, entry: KeyValueEntry): void {
    const { key, revision, value } = entry
    this.#write.run(bucket, key, revision, checksumOf(bucket, entry), value)
  }

  delete(bucket: string, key: string): void {
    this.#delete.run(bucket, key)
  }

  /** The next entries whose key begins with `prefix`, above `after` when that is given. */
  page(bucket: string, prefix: string, after: string | null): { entries: KeyValueEntry[]; isLast: boolean } {
    const entries: KeyValueEntry[] = []
    let bytes = 0
    let rows = 0
    const select = after === null ? this.#firstPage : this.#nextPage
    for (const row of select.iterate(bucket, after ?? prefix) as Iterable<unknown> as Iterable<Row>) {
      rows++
      if (!row.key.startsWith(prefix)) return { entries, isLast: true }
      entries.push(entryOf(bucket, row))
      bytes += row.value.length
      if (bytes >= PAGE_BYTES) return { entries, isLast: false }
    }
    return { entries, isLast: rows < PAGE_ROWS }
  }
}

function entryOf(bucket: string, row: Row): KeyValueEntry {
  const { key, revision, value } = row
  const entry = { key, revision, value }
  if (BigInt(checksumOf(bucket, entry)) !== row.checksum)
    throw gridDamaged(`key '${key}' of bucket '${bucket}' is damaged: its checksum is another than that of its value`, {
      bucket,
      key,
    })
  return entry
}

function checksumOf(bucket: string, entry: KeyValueEntry): number {
  return crc32(entry.value, crc32(`${bucket}\0${entry.key}\0${entry.revision}`))
}
