import { assert } from '../base/assert.ts'
import { AbstractProcessor } from '../core/abstract-processor.ts'
import type { Batch } from '../core/batch.ts'
import type { EventTimePolicy } from '../core/event-time-policy.ts'
import type { Inbox } from '../core/inbox.ts'
import { EventTimeMapper } from './event-time-mapper.ts'
import { RestoredWatermark, saveWatermark } from './saved-watermarks.ts'

/**
 * Gives items without event time their timestamps, by the function of the policy, and inserts watermarks. Watermarks
 * of its own input mean nothing here and are dropped.
 *
 * Invariants:
 * - I1: items keep their order.
 * - I2: the watermark of a batch leaves behind all items of the batch, and in front of all that come after it.
 */
export class InsertWatermarksProcessor extends AbstractProcessor {
  readonly #policy: EventTimePolicy
  #mapper!: EventTimeMapper
  /** Items of a batch are staged, but not all: its watermark has to wait (I2). */
  #isWithinBatch = false
  /** Something has moved since the last {@link tryProcess}. */
  #isActive = false
  #restored: RestoredWatermark | null = null

  constructor(options: { readonly policy: EventTimePolicy }) {
    super()
    const { timestampOf } = options.policy
    assert(timestampOf !== 'native', 'items in the middle of a pipeline have no timestamps of a source')
    this.#policy = options.policy
  }

  protected override initialize(): void {
    const { platform, vertexName } = this.context
    this.#mapper = new EventTimeMapper(this.#policy, platform.clock, vertexName, 'stage')
  }

  override tryProcess(): boolean {
    if (this.#isWithinBatch) return true
    if (this.#mapper.hasWatermark) {
      if (!this.#emitWatermark()) return false
      this.#isActive = true
    }
    // Waiting for room is not idleness: only a whole round without items counts.
    if (this.#isActive) {
      this.#isActive = false
      return true
    }
    this.#mapper.observeIdle()
    return this.#emitWatermark()
  }

  override process(_ordinal: number, inbox: Inbox): void {
    const { outbox } = this
    this.#isActive = this.#isWithinBatch = true
    while (!inbox.isEmpty()) {
      if (outbox.staging.count >= outbox.capacity && !outbox.flush()) return
      this.#stage(inbox, outbox.staging, outbox.capacity)
    }
    this.#isWithinBatch = false
    // When there is no room, the next call of any method comes back to it.
    this.#emitWatermark()
  }

  #stage(inbox: Inbox, staging: Batch, capacity: number): void {
    const source = inbox.batch.items
    const { items, count: start } = staging
    const from = inbox.position
    const length = Math.min(inbox.batch.count - from, capacity - start)
    for (let i = 0; i < length; i++) items[start + i] = source[from + i]
    staging.reserve(start + length)
    const timestamps = staging.timestamps
    assert(timestamps !== null, `the output of vertex '${this.context.vertexName}' carries event time`)
    this.#mapper.observe(items, timestamps, start, start + length)
    staging.count = start + length
    inbox.position = from + length
  }

  #emitWatermark(): boolean {
    const mapper = this.#mapper
    if (!mapper.hasWatermark) return true
    if (!this.outbox.offerWatermark(mapper.watermark)) return false
    mapper.hasWatermark = false
    return true
  }

  override tryProcessWatermark(): boolean {
    return this.#emitWatermark()
  }

  override completeEdge(): boolean {
    return this.#emitWatermark()
  }

  override saveToSnapshot(): boolean {
    return this.#emitWatermark() && saveWatermark(this.outbox, this.context, this.#mapper.sent)
  }

  override restoreFromSnapshot(inbox: Inbox): void {
    this.#restored ??= new RestoredWatermark(this.context)
    while (!inbox.isEmpty()) this.#restored.take(inbox.poll() as { readonly key: unknown; readonly value: unknown })
  }

  override finishSnapshotRestore(): boolean {
    if (this.#restored !== null) this.#mapper.restore(this.#restored.watermark)
    return true
  }

  override complete(): boolean {
    return this.#emitWatermark()
  }
}
