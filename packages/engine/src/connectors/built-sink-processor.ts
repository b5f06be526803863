import type { NacelleError } from '../base/nacelle-error.ts'
import { AbstractProcessor } from '../core/abstract-processor.ts'
import type { Inbox } from '../core/inbox.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import { userFunctionError } from '../core/user-error.ts'
import type { Clock } from '../platform/clock.ts'
import type { ChainStage } from '../processors/chain-stage.ts'
import { SinkChain } from '../processors/sink-chain.ts'
import { connectorError, isPromise } from './source-functions.ts'

/** What a user gave to `SinkBuilder`, without its types. */
export interface SinkFunctions {
  readonly create: (context: ProcessorContext) => unknown
  readonly receive: (sink: never, item: never, timestampMs: number) => unknown
  readonly flush: ((sink: never) => unknown) | null
  readonly destroy: ((sink: never) => unknown) | null
}

/** Items between two looks at the clock. */
const ITEMS_PER_LOOK = 128

/** How long one call of the processor goes on taking items, in milliseconds. */
const CALL_BUDGET_MS = 1

/** Runs a sink made by `SinkBuilder`. At most one promise of the user's functions is out at any time. */
export class BuiltSinkProcessor extends AbstractProcessor {
  readonly #functions: SinkFunctions
  /** Stateless stages of the pipeline that run here, in front of the sink. */
  readonly #stages: readonly ChainStage[]
  #chain: SinkChain | null = null
  #timedChain: SinkChain | null = null
  #sink: unknown = undefined
  #created = false
  #clock!: Clock
  #awaiting = false
  #failure: NacelleError | null = null
  /** Something has been received since the last flush. */
  #isDirty = false

  constructor(functions: SinkFunctions, stages: readonly ChainStage[]) {
    super()
    this.#functions = functions
    this.#stages = stages
  }

  protected override initialize(): void | Promise<void> {
    const { vertexName, platform } = this.context
    this.#clock = platform.clock
    const keep = (sink: unknown): void => {
      this.#sink = sink
      this.#created = true
    }
    const fail = (thrown: unknown): never => {
      throw connectorError(thrown, vertexName, 'the create function')
    }
    let created: unknown
    try {
      created = this.#functions.create(this.context)
    } catch (thrown) {
      fail(thrown)
    }
    if (isPromise(created)) return Promise.resolve(created).then(keep, fail)
    keep(created)
  }

  override tryProcess(): boolean {
    return this.#isReady()
  }

  override process(_ordinal: number, inbox: Inbox): void {
    if (!this.#isReady()) return
    this.#isDirty = true
    const startMs = this.#clock.monotonicMs()
    const count = inbox.batch.count
    while (inbox.position < count && !this.#awaiting) {
      this.#receive(inbox, Math.min(count, inbox.position + ITEMS_PER_LOOK))
      if (inbox.position < count && this.#clock.monotonicMs() - startMs > CALL_BUDGET_MS) break
    }
    if (!this.#awaiting) this.#flush()
  }

  #receive(inbox: Inbox, to: number): void {
    // A sink of several stages may get some items with timestamps and some without.
    const chain =
      inbox.batch.timestamps === null
        ? (this.#chain ??= this.#makeChain(false))
        : (this.#timedChain ??= this.#makeChain(true))
    inbox.position = chain.run(inbox.batch, inbox.position, to)
    if (chain.promise === null) return
    this.#await(chain.promise, chain.promiseItem)
    chain.promise = null
  }

  #makeChain(timed: boolean): SinkChain {
    const { vertexName, logger } = this.context
    const { receive } = this.#functions
    const chain = new SinkChain({
      vertexName,
      stages: this.#stages,
      receive,
      timed,
      log: (text) => logger.log('info', text),
    })
    chain.sink = this.#sink
    return chain
  }

  override complete(): boolean {
    return this.#isReady() && this.#flush()
  }

  override saveToSnapshot(): boolean {
    return this.#isReady() && this.#flush()
  }

  /** True when nothing is left to flush. */
  #flush(): boolean {
    if (!this.#isDirty) return true
    this.#isDirty = false
    const { flush } = this.#functions
    if (flush === null) return true
    let answer: unknown
    try {
      answer = flush(this.#sink as never)
    } catch (thrown) {
      throw connectorError(thrown, this.context.vertexName, 'the flush function')
    }
    if (!isPromise(answer)) return true
    this.#await(answer, null)
    return false
  }

  /** @param item the item being received, null for a flush */
  #await(promise: PromiseLike<unknown>, item: unknown): void {
    this.#awaiting = true
    const settle = (failure: NacelleError | null): void => {
      this.#awaiting = false
      this.#failure = failure
      this.context.wake()
    }
    const vertex = this.context.vertexName
    promise.then(
      () => settle(null),
      (thrown: unknown) =>
        settle(
          item === null
            ? connectorError(thrown, vertex, 'the flush function')
            : userFunctionError(thrown, { vertex, what: 'the receive function', item }),
        ),
    )
  }

  #isReady(): boolean {
    if (this.#failure !== null) throw this.#failure
    return !this.#awaiting
  }

  override close(): void | Promise<void> {
    if (!this.#created || this.#functions.destroy === null) return
    this.#created = false
    const answer = this.#functions.destroy(this.#sink as never)
    if (isPromise(answer)) return Promise.resolve(answer).then(() => {})
  }
}
