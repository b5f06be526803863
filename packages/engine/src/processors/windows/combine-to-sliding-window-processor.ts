import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { type FrameLoop, partialLoop } from './frame-loops.ts'
import { WindowProcessor } from './window-processor.ts'

/**
 * The second of two stages: combines what {@link AccumulateByFrameProcessor} sends, from any ordinal, and emits results
 * of windows.
 */
export class CombineToSlidingWindowProcessor extends WindowProcessor {
  #loop!: FrameLoop

  protected override initialize(): void {
    super.initialize()
    const { operation, window } = this.options
    this.#loop = partialLoop({
      form: columnarFormOf(operation),
      frameSizeMs: window.slideByMs,
      vertexName: this.context.vertexName,
      operationName: operation.name,
    })
  }

  protected override loopOf(): FrameLoop {
    return this.#loop
  }
}
