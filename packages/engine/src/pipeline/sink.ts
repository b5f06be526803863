import { NacelleError } from '../base/nacelle-error.ts'
import type { ProcessorMetaSupplier } from '../core/processor-supplier.ts'
import type { ChainStage } from '../processors/chain-stage.ts'
import { givenText } from './given-text.ts'

/** Where results go. Made by `Sinks` and `SinkBuilder`. */
export interface Sink<in T> {
  readonly name: string
  readonly description: Readonly<Record<string, unknown>>
  readonly metaSupplier: ProcessorMetaSupplier
  /** How items reach the sink's processors. Default `unicast`. */
  readonly input:
    | { readonly kind: 'unicast' }
    | { readonly kind: 'partitioned'; readonly keyFunction: (item: never) => unknown }
    | { readonly kind: 'allToOne' }
  /**
   * For sinks that can run stateless stages (no flatMap) in front of themselves: the same sink with those stages
   * inside. The planner uses it when a chain feeds nothing but this sink, processor by processor.
   */
  readonly fusedWith?: (stages: readonly ChainStage[]) => ProcessorMetaSupplier
  /** Only for the compiler. */
  readonly accepts?: (item: T) => void
}

/** @throws NacelleError ERR_ARGUMENT when a user has given something else as a sink */
export function requireSink(sink: Sink<never>): void {
  const given = sink as Partial<Sink<never>> | null | undefined
  if (typeof given?.metaSupplier?.get === 'function' && given.input !== undefined) return
  throw new NacelleError(
    'ERR_ARGUMENT',
    `writeTo takes a sink, not ${givenText(sink)}: is a call missing, as in .build()?`,
    { details: { method: 'writeTo' } },
  )
}
