import { join } from 'node:path'
import type { DatabaseSync as Database, StatementSync } from 'node:sqlite'
import { encodeError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { gridDamaged, gridIndeterminate } from '../grid/grid-error.ts'
import { AcknowledgedMark } from './acknowledged-mark.ts'
import { JournalTable } from './journal-table.ts'
import { KeyValueTable } from './key-value-table.ts'
import { DatabaseSync, sqliteFailure } from './sqlite.ts'
import { messageOf, storageError } from './storage-error.ts'
import { isRead, type StoreAnswers, type StoreCall, type StoreReply, type StoreRequest } from './store-messages.ts'

/** Bytes that SQLite's log keeps of those it once needed. */
const LOG_BYTES_KEPT = 16 * 1024 * 1024

/** How a group of calls went on the way to the disk. */
type Commit = { readonly kind: 'done' } | { readonly kind: 'undone' | 'unknown'; readonly error: unknown }

/**
 * Keys and journals of a data folder: a SQLite database with a write-ahead log, synced at each commit.
 *
 * S1: calls are made in order, a group of them in one transaction: one sync for all. When the transaction fails none of
 *     the group has been applied, and each is tried in one of its own, so that one which is too large spoils no other.
 * S2: an answer leaves {@link execute} only when what it tells of is durable.
 * S3: when a sync fails nobody knows what is on the disk: the store is broken then, and refuses everything.
 * S4: each write takes the next number of one sequence, which is its revision; what was once given is not given again.
 */
export class SqliteStore {
  readonly clusterId: string
  /** See S3. */
  isBroken = false
  readonly #folder: string
  readonly #database: Database
  readonly #keys: KeyValueTable
  readonly #journals: JournalTable
  readonly #mark: AcknowledgedMark
  readonly #setSequence: StatementSync
  #sequence: bigint

  /** @param newClusterId for a folder that has none yet */
  constructor(folder: string, newClusterId: string) {
    this.#folder = folder
    const database = openDatabase(folder)
    this.#database = database
    let mark: AcknowledgedMark | null = null
    try {
      database.exec('BEGIN IMMEDIATE')
      this.#keys = new KeyValueTable(database)
      this.#journals = new JournalTable(database)
      database.exec(`CREATE TABLE IF NOT EXISTS store (
        id INTEGER PRIMARY KEY CHECK (id = 1), cluster_id TEXT NOT NULL, sequence INTEGER NOT NULL) STRICT`)
      database.prepare('INSERT OR IGNORE INTO store VALUES (1, ?, 0)').run(newClusterId)
      database.exec('COMMIT')
      this.#setSequence = database.prepare('UPDATE store SET sequence = ?')
      const select = database.prepare('SELECT cluster_id, sequence FROM store')
      select.setReadBigInts(true)
      const row = select.get() as { readonly cluster_id: string; readonly sequence: bigint }
      this.clusterId = row.cluster_id
      this.#sequence = row.sequence
      mark = new AcknowledgedMark(join(folder, 'acknowledged'))
      if (mark.sequenceAtOpen > row.sequence) throw writesMissing(folder, row.sequence, mark.sequenceAtOpen)
      this.#mark = mark
    } catch (error) {
      mark?.close()
      database.close()
      throw storageError(folder, 'opening the data folder', error)
    }
  }

  /** Makes all calls and answers them in their order. See S1. */
  execute(requests: readonly StoreRequest[]): StoreReply[] {
    if (this.isBroken) return requests.map(({ id }) => ({ id, error: encodeError(this.#brokenError()) }))
    const replies: StoreReply[] = []
    const commit = this.#transact(requests, replies)
    if (commit.kind === 'done') return replies
    if (commit.kind === 'undone' && requests.length > 1) return requests.flatMap((request) => this.execute([request]))
    return requests.map(({ id, call }) => ({ id, error: encodeError(this.#failure(call, commit)) }))
  }

  /** SQLite puts its log into the database, where there is room, and lets go of both. */
  close(): void {
    this.#database.close()
    this.#mark.close()
  }

  #transact(requests: readonly StoreRequest[], replies: StoreReply[]): Commit {
    const sequence = this.#sequence
    const database = this.#database
    let isCommitting = false
    try {
      database.exec('BEGIN')
      for (const { id, call } of requests) replies.push(this.#reply(id, call))
      if (this.#sequence !== sequence) this.#setSequence.run(this.#sequence)
      isCommitting = true
      database.exec('COMMIT')
      if (this.#sequence !== sequence) this.#mark.write(this.#sequence)
      return { kind: 'done' }
    } catch (error) {
      this.#sequence = sequence
      if (database.isTransaction) database.exec('ROLLBACK')
      // Without room for all of it the log has no valid commit. Of other failures of a commit nobody can tell.
      if (!isCommitting || sqliteFailure(error) === 'full') return { kind: 'undone', error }
      this.isBroken = true
      return { kind: 'unknown', error }
    }
  }

  #reply(id: number, call: StoreCall): StoreReply {
    try {
      return { id, answer: this.#answer(call) }
    } catch (error) {
      // Conflicts and the like: they come before anything is written, and concern this call alone.
      if (error instanceof NacelleError) return { id, error: encodeError(error) }
      throw error
    }
  }

  #answer(call: StoreCall): StoreAnswers[StoreCall['operation']] {
    switch (call.operation) {
      case 'get':
        return this.#keys.get(call.bucket, call.key)
      case 'write': {
        if (call.expected !== undefined) this.#keys.check(call.bucket, call.key, call.expected)
        const revision = ++this.#sequence
        this.#keys.write(call.bucket, { key: call.key, revision, value: call.value })
        return revision
      }
      case 'delete': {
        if (call.expected !== undefined) this.#keys.check(call.bucket, call.key, call.expected)
        else if (this.#keys.revisionOf(call.bucket, call.key) === null) return null
        this.#keys.delete(call.bucket, call.key)
        return ++this.#sequence
      }
      case 'list':
        return this.#keys.page(call.bucket, call.prefix, call.after)
      case 'append': {
        const offsets = this.#journals.append(call.journal, call.records, call.expectedLast)
        if (call.records.length > 0) this.#sequence++
        return offsets
      }
      case 'read':
        return this.#journals.page(call.journal, call.from)
      case 'bounds':
        return this.#journals.bounds(call.journal)
      case 'trim': {
        this.#sequence++
        return { isDone: this.#journals.trim(call.journal, call.before) }
      }
    }
  }

  #failure(call: StoreCall, commit: Extract<Commit, { error: unknown }>): Error {
    const what = `the call '${call.operation}' of the grid`
    if (commit.kind === 'undone' || isRead(call)) return storageError(this.#folder, what, commit.error)
    return gridIndeterminate(
      `${what} may have failed: data folder ${this.#folder} could not be synced (${messageOf(commit.error)})`,
      commit.error,
    )
  }

  #brokenError(): Error {
    const reason = new Error('an earlier sync failed; check the disk and start the member anew')
    return storageError(this.#folder, 'a call of the grid', reason)
  }
}

function openDatabase(folder: string): Database {
  let database: Database | null = null
  try {
    database = new DatabaseSync(join(folder, 'grid.db'))
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA journal_size_limit = ${LOG_BYTES_KEPT}`)
    return database
  } catch (error) {
    database?.close()
    throw storageError(folder, 'opening the data folder', error)
  }
}

function writesMissing(folder: string, found: bigint, acknowledged: bigint): NacelleError {
  return gridDamaged(
    `data folder ${folder} ends at write ${found}, but write ${acknowledged} was acknowledged: its files are damaged or were exchanged; restore the folder from a copy, or remove the file 'acknowledged' in it to go on without what is missing`,
    { folder, found: String(found), acknowledged: String(acknowledged) },
  )
}
