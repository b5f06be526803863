import type { NacelleError } from '../base/nacelle-error.ts'
import { AbstractProcessor } from '../core/abstract-processor.ts'
import type { EventTimePolicy } from '../core/event-time-policy.ts'
import type { Inbox } from '../core/inbox.ts'
import { BroadcastKey } from '../core/outbox.ts'
import { EventTimeMapper } from '../processors/event-time-mapper.ts'
import { RestoredWatermark, saveWatermark } from '../processors/saved-watermarks.ts'
import { NativeSourceBuffer, PlainSourceBuffer } from './source-buffer.ts'
import { connectorError, isPromise, type SourceFunctions } from './source-functions.ts'

/** Calls of `fillBuffer` in one call of the processor when each adds less than the outbox holds. */
const FILLS_PER_CALL_MAX = 16

/** Larger arrays of a fill are not kept for the next: they would hold its items in memory. */
const OWN_LENGTH_KEPT_MAX = 1 << 16

/**
 * Runs a source made by `SourceBuilder`.
 *
 * Invariants:
 * - B1: while `fillBuffer` runs, the buffer's array is the staging batch's, or the source's own when an earlier fill
 *   was asynchronous or did not fit into the staging batch; what lies in an own array is copied piece by piece.
 * - B2: when `fillBuffer` answers a promise, its array is its own before the call of the engine ends, because the
 *   engine may flush the staging batch at any time.
 * - B3: the watermark of a fill leaves behind all items of the fill.
 */
export class BuiltSourceProcessor extends AbstractProcessor {
  readonly #functions: SourceFunctions
  readonly #policy: EventTimePolicy | null
  #source: unknown = undefined
  #created = false
  #buffer!: PlainSourceBuffer
  #time: EventTimeMapper | null = null
  /** See B1. */
  #fillsOwn = false
  #ownItems: unknown[] = []
  #ownTimestamps: Float64Array = new Float64Array(0)
  #awaiting = false
  /** A promise of `fillBuffer` has settled, with {@link #failure} or without. */
  #settled = false
  #failure: NacelleError | null = null
  /** Items of one fill that did not fit into the staging batch, from `#overflowAt` on. */
  #overflow: unknown[] | null = null
  #overflowTimestamps: Float64Array | null = null
  #overflowAt = 0
  #overflowCount = 0
  readonly #restored: unknown[] = []
  #restoredTime: RestoredWatermark | null = null

  constructor(functions: SourceFunctions, policy: EventTimePolicy | null) {
    super()
    this.#functions = functions
    this.#policy = policy
  }

  protected override initialize(): void | Promise<void> {
    const { vertexName, platform } = this.context
    const policy = this.#policy
    const Buffer = policy?.timestampOf === 'native' ? NativeSourceBuffer : PlainSourceBuffer
    this.#buffer = new Buffer(vertexName, this.outbox.capacity)
    if (policy !== null) this.#time = new EventTimeMapper(policy, platform.clock, vertexName)
    let created: unknown
    try {
      created = this.#functions.create(this.context)
    } catch (thrown) {
      throw connectorError(thrown, vertexName, 'the create function')
    }
    if (!isPromise(created)) return this.#keep(created)
    return Promise.resolve(created).then(
      (source) => this.#keep(source),
      (thrown: unknown) => {
        throw connectorError(thrown, vertexName, 'the create function')
      },
    )
  }

