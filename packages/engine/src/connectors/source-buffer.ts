import { NacelleError } from '../base/nacelle-error.ts'

/** What a source made by `SourceBuilder` puts its items into. */
export interface SourceBuffer<in T> {
  /** Adds an item; null and undefined are refused with ERR_NULL_ITEM. */
  add(item: T): void
  /** How many items this call of `fillBuffer` has added. */
  readonly size: number
  /** How many items go on at once: adding many more in one call is allowed, and costs a copy. */
  readonly capacity: number
}

/** The buffer of a batch source: it also says when the source has ended. */
export interface BatchSourceBuffer<in T> extends SourceBuffer<T> {
  /** Ends the source: what was added still goes on, `fillBuffer` is not called again. */
  close(): void
}

/** The buffer of a source that knows the event time of its items. */
export interface TimestampedSourceBuffer<in T> {
  /** Adds an item with its event time in milliseconds since the epoch. */
  add(item: T, timestampMs: number): void
  readonly size: number
  readonly capacity: number
}

/**
 * The buffer behind {@link SourceBuffer}. Its array is that of the outbox's staging batch, so that an item is written
 * once and copied never; hence plain fields, and `add` does nothing but write.
 */
export class PlainSourceBuffer implements BatchSourceBuffer<unknown> {
  items: unknown[] = []
  /** Entries filled in {@link items}, those before {@link base} included. */
  count = 0
  /** Entries that were in {@link items} before this call of `fillBuffer`. */
  base = 0
  isClosed = false
  readonly vertexName: string
  readonly capacity: number

  constructor(vertexName: string, capacity: number) {
    this.vertexName = vertexName
    this.capacity = capacity
  }

  add(item: unknown): void {
    if (item === null || item === undefined) throw nullItem(this.vertexName, item)
    this.items[this.count++] = item
  }

  close(): void {
    this.isClosed = true
  }

  get size(): number {
    return this.count - this.base
  }
}

/** {@link PlainSourceBuffer} with a column of timestamps beside the items. */
export class NativeSourceBuffer extends PlainSourceBuffer implements TimestampedSourceBuffer<unknown> {
  timestamps: Float64Array = new Float64Array(0)

  override add(item: unknown, timestampMs?: number): void {
    if (item === null || item === undefined) throw nullItem(this.vertexName, item)
    const at = this.count
    if (at >= this.timestamps.length) this.grow()
    this.items[at] = item
    this.timestamps[at] = timestampMs!
    this.count = at + 1
  }

  private grow(): void {
    const grown = new Float64Array(Math.max(64, this.timestamps.length * 2))
    grown.set(this.timestamps)
    this.timestamps = grown
  }
}

function nullItem(vertexName: string, item: unknown): NacelleError {
  return new NacelleError(
    'ERR_NULL_ITEM',
    `source '${vertexName}' added ${String(item)} to its buffer: items must be values, add nothing where there is nothing`,
    { details: { vertex: vertexName } },
  )
}
