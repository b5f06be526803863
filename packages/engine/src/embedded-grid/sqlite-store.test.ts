import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseSync } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'
import type { StoreAnswers, StoreCall } from './store-messages.ts'

let root: string
let folder: string
const open: SqliteStore[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nacelle-store-'))
  folder = join(root, 'original')
  cpSync(mkdtempSync(join(root, 'empty-')), folder, { recursive: true })
})
afterEach(() => {
  for (const store of open.splice(0)) store.close()
  rmSync(root, { recursive: true })
})

function openStore(path = folder): SqliteStore {
  const store = new SqliteStore(path, 'a-cluster')
  open.push(store)
  return store
}

/** Makes calls as one group; errors are their codes. */
function run(store: SqliteStore, ...calls: StoreCall[]): unknown[] {
  return store
    .execute(calls.map((call, id) => ({ id, call })))
    .map((reply) => ('answer' in reply ? reply.answer : reply.error.code))
}

const put = (key: string, text: string): StoreCall => ({
  operation: 'write',
  bucket: 'b',
  key,
  value: Buffer.from(text),
  expected: undefined,
})
const get = (key: string): StoreCall => ({ operation: 'get', bucket: 'b', key })
const append = (...texts: string[]): StoreCall => ({
  operation: 'append',
  journal: 'j',
  records: texts.map((text) => Buffer.from(text)),
  expectedLast: undefined,
})
const read: StoreCall = { operation: 'read', journal: 'j', from: 0n }

/** What is in the folder at this moment, as if the machine had failed now. */
function crashed(): string {
  const copy = join(root, `copy-${statSync(join(folder, 'grid.db-wal')).size}`)
  cpSync(folder, copy, { recursive: true })
  return copy
}

describe('the store', () => {
  it('answers the calls of a group in their order, each with what those before it did', () => {
    const store = openStore()
    const answers = run(store, get('k'), put('k', '1'), get('k'), {
      operation: 'delete',
      bucket: 'b',
      key: 'k',
      expected: 99n,
    })
    expect(answers).toEqual([null, 1n, expect.objectContaining({ key: 'k', revision: 1n }), 'ERR_GRID_CONFLICT'])
    expect(run(store, append('x'), append(), read)).toMatchObject([{ last: 1n }, { first: 2n, last: 1n }, { next: 2n }])
  })

  it('gives no revision twice, also over restarts and after the last key is gone', () => {
    const first = openStore()
    run(first, put('k', '1'), { operation: 'delete', bucket: 'b', key: 'k', expected: undefined }, append('r'))
    open.pop()?.close()
    const second = openStore()
    expect(second.clusterId).toBe('a-cluster')
    expect(run(second, put('k', '2'))).toEqual([4n])
  })

  it('spoils no call with another that fails', () => {
    const store = openStore()
    // SQLite refuses it in the middle of the group: the column takes bytes.
    const refused: StoreCall = { ...put('text', ''), value: 'no bytes' as unknown as Uint8Array } as StoreCall
    expect(run(store, put('a', '1'), refused, put('b', '2'))).toEqual([1n, 'ERR_GRID_UNAVAILABLE', 2n])
    expect(run(store, get('a'), get('text'), get('b'))).toMatchObject([{ revision: 1n }, null, { revision: 2n }])
    expect(store.isBroken).toBe(false)
  })
})

describe('a data folder after a crash', () => {
  it('has all that was acknowledged, whatever lies behind it in the log', () => {
    const store = openStore()
    for (let i = 0; i < 50; i++) run(store, put(`k${i}`, `${i}`))
    const copy = crashed()
    appendFileSync(join(copy, 'grid.db-wal'), Buffer.alloc(5000, 0x5a))
    const again = openStore(copy)
    expect(run(again, get('k0'), get('k49'))).toMatchObject([{ revision: 1n }, { revision: 50n }])
    expect(run(again, put('k', 'new'))).toEqual([51n])
  })

  it.each([
    ['cut short', (path: string) => truncateSync(path, statSync(path).size - 4120 * 3)],
    ['damaged in the middle', (path: string) => flip(path, statSync(path).size >> 1)],
    ['gone', (path: string) => rmSync(path)],
  ])('is refused when its log is %s: acknowledged writes are missing', (_, damage) => {
    const store = openStore()
    for (let i = 0; i < 50; i++) run(store, put(`k${i}`, `${i}`))
    const copy = crashed()
    damage(join(copy, 'grid.db-wal'))
    expect(() => openStore(copy)).toThrow(
      expect.objectContaining({
        code: 'ERR_GRID_DAMAGED',
        message: expect.stringContaining('write 50 was acknowledged'),
      }),
    )
    rmSync(join(copy, 'acknowledged'))
    expect(run(openStore(copy), put('k', 'goes on'))).toHaveLength(1)
  })

  it.each(['', 'torn'])("is opened when the mark of what is acknowledged holds '%s'", (text) => {
    run(openStore(), put('k', '1'))
    const copy = crashed()
    writeFileSync(join(copy, 'acknowledged'), text)
    expect(run(openStore(copy), get('k'))).toMatchObject([{ revision: 1n }])
  })
})

describe('damage to a data folder', () => {
  const change = (sql: string): void => {
    open.pop()?.close()
    const database = new DatabaseSync(join(folder, 'grid.db'))
    expect(database.prepare(sql).run().changes).toBe(1)
    database.close()
  }

  it('is found in a value, a revision, a key and a record', () => {
    const changes: [string, StoreCall][] = [
      ["UPDATE key_value SET value = x'00' WHERE key = 'a'", get('a')],
      ["UPDATE key_value SET revision = 77 WHERE key = 'b'", get('b')],
      ["UPDATE key_value SET key = 'x' WHERE key = 'c'", { operation: 'list', bucket: 'b', prefix: 'x', after: null }],
      ["UPDATE record SET payload = x'00' WHERE position = 2", read],
      ['DELETE FROM record WHERE position = 1', read],
    ]
    run(openStore(), put('a', '1'), put('b', '2'), put('c', '3'), put('d', '4'), append('1', '2', '3'))
    for (const [sql, call] of changes) {
      change(sql)
      expect(run(openStore(), call), sql).toEqual(['ERR_GRID_DAMAGED'])
    }
    open.pop()?.close()
    const [entry] = run(openStore(), get('d')) as [StoreAnswers['get']]
    expect(Buffer.from(entry!.value).toString()).toBe('4')
  })

  it('is found in the pages of the database', () => {
    run(openStore(), put('a', '1'))
    open.pop()?.close()
    const path = join(folder, 'grid.db')
    writeFileSync(path, Buffer.from('something else altogether, and longer than a header of SQLite: '.repeat(20)))
    expect(() => openStore()).toThrow(
      expect.objectContaining({ code: 'ERR_GRID_DAMAGED', message: expect.stringContaining(folder) }),
    )
  })
})

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at]! ^= 1
  writeFileSync(path, bytes)
}
