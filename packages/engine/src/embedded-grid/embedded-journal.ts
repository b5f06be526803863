import type { CallsUnderWay } from '../grid/calls-under-way.ts'
import { checkValueSize } from '../grid/grid-name.ts'
import type { AppendOptions, Journal, JournalBounds, JournalReadOptions, JournalRecord } from '../grid/journal.ts'
import type { WaitingReaders } from '../grid/waiting-readers.ts'
import type { StoreClient } from './store-client.ts'

/** What the handles of one journal share. */
export interface JournalPlace {
  readonly name: string
  readonly store: StoreClient
  readonly calls: CallsUnderWay
  readonly readers: WaitingReaders
  readonly recordBytesMax: number
}

/** A journal of a data folder. */
export class EmbeddedJournal implements Journal {
  readonly #place: JournalPlace

  constructor(place: JournalPlace) {
    this.#place = place
  }

  async append(given: readonly Uint8Array[], options: AppendOptions = {}): Promise<{ first: bigint; last: bigint }> {
    const { name, store, calls, readers, recordBytesMax } = this.#place
    for (const record of given) checkValueSize(`a record of journal '${name}'`, record, recordBytesMax)
    const records = given.map((record) => record.slice())
    return calls.run(async () => {
      try {
        const { expectedLast } = options
        return await store.call({ operation: 'append', journal: name, records, expectedLast })
      } finally {
        // Also when the outcome is unknown: whoever looks in vain waits again.
        readers.wake()
      }
    })
  }

  async *read(from: bigint, options: JournalReadOptions): AsyncGenerator<JournalRecord, void> {
    const { name, store, calls, readers } = this.#place
    const signal = AbortSignal.any([options.signal, calls.closing])
    let next = from
    do {
      const wakes = readers.wakes
      const start = next
      const page = await calls.run(() => store.call({ operation: 'read', journal: name, from: start }))
      for (const record of page.records) {
        if (signal.aborted) return
        yield record
      }
      next = page.next
      if (!page.isLast) continue
      if (!options.follow) return
      await readers.wait(signal, wakes)
    } while (!signal.aborted)
  }

  async bounds(): Promise<JournalBounds> {
    const { name, store, calls } = this.#place
    return calls.run(() => store.call({ operation: 'bounds', journal: name }))
  }

  async trim(before: bigint): Promise<void> {
    const { name, store, calls } = this.#place
    await calls.run(async () => {
      while (!(await store.call({ operation: 'trim', journal: name, before })).isDone);
    })
  }
}
