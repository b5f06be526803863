import { BroadcastKey } from '../core/outbox.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import type { StateColumns } from '../core/state-columns.ts'
import type { SnapshotOutput } from '../execution/snapshot-output.ts'
import type { ByteWriter } from '../wire/byte-writer.ts'
import { ColumnsEncoder, typeOf } from './columns-encoder.ts'
import { EntriesEncoder } from './entries-encoder.ts'
import { type FrozenColumns, freezePage, isCopied } from './frozen-columns.ts'
import type { ShadowPages } from './shadow-pages.ts'

/** What outputs of one thread share. */
export interface SnapshotOutputHost {
  readonly pages: ShadowPages
  readonly scratch: ByteWriter
  /** The snapshot under way. */
  readonly snapshotId: number
  /** Whether another chunk may be made now. */
  readonly hasRoom: boolean
  put(vertexName: string, chunk: ArrayBuffer, entries: number): void
  /** Keeps a page that is to be encoded beside the processors. */
  defer(output: ProcessorSnapshotOutput, page: FrozenColumns): void
  processorEnded(vertexName: string): void
}

/**
 * Where one processor saves its state. Columns of numbers are copied, which is all that the processor waits for;
 * everything else is encoded at once, before the processor changes it.
 *
 * Metrics, of the last snapshot: `snapshotBytes`, `snapshotKeys`, `snapshotPauseMs`.
 */
export class ProcessorSnapshotOutput implements SnapshotOutput {
  entries = 0
  /** The last snapshot behind whose barrier the processor is, and the last whose second phase it has dealt with. */
  passedId = 0
  finishedId = 0
  /** Milliseconds for which it stood still the last time. */
  pauseMs = 0
  readonly #context: ProcessorContext
  readonly #host: SnapshotOutputHost
  readonly #ordinary: EntriesEncoder
  readonly #broadcast: EntriesEncoder
  #columns: ColumnsEncoder | null = null
  #savedId = 0
  #countedId = 0
  #keys = 0
  #bytes = 0

  constructor(context: ProcessorContext, host: SnapshotOutputHost) {
    this.#context = context
    this.#host = host
    this.#ordinary = new EntriesEncoder(this.#origin(false), host.scratch)
    this.#broadcast = new EntriesEncoder(this.#origin(true), host.scratch)
  }

  offer(key: unknown, value: unknown): boolean {
    const isBroadcast = key instanceof BroadcastKey
    const encoder = isBroadcast ? this.#broadcast : this.#ordinary
    if (encoder.isFull && !this.#flush(encoder)) return false
    encoder.add({ key: isBroadcast ? key.key : key, value })
    this.entries++
    return true
  }

  offerColumns(state: StateColumns, from: number, to: number): number {
    let next = from
    if (!isCopied(state.columns)) {
      if (from === to || !this.#host.hasRoom) return from
      next = from + this.#encode({ ...state, keysFrom: 0 }, from, to)
    } else {
      const { pages, snapshotId } = this.#host
      while (next < to) {
        const page = freezePage(pages, state, { from: next, to, snapshotId })
        if (page === null) break
        this.#host.defer(this, page)
        next += page.count
      }
    }
    this.entries += next - from
    return next
  }

  /** Makes a chunk of a page that was deferred, of entries from `from` on; answers how many there are in it. */
  encodePage(page: FrozenColumns, from: number): number {
    return this.#encode({ ...page, rows: null }, from, page.count, page.snapshotId)
  }

  barrier(snapshotId: number): boolean {
    if (this.#savedId === snapshotId) return true
    if (!this.#flush(this.#ordinary) || !this.#flush(this.#broadcast)) return false
    this.#savedId = snapshotId
    if (this.#countedId !== snapshotId) this.#count(snapshotId, 0, 0)
    return true
  }

  paused(milliseconds: number): void {
    this.passedId = this.#savedId
    this.pauseMs = milliseconds
    this.#context.metrics.metric('snapshotPauseMs').set(milliseconds)
  }

  finished(snapshotId: number): void {
    this.finishedId = snapshotId
  }

  ended(): void {
    this.#host.processorEnded(this.#context.vertexName)
  }

  #encode(
    range: Parameters<ColumnsEncoder['encode']>[0],
    from: number,
    to: number,
    snapshotId = this.#host.snapshotId,
  ): number {
    const { columns, timestamp } = range
    if (this.#columns === null || !this.#columns.fits(columns, timestamp)) {
      const types = columns.map(typeOf)
      this.#columns = new ColumnsEncoder(this.#origin(false), types, !Number.isNaN(timestamp), this.#host.scratch)
    }
    const { chunk, count } = this.#columns.encode(range, { from, to, snapshotId })
    this.#put(chunk, count, snapshotId)
    return count
  }

  /** False: there is no room now. */
  #flush(encoder: EntriesEncoder): boolean {
    const { snapshotId } = this.#host
    while (encoder.count > 0) {
      if (!this.#host.hasRoom) return false
      const { chunk, count } = encoder.encode(snapshotId)
      this.#put(chunk, count, snapshotId)
    }
    return true
  }

  #put(chunk: ArrayBuffer, entries: number, snapshotId: number): void {
    this.#count(snapshotId, entries, chunk.byteLength)
    this.#host.put(this.#context.vertexName, chunk, entries)
  }

  #count(snapshotId: number, keys: number, bytes: number): void {
    if (this.#countedId !== snapshotId) {
      this.#countedId = snapshotId
      this.#keys = this.#bytes = 0
    }
    this.#keys += keys
    this.#bytes += bytes
    const { metrics } = this.#context
    metrics.metric('snapshotKeys').set(this.#keys)
    metrics.metric('snapshotBytes').set(this.#bytes)
  }

  #origin(isBroadcast: boolean) {
    const { vertexName, globalProcessorIndex, totalParallelism } = this.#context
    return { vertexName, processorIndex: globalProcessorIndex, parallelism: totalParallelism, isBroadcast }
  }
}