  #keep(source: unknown): void {
    this.#source = source
    this.#created = true
  }

  override complete(): boolean {
    if (!this.#isSettled() || !this.#deliver()) return false
    const { outbox } = this
    for (let fills = 0; fills < FILLS_PER_CALL_MAX && !this.#buffer.isClosed; fills++) {
      this.#fill()
      if (this.#awaiting) return false
      const isFull = outbox.staging.count >= outbox.capacity || this.#overflow !== null
      if (!this.#deliver()) return false
      if (isFull || this.#buffer.size === 0) break
    }
    return outbox.flush() && this.#buffer.isClosed
  }

  #fill(): void {
    const buffer = this.#buffer
    if (this.#fillsOwn) this.#attachOwn()
    else this.#attachStaging()
    let answer: unknown
    try {
      answer = this.#functions.fillBuffer(this.#source as never, buffer)
    } catch (thrown) {
      throw connectorError(thrown, this.context.vertexName, 'fillBuffer')
    }
    if (answer !== undefined && isPromise(answer)) this.#await(answer)
    else this.#take()
  }

  #attachStaging(): void {
    const staging = this.outbox.staging
    const buffer = this.#buffer
    buffer.items = staging.items
    buffer.base = buffer.count = staging.count
    if (buffer instanceof NativeSourceBuffer) buffer.timestamps = staging.timestamps!
  }

  #attachOwn(): void {
    const buffer = this.#buffer
    buffer.items = this.#ownItems
    buffer.base = buffer.count = 0
    if (buffer instanceof NativeSourceBuffer) buffer.timestamps = this.#ownTimestamps
  }

  #await(promise: PromiseLike<unknown>): void {
    const buffer = this.#buffer
    if (!this.#fillsOwn) {
      buffer.items = buffer.items.slice(buffer.base, buffer.count)
      if (buffer instanceof NativeSourceBuffer) buffer.timestamps = buffer.timestamps.slice(buffer.base)
      buffer.count -= buffer.base
      buffer.base = 0
      this.#fillsOwn = true
    }
    this.#awaiting = true
    const settle = (failure: NacelleError | null): void => {
      this.#awaiting = false
      this.#settled = true
      this.#failure = failure
      this.context.wake()
    }
    promise.then(
      () => settle(null),
      (thrown: unknown) => settle(connectorError(thrown, this.context.vertexName, 'fillBuffer')),
    )
  }

  /** False while a promise is out; takes what it has added when it has settled. */
  #isSettled(): boolean {
    if (this.#awaiting) return false
    if (!this.#settled) return true
    this.#settled = false
    if (this.#failure !== null) throw this.#failure
    this.#take()
    return true
  }

  /** Moves on what a fill has added: it lies in the staging batch already, or goes there piece by piece. */
  #take(): void {
    const buffer = this.#buffer
    const { items, count, base } = buffer
    if (count === base) {
      this.#time?.observeIdle()
      return
    }
    const timestamps = this.#time === null ? null : this.#timestampsFor(count)
    this.#time?.observe(items, timestamps!, base, count)
    if (this.#fillsOwn) return this.#setAside(items, timestamps, count, 0)
    const { staging, capacity } = this.outbox
    staging.count = Math.min(count, capacity)
    if (timestamps !== null) staging.timestamps = timestamps
    if (count <= capacity) return
    staging.items = items.slice(0, capacity)
    if (timestamps !== null) staging.timestamps = timestamps.slice(0, capacity)
    this.#fillsOwn = true
    this.#setAside(items, timestamps, count, capacity)
  }

  /** The column that the timestamps of a fill are in or belong into. */
  #timestampsFor(count: number): Float64Array {
    const buffer = this.#buffer
    if (buffer instanceof NativeSourceBuffer) return buffer.timestamps
    if (this.#fillsOwn) {
      if (this.#ownTimestamps.length < count) this.#ownTimestamps = new Float64Array(count * 2)
      return this.#ownTimestamps
    }
    const { staging } = this.outbox
    staging.reserve(count)
    return staging.timestamps!
  }

  /** Keeps the items of a fill from `from` on until there is room for them. */
  #setAside(items: unknown[], timestamps: Float64Array | null, count: number, from: number): void {
    const isKept = items.length <= OWN_LENGTH_KEPT_MAX
    this.#ownItems = isKept ? items : []
    if (timestamps !== null) this.#ownTimestamps = isKept ? timestamps : new Float64Array(0)
    this.#overflow = items
    this.#overflowTimestamps = timestamps
    this.#overflowCount = count
    this.#overflowAt = from
  }

  /** Brings overflow and watermark under way. False: no room now. */
  #deliver(): boolean {
    const outbox = this.outbox
    while (this.#overflow !== null) {
      if (outbox.staging.count >= outbox.capacity && !outbox.flush()) return false
      this.#copyPiece(this.#overflow)
    }
    if (outbox.staging.count >= outbox.capacity && !outbox.flush()) return false
    const time = this.#time
    if (time !== null && time.hasWatermark) {
      if (!outbox.offerWatermark(time.watermark)) return false
      time.hasWatermark = false
    }
    return true
  }

  #copyPiece(overflow: unknown[]): void {
    const staging = this.outbox.staging
    const start = staging.count
    const from = this.#overflowAt
    const length = Math.min(this.outbox.capacity - start, this.#overflowCount - from)
    for (let i = 0; i < length; i++) staging.items[start + i] = overflow[from + i]
    if (this.#overflowTimestamps !== null) {
      staging.reserve(start + length)
      staging.timestamps!.set(this.#overflowTimestamps.subarray(from, from + length), start)
    }
    staging.count = start + length
    this.#overflowAt = from + length
    if (this.#overflowAt === this.#overflowCount) this.#overflow = this.#overflowTimestamps = null
  }

  override saveToSnapshot(): boolean {
    // A fill under way may already have moved the user's source on: its items must leave before the state is asked.
    if (!this.#isSettled() || !this.#deliver()) return false
    const time = this.#time
    if (time !== null && !saveWatermark(this.outbox, this.context, time.sent)) return false
    const { createSnapshot } = this.#functions
    if (createSnapshot === null) return true
    let state: unknown
    try {
      state = createSnapshot(this.#source as never)
    } catch (thrown) {
      throw connectorError(thrown, this.context.vertexName, 'the createSnapshot function')
    }
    if (state === null || state === undefined) return true
    return this.outbox.offerToSnapshot(new BroadcastKey(this.context.globalProcessorIndex), state)
  }

  override restoreFromSnapshot(inbox: Inbox): void {
    this.#restoredTime ??= new RestoredWatermark(this.context)
    while (!inbox.isEmpty()) {
      const entry = inbox.poll() as { readonly key: unknown; readonly value: unknown }
      if (!this.#restoredTime.take(entry)) this.#restored.push(entry.value)
    }
  }

  override finishSnapshotRestore(): boolean {
    if (this.#restoredTime !== null) this.#time?.restore(this.#restoredTime.watermark)
    const { restoreSnapshot } = this.#functions
    if (restoreSnapshot === null || this.#restored.length === 0) return true
    try {
      restoreSnapshot(this.#source as never, this.#restored.splice(0) as never[])
    } catch (thrown) {
      throw connectorError(thrown, this.context.vertexName, 'the restoreSnapshot function')
    }
    return true
  }

  override close(): void | Promise<void> {
    if (!this.#created || this.#functions.destroy === null) return
    this.#created = false
    const answer = this.#functions.destroy(this.#source as never)
    if (isPromise(answer)) return Promise.resolve(answer).then(() => {})
  }
}
