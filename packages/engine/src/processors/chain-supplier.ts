import { type ProcessorMetaSupplier, processorMetaSupplier } from '../core/processor-supplier.ts'
import { ChainProcessor } from './chain-processor.ts'
import type { ChainStage } from './chain-stage.ts'
import { CompiledChain } from './compiled-chain.ts'
import { InterpretedChain } from './interpreted-chain.ts'

export type { ChainStage } from './chain-stage.ts'

/** What {@link chainSupplier} takes beside the stages. */
export interface ChainOptions {
  /** Whether items carry timestamps. */
  readonly timed: boolean
  /** Uses the plain form instead of generated code; for tests and debugging. Default false. */
  readonly interpreted?: boolean
}

/**
 * Processors that run items through a chain of map, filter, flatMap and peek stages; an empty chain passes items on.
 */
export function chainSupplier(stages: readonly ChainStage[], options: ChainOptions): ProcessorMetaSupplier {
  return processorMetaSupplier(
    () =>
      new ChainProcessor((environment) =>
        options.interpreted === true
          ? new InterpretedChain(stages, environment)
          : new CompiledChain(stages, environment, options.timed),
      ),
  )
}
