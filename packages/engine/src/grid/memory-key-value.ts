import { revisionConflict } from './grid-error.ts'
import { checkGridName, checkGridPrefix, checkValueSize, compareGridNames } from './grid-name.ts'
import type { KeyValue, KeyValueChange, KeyValueEntry, Revision, WatchOptions } from './key-value.ts'
import type { MemoryConnection } from './memory-connection.ts'
import type { MemoryBucket } from './memory-grid-content.ts'

/** Keys of a grid in memory. */
export class MemoryKeyValue implements KeyValue {
  readonly #connection: MemoryConnection
  readonly #name: string
  readonly #bucket: MemoryBucket
  readonly #valueBytesMax: number

  constructor(connection: MemoryConnection, name: string, valueBytesMax: number) {
    checkGridName('bucket', name)
    this.#connection = connection
    this.#name = name
    this.#bucket = connection.content.bucket(name)
    this.#valueBytesMax = valueBytesMax
  }

  async get(key: string): Promise<KeyValueEntry | null> {
    checkGridName('key', key)
    return this.#connection.call({ operation: 'get', place: this.#name, name: key }, () => this.#entry(key))
  }

  create(key: string, value: Uint8Array): Promise<Revision> {
    return this.#write('create', key, value, (revision) => {
      if (revision !== null) throw revisionConflict(key, null, revision)
    })
  }

  update(key: string, value: Uint8Array, expected: Revision): Promise<Revision> {
    return this.#write('update', key, value, (revision) => {
      if (revision !== expected) throw revisionConflict(key, expected, revision)
    })
  }

  put(key: string, value: Uint8Array): Promise<Revision> {
    return this.#write('put', key, value, () => undefined)
  }

  async delete(key: string, expected?: Revision): Promise<void> {
    checkGridName('key', key)
    await this.#connection.call({ operation: 'delete', place: this.#name, name: key }, () => {
      const actual = this.#bucket.entries.get(key)?.revision ?? null
      if (expected !== undefined && actual !== expected) throw revisionConflict(key, expected, actual)
      if (actual === null) return
      this.#bucket.entries.delete(key)
      this.#bucket.feed.publish({ type: 'delete', key, revision: this.#connection.content.nextRevision() })
    })
  }

  async *list(prefix: string): AsyncGenerator<KeyValueEntry, void> {
    checkGridPrefix('key', prefix)
    const keys = await this.#connection.call({ operation: 'list', place: this.#name, name: prefix }, () =>
      [...this.#bucket.entries.keys()].filter((key) => key.startsWith(prefix)).sort(compareGridNames),
    )
    for (const key of keys) {
      const entry = this.#entry(key)
      if (entry !== null) yield entry
    }
  }

  async *watch(prefix: string, options: WatchOptions): AsyncGenerator<KeyValueChange, void> {
    checkGridPrefix('key', prefix)
    const signal = AbortSignal.any([options.signal, this.#connection.calls.closing])
    yield* this.#bucket.feed.watch(prefix, signal)
  }

  async #write(
    operation: 'create' | 'update' | 'put',
    key: string,
    value: Uint8Array,
    check: (revision: Revision | null) => void,
  ): Promise<Revision> {
    checkGridName('key', key)
    checkValueSize(`the value of key '${key}'`, value, this.#valueBytesMax)
    const kept = value.slice()
    return this.#connection.call({ operation, place: this.#name, name: key }, () => {
      check(this.#bucket.entries.get(key)?.revision ?? null)
      const revision = this.#connection.content.nextRevision()
      this.#bucket.entries.set(key, { value: kept, revision })
      this.#bucket.feed.publish({ type: 'put', key, value: kept, revision })
      return revision
    })
  }

  #entry(key: string): KeyValueEntry | null {
    const entry = this.#bucket.entries.get(key)
    return entry === undefined ? null : { key, value: entry.value.slice(), revision: entry.revision }
  }
}
