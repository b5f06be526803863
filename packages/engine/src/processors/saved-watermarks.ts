import { BroadcastKey, type Outbox } from '../core/outbox.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import { WATERMARK_NONE, type Watermark } from '../core/watermark.ts'

/** The last watermark of one processor, as it is saved. */
interface SavedWatermark {
  readonly watermark: Watermark
  readonly processorIndex: number
  readonly parallelism: number
}

const KEY = 'watermark'

/** Saves the last watermark of a processor that makes watermarks. */
export function saveWatermark(outbox: Outbox, context: ProcessorContext, watermark: Watermark): boolean {
  const { globalProcessorIndex: processorIndex, totalParallelism: parallelism } = context
  const saved: SavedWatermark = { watermark, processorIndex, parallelism }
  return outbox.offerToSnapshot(new BroadcastKey(KEY), saved)
}

/**
 * Finds the watermark to go on from among those that all processors of the vertex have saved: one's own, or the least
 * when there were more or fewer processors, since nobody knows whose items come to whom.
 */
export class RestoredWatermark {
  watermark: Watermark = WATERMARK_NONE
  readonly #context: ProcessorContext
  #isOwn = false
  #isFirst = true

  constructor(context: ProcessorContext) {
    this.#context = context
  }

  /** Takes an entry; false when it is no watermark. */
  take(entry: { readonly key: unknown; readonly value: unknown }): boolean {
    if (entry.key !== KEY) return false
    const { watermark, processorIndex, parallelism } = entry.value as SavedWatermark
    const { globalProcessorIndex, totalParallelism } = this.#context
    if (parallelism === totalParallelism && processorIndex === globalProcessorIndex) {
      this.#isOwn = true
      this.watermark = watermark
    } else if (!this.#isOwn) {
      this.watermark = this.#isFirst ? watermark : Math.min(this.watermark, watermark)
    }
    this.#isFirst = false
    return true
  }
}
