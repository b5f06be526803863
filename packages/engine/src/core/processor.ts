import type { Inbox } from './inbox.ts'
import type { Outbox } from './outbox.ts'
import type { ProcessorContext } from './processor-context.ts'
import type { Watermark } from './watermark.ts'

/**
 * The unit of user logic at run time: one instance per vertex and local index, called by one thread only.
 *
 * Rules that a cooperative processor keeps (the engine checks what it can):
 * - No call blocks or takes longer than about a millisecond; whoever must block sets {@link isCooperative} to false.
 * - A method that answers false is called again later, with nothing in between but further calls of the same method
 *   and `snapshotCommitFinish`.
 * - When the outbox refuses an item, the method returns and offers the same item again.
 * - An answer of true means: everything that this call had to emit is in the outbox.
 *
 * Extend {@link AbstractProcessor} rather than implementing all of it.
 */
export interface Processor {
  /** False: the processor may block and gets a thread of its own. Default true. */
  readonly isCooperative: boolean

  /** Called once before anything else. May return a promise; the execution starts when all are settled. */
  init(outbox: Outbox, context: ProcessorContext): void | Promise<void>

  /** Called when an inbox is about to be processed or there is nothing to do; false = call again before any input. */
  tryProcess(): boolean

  /** Takes items from the inbox of one input. May leave some; they are offered again. */
  process(ordinal: number, inbox: Inbox): void

  /** The watermark all inputs have reached. True when it is dealt with, which includes forwarding it. */
  tryProcessWatermark(watermark: Watermark): boolean

  /** The input at `ordinal` is exhausted. True when everything that follows from it is emitted. */
  completeEdge(ordinal: number): boolean

  /** All inputs are exhausted (at once for a source). True when the processor has nothing more to emit. */
  complete(): boolean

  /** Saves state with `outbox.offerToSnapshot`. True when all is saved. */
  saveToSnapshot(): boolean

  /** First phase of the commit of external effects, after `saveToSnapshot`. True when prepared. */
  snapshotCommitPrepare(): boolean

  /** Second phase: the snapshot has been committed, or has failed. True when done. May come between other calls. */
  snapshotCommitFinish(success: boolean): boolean

  /** Entries `{ key, value }` of a snapshot, before any other input. */
  restoreFromSnapshot(inbox: Inbox): void

  /** All entries have been given to `restoreFromSnapshot`. True when the state is ready. */
  finishSnapshotRestore(): boolean

  /**
   * Called once at the end, also after a failure and when `init` failed. An error here is logged and changes nothing.
   */
  close(error: unknown): void | Promise<void>
}
