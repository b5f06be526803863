import type { AggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { type FrameLoop, valueLoop } from './frame-loops.ts'
import type { SlidingWindow } from './window-contents.ts'
import { WindowProcessor } from './window-processor.ts'

/** What a {@link SlidingWindowProcessor} is made of. */
export interface SlidingWindowOptions {
  /** The operation of each input ordinal; they differ only in what they accumulate. */
  readonly operations: readonly AggregateOperation<never, unknown, unknown>[]
  readonly window: SlidingWindow
  /** Whether results carry their key; all items have the same one otherwise. */
  readonly keyed: boolean
}

/** Windows in a single stage: input ordinal i brings keys, event times and the values of operation i. */
export class SlidingWindowProcessor extends WindowProcessor {
  readonly #operations: SlidingWindowOptions['operations']
  #loops: readonly FrameLoop[] = []

  constructor({ operations, window, keyed }: SlidingWindowOptions) {
    super({ operation: operations[0]!, window, keyed })
    this.#operations = operations
  }

  protected override initialize(): void {
    super.initialize()
    this.#loops = this.#operations.map((operation) =>
      valueLoop({
        form: columnarFormOf(operation),
        frameSizeMs: this.options.window.slideByMs,
        vertexName: this.context.vertexName,
        operationName: operation.name,
      }),
    )
  }

  protected override loopOf(ordinal: number): FrameLoop {
    return this.#loops[ordinal]!
  }
}
