import type { ProcessorContext } from '../core/processor-context.ts'
import { metaSupplierOf } from '../core/processor-supplier.ts'
import type { Sink } from '../pipeline/sink.ts'
import type { ChainStage } from '../processors/chain-stage.ts'
import { BuiltSinkProcessor, type SinkFunctions } from './built-sink-processor.ts'

/** Makes the user's sink object, one for each processor, on the processor's own thread; it may be async. */
export type CreateSink<S> = (context: ProcessorContext) => S | Promise<S>

/**
 * Takes one item. `timestampMs` is NaN on streams without event time. When it returns a promise, the next item comes
 * only when that has settled; other processors go on meanwhile.
 */
export type ReceiveItem<S, T> = (sink: S, item: T, timestampMs: number) => void | Promise<void>

/** A builder that lacks `receive`. */
export interface SinkWithoutReceive<S> {
  /**
   * The function that takes an item. Give the type of items once: `receive<Bid>((sink, bid) => …)`, or by the type of
   * the parameter.
   */
  receive<T>(receive: ReceiveItem<S, T>): BuiltSinkBuilder<S, T>
}

interface Settings {
  readonly name: string
  readonly preferredLocalParallelism: number
  readonly functions: SinkFunctions
}

/**
 * Makes sinks out of functions, in the manner of the original's class of the same name:
 *
 * ```ts
 * const sink = SinkBuilder.sink('orders', () => new OrderWriter())
 *   .receive<Order>((writer, order) => writer.write(order))
 *   .flush((writer) => writer.flush())
 *   .destroy((writer) => writer.close())
 *   .build()
 * ```
 *
 * Such sinks have no state in snapshots: after a restart items may arrive again.
 */
export const SinkBuilder = {
  sink<S>(name: string, create: CreateSink<S>): SinkWithoutReceive<S> {
    return {
      receive: (receive) =>
        new BuiltSinkBuilder({
          name,
          preferredLocalParallelism: 1,
          functions: { create, receive: receive as SinkFunctions['receive'], flush: null, destroy: null },
        }),
    }
  },
}

/** Builds a {@link Sink}. Immutable: each method answers a new builder. */
export class BuiltSinkBuilder<in out S, in T> {
  readonly #settings: Settings
  declare protected readonly accepts: (item: T) => void

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Called after each run of items, and at the end: what `receive` has gathered must go out. */
  flush(flush: (sink: S) => void | Promise<void>): BuiltSinkBuilder<S, T> {
    return this.#with({ flush })
  }

  /** Called once for each sink object at the end, also after a failure. */
  destroy(destroy: (sink: S) => void | Promise<void>): BuiltSinkBuilder<S, T> {
    return this.#with({ destroy })
  }

  /** How many processors each member has when the stage does not say; default 1, -1 = one for each thread. */
  preferredLocalParallelism(preferredLocalParallelism: number): BuiltSinkBuilder<S, T> {
    return new BuiltSinkBuilder({ ...this.#settings, preferredLocalParallelism })
  }

  build(): Sink<T> {
    const { name, preferredLocalParallelism, functions } = this.#settings
    const fusedWith = (stages: readonly ChainStage[]) =>
      metaSupplierOf(
        { get: (localIndices) => localIndices.map(() => new BuiltSinkProcessor(functions, stages)) },
        { preferredLocalParallelism },
      )
    return {
      name,
      description: { builder: 'sink', preferredLocalParallelism },
      metaSupplier: fusedWith([]),
      fusedWith,
      input: { kind: 'unicast' },
    }
  }

  #with(functions: Partial<SinkFunctions>): BuiltSinkBuilder<S, T> {
    return new BuiltSinkBuilder({ ...this.#settings, functions: { ...this.#settings.functions, ...functions } })
  }
}
