import type { Inbox } from './inbox.ts'
import type { Outbox } from './outbox.ts'
import type { Processor } from './processor.ts'
import type { ProcessorContext } from './processor-context.ts'
import type { Watermark } from './watermark.ts'

/**
 * A processor that does nothing, forwards watermarks and has no state: extend it and override what differs.
 * `outbox` and `context` are there from `init` on.
 */
export abstract class AbstractProcessor implements Processor {
  readonly isCooperative: boolean = true
  protected outbox!: Outbox
  protected context!: ProcessorContext

  init(outbox: Outbox, context: ProcessorContext): void | Promise<void> {
    this.outbox = outbox
    this.context = context
    return this.initialize()
  }

  /** Override instead of `init`: outbox and context are set. */
  protected initialize(): void | Promise<void> {}

  tryProcess(): boolean {
    return true
  }

  /** Item by item through {@link tryProcessItem}; override for a faster form. */
  process(ordinal: number, inbox: Inbox): void {
    while (!inbox.isEmpty()) {
      if (!this.tryProcessItem(ordinal, inbox.peek(), inbox.timestamp())) return
      inbox.remove()
    }
  }

  /** Handles one item; false = not done, the same item comes again. */
  protected tryProcessItem(ordinal: number, _item: unknown, _timestamp: number): boolean {
    throw new Error(
      `vertex '${this.context.vertexName}' got an item at input ordinal ${ordinal}, but its processor takes none`,
    )
  }

  tryProcessWatermark(watermark: Watermark): boolean {
    return this.outbox.offerWatermark(watermark)
  }

  completeEdge(_ordinal: number): boolean {
    return true
  }

  complete(): boolean {
    return true
  }

  saveToSnapshot(): boolean {
    return true
  }

  snapshotCommitPrepare(): boolean {
    return true
  }

  snapshotCommitFinish(_success: boolean): boolean {
    return true
  }

  restoreFromSnapshot(inbox: Inbox): void {
    throw new Error(
      `vertex '${this.context.vertexName}' got ${inbox.size} entries to restore, but its processor keeps no state`,
    )
  }

  finishSnapshotRestore(): boolean {
    return true
  }

  close(_error: unknown): void | Promise<void> {}
}
