import { journalConflict, journalTrimmed } from './grid-error.ts'
import { checkGridName, checkValueSize } from './grid-name.ts'
import type { AppendOptions, Journal, JournalBounds, JournalReadOptions, JournalRecord } from './journal.ts'
import type { MemoryConnection } from './memory-connection.ts'
import type { MemoryJournalContent } from './memory-grid-content.ts'

/** A journal of a grid in memory. */
export class MemoryJournal implements Journal {
  readonly #connection: MemoryConnection
  readonly #name: string
  readonly #content: MemoryJournalContent
  readonly #recordBytesMax: number

  constructor(connection: MemoryConnection, name: string, recordBytesMax: number) {
    checkGridName('journal', name)
    this.#connection = connection
    this.#name = name
    this.#content = connection.content.journal(name)
    this.#recordBytesMax = recordBytesMax
  }

  async append(records: readonly Uint8Array[], options: AppendOptions = {}): Promise<{ first: bigint; last: bigint }> {
    for (const record of records) checkValueSize(`a record of journal '${this.#name}'`, record, this.#recordBytesMax)
    const payloads = records.map((record) => record.slice())
    return this.#connection.call({ operation: 'append', place: this.#name, name: '' }, () => {
      const { last } = this.#bounds()
      const { expectedLast } = options
      if (expectedLast !== undefined && expectedLast !== last) throw journalConflict(this.#name, expectedLast, last)
      for (const payload of payloads) this.#content.payloads.push(payload)
      this.#content.readers.wake()
      return { first: last + 1n, last: last + BigInt(payloads.length) }
    })
  }

  async *read(from: bigint, options: JournalReadOptions): AsyncGenerator<JournalRecord, void> {
    const signal = AbortSignal.any([options.signal, this.#connection.calls.closing])
    const content = this.#content
    let next = await this.#connection.call({ operation: 'readJournal', place: this.#name, name: '' }, () =>
      from <= 0n ? content.first : from,
    )
    while (!signal.aborted) {
      if (next < content.first) throw journalTrimmed(this.#name, next, content.first)
      if (next <= this.#bounds().last) {
        yield { offset: next, payload: content.payloads[Number(next - content.first)]!.slice() }
        next++
      } else if (options.follow) await content.readers.wait(signal)
      else return
    }
  }

  bounds(): Promise<JournalBounds> {
    return this.#connection.call({ operation: 'bounds', place: this.#name, name: '' }, () => this.#bounds())
  }

  trim(before: bigint): Promise<void> {
    return this.#connection.call({ operation: 'trim', place: this.#name, name: '' }, () => {
      const { first, last } = this.#bounds()
      const to = before > last + 1n ? last + 1n : before
      if (to <= first) return
      this.#content.payloads.splice(0, Number(to - first))
      this.#content.first = to
    })
  }

  #bounds(): JournalBounds {
    const { first, payloads } = this.#content
    return { first, last: first + BigInt(payloads.length) - 1n }
  }
}
