import { assert } from '../base/assert.ts'
import { Batch } from '../core/batch.ts'
import { Inbox } from '../core/inbox.ts'
import type { Processor } from '../core/processor.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import { WATERMARK_IDLE, WATERMARK_NONE, type Watermark } from '../core/watermark.ts'
import type { Conveyor } from './conveyor.ts'
import type { EdgeOutbox } from './edge-outbox.ts'
import { POLL_BARRIER, POLL_BATCH, POLL_NOTHING } from './edge-queue.ts'
import { processorError } from './processor-error.ts'
import type { SnapshotOutput, SnapshotRequest } from './snapshot-output.ts'
import { DONE, MADE_PROGRESS, NO_PROGRESS, type Progress, type Tasklet } from './tasklet.ts'
import type { WatermarkCoalescer } from './watermark-coalescer.ts'

/** Where a processor tasklet stands; the original's states of the same names. */
export type TaskletState =
  | 'finishRestore'
  | 'processWatermark'
  | 'nullaryProcess'
  | 'processInbox'
  | 'completeEdge'
  | 'saveSnapshot'
  | 'commitPrepare'
  | 'emitBarrier'
  | 'complete'
  | 'commitFinish'
  | 'awaitCommit'
  | 'emitDone'
  | 'end'

/** What a {@link ProcessorTasklet} is made of. */
export interface ProcessorTaskletOptions {
  readonly processor: Processor
  readonly context: ProcessorContext
  readonly outbox: EdgeOutbox
  /** All inputs; none for a source. */
  readonly conveyors: readonly Conveyor[]
  readonly coalescer: WatermarkCoalescer
  /** Whether entries of a snapshot come through {@link ProcessorTasklet.restore} before the first call. */
  readonly restores: boolean
  readonly snapshotRequest: SnapshotRequest
  readonly snapshotOutput: SnapshotOutput
}

/** States in which a processor may wait for something that rings no bell. */
const POLLED_STATES: ReadonlySet<TaskletState> = new Set([
  'finishRestore',
  'nullaryProcess',
  'saveSnapshot',
  'commitPrepare',
  'complete',
  'commitFinish',
  'awaitCommit',
])

/** Steps in one call at most, so that markers alone cannot hold the thread. */
const STEPS_MAX = 64

/**
 * Drives one processor through its life (the state machine of the original's ProcessorTasklet).
 *
 * Invariants:
 * - T1: an inbox never mixes items from before and behind a watermark or barrier.
 * - T2: a processor is only called while its outbox has room; what it staged leaves before anything newer.
 * - T3: inputs of a lower priority number are read to their end before others are touched.
 * - T4: `saveToSnapshot` is called when every live queue stands behind the barrier (exactly-once) and the inbox is
 *   empty.
 * - T5: a batch that is read to its end is let go before its queue is asked again: from then on it may be filled anew.
 * - T6: a processor that has ended saves its last state in each later snapshot, so that a restart from it does not
 *   begin anew what is done.
 */
export class ProcessorTasklet implements Tasklet {
  readonly name: string
  readonly context: ProcessorContext
  state: TaskletState = 'processWatermark'
  /** Items taken from inboxes so far. */
  itemsIn = 0

  readonly #processor: Processor
  readonly #outbox: EdgeOutbox
  readonly #coalescer: WatermarkCoalescer
  readonly #request: SnapshotRequest
  readonly #snapshotOutput: SnapshotOutput
  readonly #alignsAlways: boolean
  /** Inputs not exhausted, by priority. */
  #conveyors: Conveyor[]
  #exhausted: Conveyor | null = null
  readonly #noBatch = new Batch({ kind: 'items', timed: false }, 0)
  #inbox = new Inbox(this.#noBatch)
  #inboxOrdinal = 0
  #pendingWatermark: Watermark = WATERMARK_NONE
  #turn = 0
  #progress = false
  /** Something may wait in collectors that has to leave when there is nothing else to do. */
  #mayHoldOutput = false
  #barrierId = 0
  #barrierTerminal = false
  #savedId = 0
  #finishedId = 0
  #stateAfterCommit: TaskletState = 'processWatermark'
  #stateAfterRestore: TaskletState = 'processWatermark'
  /** Since when the processor stands still to save its state; -1 = it does not. */
  #pausedAtMs = -1

