import { AbstractProcessor } from '../core/abstract-processor.ts'
import type { Inbox } from '../core/inbox.ts'
import type { Watermark } from '../core/watermark.ts'
import type { ChainEnvironment, ChainProgram } from './chain-stage.ts'

/** A processor around a chain of stateless stages. Half-read iterators end before anything else passes. */
export class ChainProcessor extends AbstractProcessor {
  readonly #makeProgram: (environment: ChainEnvironment) => ChainProgram
  #program!: ChainProgram

  constructor(makeProgram: (environment: ChainEnvironment) => ChainProgram) {
    super()
    this.#makeProgram = makeProgram
  }

  protected override initialize(): void {
    const { logger, vertexName } = this.context
    this.#program = this.#makeProgram({ vertexName, log: (text) => logger.log('info', text) })
  }

  override tryProcess(): boolean {
    return this.#finishHalfRead()
  }

  override process(_ordinal: number, inbox: Inbox): void {
    const { outbox } = this
    const program = this.#program
    while (!inbox.isEmpty()) {
      if (program.isSuspended && !this.#finishHalfRead()) return
      if (outbox.staging.count >= outbox.capacity && !outbox.flush()) return
      inbox.position = program.run(inbox.batch, inbox.position, inbox.batch.count, outbox.staging, outbox.capacity)
    }
  }

  override tryProcessWatermark(watermark: Watermark): boolean {
    return this.#finishHalfRead() && this.outbox.offerWatermark(watermark)
  }

  override completeEdge(): boolean {
    return this.#finishHalfRead()
  }

  override saveToSnapshot(): boolean {
    return this.#finishHalfRead()
  }

  override complete(): boolean {
    return this.#finishHalfRead()
  }

  #finishHalfRead(): boolean {
    while (this.#program.isSuspended) {
      if (this.outbox.staging.count >= this.outbox.capacity && !this.outbox.flush()) return false
      this.#program.resume(this.outbox.staging, this.outbox.capacity)
    }
    return true
  }
}
