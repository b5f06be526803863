import type { Kernels } from '../../aggregate/kernels.ts'
import { NacelleError } from '../../base/nacelle-error.ts'
import type { KeyDictionary } from '../../core/batch.ts'
import { nullKeyError } from '../../core/user-error.ts'
import { Frame } from './frame.ts'
import { grown, KeyRows } from './key-rows.ts'
import { NO_PLACES } from './keyed-accumulators.ts'
import type { LateEvents } from './late-events.ts'

/** Frames, and tables of places, that are kept for later use at most. */
const SPARE_MAX = 8

/** What a {@link FrameTable} is made of. */
export interface FrameTableOptions {
  readonly kernels: Kernels
  /** Length of a frame. */
  readonly frameSizeMs: number
  readonly lateEvents: LateEvents
  readonly vertexName: string
}

/** The greatest multiple of `stepMs` that is not above `timestamp`; also for negative timestamps. */
export function floorToStep(timestamp: number, stepMs: number): number {
  const floor = Math.floor(timestamp / stepMs) * stepMs
  // The quotient may have been rounded up to a whole number.
  return floor > timestamp ? floor - stepMs : floor
}

/**
 * The frames of one processor that hold entries, with their keys.
 *
 * Invariants:
 * - F1: frames stand by rising end, and each has at least one key.
 * - F2: no entry goes into a frame that ends at {@link closedEnd} or before: it is late. So what a window has
 *   taken from a frame is all of it.
 */
export class FrameTable {
  readonly frames: Frame[] = []
  readonly keys = new KeyRows()
  readonly frameSizeMs: number
  /** Frames up to this end take nothing any more. Whoever raises it gives a multiple of the frame size. */
  closedEnd: number = Number.NEGATIVE_INFINITY
  /** Whether the last place asked for is new, so that its accumulator must be initialised. */
  wasAdded = false
  readonly #kernels: Kernels
  readonly #lateEvents: LateEvents
  readonly #vertexName: string
  readonly #spareFrames: Frame[] = []
  readonly #sparePlaces: Int32Array[] = []

  constructor(options: FrameTableOptions) {
    this.frameSizeMs = options.frameSizeMs
    this.#kernels = options.kernels
    this.#lateEvents = options.lateEvents
    this.#vertexName = options.vertexName
  }

  /**
   * The frame of an item, or null when the item is late.
   *
   * @param timestamp event time of the item plus `offset`
   * @param offset a multiple of the frame size: how far behind its own frame the item is wanted
   */
  frameAt(timestamp: number, offset: number): Frame | null {
    const end = floorToStep(timestamp, this.frameSizeMs) + this.frameSizeMs
    if (!Number.isFinite(end)) throw this.#timestampError(timestamp)
    if (end - offset > this.closedEnd) return this.#frameEndingAt(end)
    // Each item is counted once, however many windows have missed it.
    if (offset === 0) this.#lateEvents.count(timestamp, this.closedEnd)
    return null
  }

  /** The frame that ends at `end`, for entries that stand for whole frames; null when they are late. */
  frameEndingAt(end: number): Frame | null {
    if (end > this.closedEnd) return this.#frameEndingAt(end)
    if (Number.isNaN(end)) throw this.#timestampError(end)
    this.#lateEvents.count(end - 1, this.closedEnd)
    return null
  }

  /** Place of a key that may be new; `row` is its row or -1. `item` is for the message about a null key. */
  placeOfKey(frame: Frame, row: number, key: unknown, item: unknown): number {
    if (key === null || key === undefined) throw nullKeyError(this.#vertexName, item)
    return this.placeOfRow(frame, row < 0 ? this.#createRow(frame, key) : row)
  }

  /** The same for a slot of a dictionary, whose row it notes there. */
  placeOfSlot(frame: Frame, dictionary: KeyDictionary, slot: number): number {
    const key = dictionary.keys[slot]
    let row = this.keys.map.get(key)
    if (row < 0) row = this.#createRow(frame, key)
    dictionary.rows[slot] = row
    dictionary.generations[slot] = this.keys.generations[row]!
    return this.placeOfRow(frame, row)
  }

  /** Makes room for what {@link placeOfSlot} notes about the first `keyCount` slots. */
  prepare(dictionary: KeyDictionary, keyCount: number): void {
    if (keyCount <= dictionary.resolved) return
    const length = dictionary.generations.length
    if (length < keyCount) {
      const capacity = Math.max(dictionary.rows.length, keyCount, length * 2)
      dictionary.rows = grown(dictionary.rows, capacity, 0)
      dictionary.generations = grown(dictionary.generations, capacity, 0)
    }
    dictionary.rows.fill(-1, dictionary.resolved, keyCount)
    dictionary.resolved = keyCount
  }

  /** A frame takes nothing any more: its table of places goes back. */
  seal(frame: Frame): void {
    const { places } = frame
    if (places === NO_PLACES) return
    if (this.#sparePlaces.length < SPARE_MAX) {
      frame.clearPlaces()
      this.#sparePlaces.push(places)
    }
    frame.places = NO_PLACES
  }

  /** Drops the first frame: its keys may lose their rows, its memory is used again. */
  removeFirst(): void {
    const frame = this.frames.shift()!
    this.seal(frame)
    this.keys.releaseFrame(frame.rows, frame.count)
    frame.clearEntries()
    if (this.#spareFrames.length < SPARE_MAX) this.#spareFrames.push(frame)
  }

  #frameEndingAt(end: number): Frame {
    const { frames } = this
    // Mostly there is a frame for each slice of time, so this is where the frame stands.
    let at = frames.length === 0 ? 0 : (end - frames[0]!.end) / this.frameSizeMs
    if (!(at >= 0 && at < frames.length && frames[at]!.end === end)) at = this.#indexOf(end)
    const found = frames[at]
    if (found !== undefined && found.end === end) {
      // Keys that have come since the frame was looked at last need a place in its table.
      found.reserveRows(this.keys.capacity)
      return found
    }
    const frame = this.#spareFrames.pop() ?? new Frame(this.#kernels, this.#expectedKeys(at))
    frame.places = this.#sparePlaces.pop() ?? NO_PLACES
    frame.reserveRows(this.keys.capacity)
    frame.end = end
    frames.splice(at, 0, frame)
    return frame
  }

  /** How many keys a new frame at `at` will have, if it becomes like the one before it. */
  #expectedKeys(at: number): number {
    return at === 0 ? 0 : Math.ceil(this.frames[at - 1]!.count * 1.125)
  }

  /** Index of the first frame that ends at `end` or later. */
  #indexOf(end: number): number {
    const { frames } = this
    let from = 0
    let to = frames.length
    while (from < to) {
      const middle = (from + to) >>> 1
      if (frames[middle]!.end < end) from = middle + 1
      else to = middle
    }
    return from
  }

  #createRow(frame: Frame, key: unknown): number {
    const row = this.keys.create(key)
    frame.reserveRows(this.keys.capacity)
    return row
  }

  /** Place of a key whose row is known. */
  placeOfRow(frame: Frame, row: number): number {
    const place = frame.places[row]!
    this.wasAdded = place < 0
    if (place >= 0) return place
    this.keys.frameCounts[row]!++
    return frame.add(row)
  }

  #timestampError(timestamp: number): NacelleError {
    return new NacelleError(
      'ERR_TIMESTAMP',
      `vertex '${this.#vertexName}' got an item with timestamp ${timestamp}: windows need event time in milliseconds since the epoch`,
      { details: { vertex: this.#vertexName, timestamp } },
    )
  }
}
