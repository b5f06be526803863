import type { CallsUnderWay } from '../grid/calls-under-way.ts'
import type { ChangeFeed } from '../grid/change-feed.ts'
import { checkGridName, checkGridPrefix, checkValueSize } from '../grid/grid-name.ts'
import type { KeyValue, KeyValueChange, KeyValueEntry, Revision, WatchOptions } from '../grid/key-value.ts'
import type { StoreClient } from './store-client.ts'
import type { StoreAnswers } from './store-messages.ts'

/** What the handles of one bucket share. */
export interface EmbeddedBucket {
  readonly name: string
  readonly store: StoreClient
  readonly calls: CallsUnderWay
  readonly feed: ChangeFeed
  readonly valueBytesMax: number
}

/** Keys of a data folder. */
export class EmbeddedKeyValue implements KeyValue {
  readonly #bucket: EmbeddedBucket

  constructor(bucket: EmbeddedBucket) {
    this.#bucket = bucket
  }

  async get(key: string): Promise<KeyValueEntry | null> {
    checkGridName('key', key)
    const { name, store, calls } = this.#bucket
    return calls.run(() => store.call({ operation: 'get', bucket: name, key }))
  }

  create(key: string, value: Uint8Array): Promise<Revision> {
    return this.#write(key, value, null)
  }

  update(key: string, value: Uint8Array, expected: Revision): Promise<Revision> {
    return this.#write(key, value, expected)
  }

  put(key: string, value: Uint8Array): Promise<Revision> {
    return this.#write(key, value, undefined)
  }

  async delete(key: string, expected?: Revision): Promise<void> {
    checkGridName('key', key)
    const { name, store, calls, feed } = this.#bucket
    await calls.run(async () => {
      const revision = await store.call({ operation: 'delete', bucket: name, key, expected })
      if (revision !== null) feed.publish({ type: 'delete', key, revision })
    })
  }

  async *list(prefix: string): AsyncGenerator<KeyValueEntry, void> {
    checkGridPrefix('key', prefix)
    const { name, store, calls } = this.#bucket
    for (let after: string | null = null; ; ) {
      const start: string | null = after
      const page: StoreAnswers['list'] = await calls.run(() =>
        store.call({ operation: 'list', bucket: name, prefix, after: start }),
      )
      yield* page.entries
      if (page.isLast) return
      after = page.entries.at(-1)!.key
    }
  }

  async *watch(prefix: string, options: WatchOptions): AsyncGenerator<KeyValueChange, void> {
    checkGridPrefix('key', prefix)
    const { calls, feed } = this.#bucket
    yield* feed.watch(prefix, AbortSignal.any([options.signal, calls.closing]))
  }

  async #write(key: string, given: Uint8Array, expected: Revision | null | undefined): Promise<Revision> {
    checkGridName('key', key)
    const { name, store, calls, feed, valueBytesMax } = this.#bucket
    checkValueSize(`the value of key '${key}'`, given, valueBytesMax)
    // A message would take the whole buffer along, of which this may be a small part.
    const value = given.slice()
    return calls.run(async () => {
      const revision = await store.call({ operation: 'write', bucket: name, key, value, expected })
      feed.publish({ type: 'put', key, value, revision })
      return revision
    })
  }
}