  constructor(options: ProcessorTaskletOptions) {
    this.context = options.context
    this.name = `${options.context.vertexName}#${options.context.localProcessorIndex}`
    this.#processor = options.processor
    this.#outbox = options.outbox
    this.#coalescer = options.coalescer
    this.#request = options.snapshotRequest
    this.#snapshotOutput = options.snapshotOutput
    this.#alignsAlways = options.context.guarantee === 'exactlyOnce'
    this.#conveyors = [...options.conveyors].sort((a, b) => a.priority - b.priority)
    if (this.#conveyors.length === 0) this.#stateAfterRestore = 'complete'
    this.state = options.restores ? 'finishRestore' : this.#stateAfterRestore
  }

  get itemsOut(): number {
    return this.#outbox.itemsOut
  }

  /** The last watermark sent on; -Infinity before the first. */
  get watermark(): Watermark {
    return this.#outbox.lastWatermark
  }

  get needsPolling(): boolean {
    return POLLED_STATES.has(this.state)
  }

  async init(): Promise<void> {
    try {
      await this.#processor.init(this.#outbox, this.context)
    } catch (error) {
      throw processorError(error, this.context, 'init')
    }
  }

  async close(error: unknown): Promise<void> {
    await this.#processor.close(error)
  }

  /** Gives the processor entries of a snapshot that are its own; only before the first {@link call}. */
  restore(entries: Batch): void {
    const inbox = new Inbox(entries)
    try {
      while (!inbox.isEmpty()) {
        const before = inbox.position
        this.#processor.restoreFromSnapshot(inbox)
        assert(inbox.position > before, `processor ${this.name} did not take what it has to restore`)
      }
    } catch (error) {
      throw processorError(error, this.context, 'restore')
    }
  }

  call(): Progress {
    this.#progress = false
    try {
      if (this.#outbox.staging.count >= this.#outbox.capacity && !this.#outbox.flush()) return NO_PROGRESS
      let steps = 0
      while (this.#step() && ++steps < STEPS_MAX);
      if (this.state === 'end' && this.#request.isOver) return DONE
      if (this.#progress) this.#mayHoldOutput = true
      else if (this.#mayHoldOutput && this.#outbox.flushAll()) this.#mayHoldOutput = false
    } catch (error) {
      throw processorError(error, this.context, this.state)
    }
    return this.#progress ? MADE_PROGRESS : NO_PROGRESS
  }

  /** One step; true = another one may follow in this call. */
  #step(): boolean {
    switch (this.state) {
      case 'finishRestore':
        return this.#processor.finishSnapshotRestore() && this.#become(this.#stateAfterRestore)
      case 'processWatermark':
        return this.#processWatermark()
      case 'nullaryProcess':
        if (!this.#processor.tryProcess()) return false
        return this.#become('processInbox', false)
      case 'processInbox':
        return this.#processInbox()
      case 'completeEdge':
        return this.#completeEdge()
      case 'saveSnapshot':
        return this.#save() && this.#become(this.#isExport ? 'emitBarrier' : 'commitPrepare')
      case 'commitPrepare':
        return this.#processor.snapshotCommitPrepare() && this.#become('emitBarrier')
      case 'emitBarrier':
        return this.#emitBarrier()
      case 'complete':
        return this.#complete()
      case 'awaitCommit':
        return this.#commitIsDue() && this.#toCommitFinish('emitDone')
      case 'commitFinish':
        return this.#commitFinish()
      case 'emitDone':
        return this.#outbox.offerDone() && this.#outbox.flushAll() && this.#end()
      case 'end':
        return this.#afterEnd()
    }
  }

  #become(state: TaskletState, isProgress = true): true {
    this.state = state
    if (isProgress) this.#progress = true
    return true
  }

  #processWatermark(): boolean {
    for (;;) {
      if (this.#pendingWatermark === WATERMARK_NONE) this.#pendingWatermark = this.#coalescer.next()
      if (this.#pendingWatermark === WATERMARK_NONE) return this.#become('nullaryProcess', false)
      const handled =
        this.#pendingWatermark === WATERMARK_IDLE
          ? this.#outbox.offerWatermark(WATERMARK_IDLE)
          : this.#processor.tryProcessWatermark(this.#pendingWatermark)
      if (!handled) return false
      this.#pendingWatermark = WATERMARK_NONE
      this.#progress = true
    }
  }

  #processInbox(): boolean {
    if (this.#commitIsDue()) return this.#toCommitFinish('processInbox')
    if (this.#inbox.isEmpty()) {
      const found = this.#fillInbox()
      if (found === POLL_NOTHING && this.#exhausted === null && !this.#isAligned()) {
        this.state = 'processWatermark'
        return false
      }
      this.#progress = true
    }
    if (!this.#inbox.isEmpty()) {
      this.#process()
      if (!this.#inbox.isEmpty()) {
        this.state = 'nullaryProcess'
        return false
      }
      this.#after()
      return false
    }
    this.#after()
    return true
  }

  #process(): void {
    const before = this.#inbox.position
    this.#processor.process(this.#inboxOrdinal, this.#inbox)
    const taken = this.#inbox.position - before
    this.itemsIn += taken
    if (taken > 0) this.#progress = true
  }

  /** The inbox is empty: what comes next? */
  #after(): void {
    if (this.#exhausted !== null) this.state = 'completeEdge'
    else if (this.#isAligned()) this.state = 'saveSnapshot'
    else this.state = 'processWatermark'
  }

  /** Takes one entry from the inputs of the leading priority (T3), in turn. */
  #fillInbox(): number {
    this.#inbox.batch = this.#noBatch
    this.#inbox.position = 0
    const conveyors = this.#conveyors
    const priority = conveyors[0]!.priority
    let group = 1
    while (group < conveyors.length && conveyors[group]!.priority === priority) group++
    const aligned = this.#alignsAlways || this.#barrierTerminal
    for (let tries = 0; tries < group; tries++) {
      const conveyor = conveyors[this.#turn % group]!
      this.#turn = (this.#turn + 1) % group
      const kind = conveyor.drain(aligned)
      if (kind === POLL_NOTHING) continue
      if (kind === POLL_BATCH) {
        this.#inbox.batch = conveyor.current.batch
        this.#inbox.position = 0
        this.#inboxOrdinal = conveyor.ordinal
      } else if (kind === POLL_BARRIER) {
        this.#barrierId = conveyor.current.barrierId
        this.#barrierTerminal = conveyor.current.barrierTerminal
      } else if (conveyor.live === 0) {
        this.#exhausted = conveyor
      }
      return kind
    }
    return POLL_NOTHING
  }

  #isAligned(): boolean {
    let barriers = 0
    for (const conveyor of this.#conveyors) {
      if (!conveyor.isAligned) return false
      barriers += conveyor.barriers
    }
    return barriers > 0
  }

  #completeEdge(): boolean {
    const conveyor = this.#exhausted
    assert(conveyor !== null, 'no exhausted input to complete')
    if (!this.#processor.completeEdge(conveyor.ordinal)) return false
    this.#conveyors = this.#conveyors.filter((other) => other !== conveyor)
    this.#exhausted = null
    this.#turn = 0
    return this.#become(
      this.#conveyors.length === 0 ? 'complete' : this.#isAligned() ? 'saveSnapshot' : 'processWatermark',
    )
  }

  /** The snapshot under way is only to be looked at from outside: the job does not go back to it. */
  get #isExport(): boolean {
    return this.#request.exportOnly && !this.#request.terminal
  }

  #save(): boolean {
    if (this.#pausedAtMs < 0) this.#pausedAtMs = this.context.platform.clock.monotonicMs()
    const before = this.#snapshotOutput.entries
    const saved = this.#processor.saveToSnapshot()
    if (this.#snapshotOutput.entries !== before) this.#progress = true
    return saved
  }

  #emitBarrier(): boolean {
    if (
      !this.#snapshotOutput.barrier(this.#barrierId) ||
      !this.#outbox.offerBarrier(this.#barrierId, this.#barrierTerminal)
    )
      return false
    for (const conveyor of this.#conveyors) conveyor.release()
    this.#saved(this.#barrierId)
    if (this.#barrierTerminal) return this.#become('awaitCommit')
    return this.#become(this.#conveyors.length === 0 ? 'complete' : 'processWatermark')
  }

  #complete(): boolean {
    if (this.#commitIsDue()) return this.#toCommitFinish('complete')
    if (this.#request.requestedId > this.#savedId) {
      this.#barrierId = this.#request.requestedId
      this.#barrierTerminal = this.#request.terminal
      return this.#become('saveSnapshot')
    }
    const before = this.#outbox.itemsOut + this.#outbox.staging.count
    if (this.#processor.complete()) return this.#become(this.#savedId > this.#finishedId ? 'awaitCommit' : 'emitDone')
    if (this.#outbox.itemsOut + this.#outbox.staging.count !== before) this.#progress = true
    return false
  }

  #commitIsDue(): boolean {
    return this.#request.finishedId > this.#finishedId && this.#savedId >= this.#request.finishedId
  }

  #toCommitFinish(next: TaskletState): true {
    this.#stateAfterCommit = next
    return this.#become('commitFinish')
  }

  #commitFinish(): boolean {
    if (!this.#processor.snapshotCommitFinish(this.#request.finishedWithSuccess)) return false
    this.#finishedId = this.#request.finishedId
    this.#snapshotOutput.finished(this.#finishedId)
    return this.#become(this.#stateAfterCommit)
  }

  #end(): false {
    this.#become('end')
    this.#snapshotOutput.ended()
    return false
  }

  /** T6. It has nothing to send any more, not even a barrier. */
  #afterEnd(): boolean {
    if (this.#commitIsDue()) return this.#toCommitFinish('end')
    if (this.#request.requestedId <= this.#savedId) return false
    if (!this.#save() || !(this.#isExport || this.#processor.snapshotCommitPrepare())) return false
    assert(this.#outbox.staging.count === 0, `processor ${this.name} emitted items after its end`)
    if (!this.#snapshotOutput.barrier(this.#request.requestedId)) return false
    this.#saved(this.#request.requestedId)
    this.#progress = true
    return true
  }

  #saved(snapshotId: number): void {
    this.#savedId = snapshotId
    // Nothing was prepared, so there is nothing to commit.
    if (this.#isExport) this.#finishedId = snapshotId
    this.#snapshotOutput.paused(this.context.platform.clock.monotonicMs() - this.#pausedAtMs)
    this.#pausedAtMs = -1
  }
}
