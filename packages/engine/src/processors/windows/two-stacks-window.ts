import type { AggregateState, Kernels } from '../../aggregate/kernels.ts'
import type { FrameTable } from './frame-table.ts'
import { KeyedAccumulators, NO_PLACES } from './keyed-accumulators.ts'
import { SlidingFrames } from './sliding-frames.ts'
import type { SlidingWindow, WindowContents } from './window-contents.ts'

/** Memory for entries that speed may cost: so many times what the frames need without. */
const GROWTH_MAX = 8

/** Whether accumulators are plain values, of which copies are independent and no larger than what they are made of. */
export function hasPlainAccumulators(kernels: Kernels): boolean {
  const state = kernels.newState(1)
  kernels.initRow(state, 0)
  return state.every((column) => column[0] === null || typeof column[0] !== 'object')
}

/**
 * Sliding windows of operations that can combine plain values but not deduct them, by the algorithm of two stacks: each
 * entry of a frame is combined about three times in all, not once for each window.
 *
 * The window consists of old frames and recent ones. Each old frame holds the total of itself and all old frames behind
 * it, so the first of them has the total of all and dropping it leaves the right total in the next. The recent ones
 * have one total. When all old frames are gone the recent ones become old.
 *
 * Invariants:
 * - D1: the first {@link #old} frames of the table hold such totals, or {@link #totals} does in their place when frames
 *   are to be saved; frames behind them hold their own items only.
 * - D2: {@link #recent} is the total of the frames of the window that are not old.
 * - D3: accumulators are combined in the order of time.
 */
export class TwoStacksWindow implements WindowContents {
  readonly by = 'place'
  readonly take = 'export'
  readonly #kernels: Kernels
  readonly #table: FrameTable
  readonly #frames: SlidingFrames
  readonly #keepsFrames: boolean
  #old = 0
  /** Totals of old frames when those keep their own items, the first frame's first; empty otherwise. */
  readonly #totals: KeyedAccumulators[] = []
  readonly #spareTotals: KeyedAccumulators[] = []
  readonly #recent: KeyedAccumulators
  /** Total of the window at hand while there are old frames. */
  readonly #merged: KeyedAccumulators
  #total: KeyedAccumulators
  /** Where entries of what is being merged go. */
  #targets: Int32Array = new Int32Array(0)
  /** A table of places without entries, for the frame that becomes old. */
  #places: Int32Array = NO_PLACES

  /** @param keepsFrames whether each frame keeps its own items, as saving it needs */
  constructor(kernels: Kernels, table: FrameTable, window: SlidingWindow, keepsFrames = false) {
    this.#kernels = kernels
    this.#keepsFrames = keepsFrames
    this.#table = table
    this.#frames = new SlidingFrames(table, window)
    this.#recent = new KeyedAccumulators(kernels)
    this.#merged = new KeyedAccumulators(kernels)
    this.#total = this.#recent
  }

  get start(): number {
    return this.#frames.start
  }

  get end(): number {
    return this.#frames.end
  }

  get count(): number {
    return this.#total.count
  }

  get rows(): Int32Array {
    return this.#total.rows
  }

  get keys(): readonly unknown[] {
    return this.#table.keys.keys
  }

  get state(): AggregateState {
    return this.#total.state
  }

  nextEnd(): number {
    return this.#frames.nextEnd()
  }

  open(end: number): void {
    const leading = this.#frames.enter(end)
    const { capacity } = this.#table.keys
    this.#recent.reserveRows(capacity)
    if (leading !== null) this.#merge(this.#recent, leading)
    this.#total = this.#recent
    if (this.#old === 0) return
    this.#merged.reserveRows(capacity)
    this.#copy(this.#totals[0] ?? this.#table.frames[0]!, this.#merged)
    this.#merge(this.#merged, this.#recent)
    this.#total = this.#merged
  }

  close(): void {
    empty(this.#merged)
    if (this.#frames.trailing() === null) return
    if (this.#old === 0 && this.#frames.inside > 1) {
      if (!this.#isDense()) return this.#recombine()
      if (this.#keepsFrames) this.#makeTotals()
      else this.#makeOld()
    }
    if (this.#old > 0) this.#dropOld()
    else empty(this.#recent)
    this.#frames.leave()
  }

  /** Whether most keys are in so many frames that totals in each frame do not need much more memory. */
  #isDense(): boolean {
    const { inside } = this.#frames
    let entries = 0
    for (let f = 0; f < inside; f++) entries += this.#table.frames[f]!.count
    return this.#recent.count * inside <= entries * GROWTH_MAX
  }

  /** All frames of the window become old. */
  #makeOld(): void {
    const { frames, keys } = this.#table
    const { inside } = this.#frames
    for (let f = inside - 2; f >= 0; f--) {
      const frame = frames[f]!
      const ownCount = frame.count
      frame.places = this.#places
      frame.reserveRows(keys.capacity)
      for (let i = 0; i < ownCount; i++) frame.places[frame.rows[i]!] = i
      this.#merge(frame, frames[f + 1]!)
      for (let i = ownCount; i < frame.count; i++) keys.frameCounts[frame.rows[i]!]!++
      frame.clearPlaces()
      this.#places = frame.places
      frame.places = NO_PLACES
    }
    this.#old = inside
    empty(this.#recent)
  }

  /** The same, but the totals lie beside the frames. */
  #makeTotals(): void {
    const { frames, keys } = this.#table
    const { inside } = this.#frames
    for (let f = inside - 1; f >= 0; f--) {
      const total = this.#spareTotals.pop() ?? new KeyedAccumulators(this.#kernels, frames[f]!.count)
      total.reserveRows(keys.capacity)
      this.#copy(frames[f]!, total)
      const later = this.#totals[0]
      if (later !== undefined) this.#merge(total, later)
      this.#totals.unshift(total)
    }
    this.#old = inside
    empty(this.#recent)
  }

  #dropOld(): void {
    this.#old--
    const total = this.#totals.shift()
    if (total === undefined) return
    empty(total)
    this.#spareTotals.push(total)
  }

  /** The first frame goes and the others are combined anew: the way for keys that are in few frames each. */
  #recombine(): void {
    this.#frames.leave()
    empty(this.#recent)
    for (let f = 0; f < this.#frames.inside; f++) this.#merge(this.#recent, this.#table.frames[f]!)
  }

  /** Combines all of `source` into `target`. */
  #merge(target: KeyedAccumulators, source: KeyedAccumulators): void {
    const { rows, count } = source
    if (this.#targets.length < count) this.#targets = new Int32Array(rows.length)
    const targets = this.#targets
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      let place = target.places[row]!
      if (place < 0) {
        place = target.add(row)
        this.#kernels.initRow(target.state, place)
      }
      targets[i] = place
    }
    this.#kernels.combineRows!(target.state, targets, source.state, 0, count)
  }

  /** Copies entries into an empty target. */
  #copy(source: KeyedAccumulators, target: KeyedAccumulators): void {
    for (let i = 0; i < source.count; i++)
      this.#kernels.moveEntry(target.state, target.add(source.rows[i]!), source.state, i)
  }
}

function empty(accumulators: KeyedAccumulators): void {
  accumulators.clearPlaces()
  accumulators.clearEntries()
}
