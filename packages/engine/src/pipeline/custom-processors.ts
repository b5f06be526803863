import { NacelleError } from '../base/nacelle-error.ts'
import type { Processor } from '../core/processor.ts'
import {
  metaSupplierOf,
  type ProcessorMetaSupplier,
  type ProcessorSupplier,
  processorMetaSupplier,
} from '../core/processor-supplier.ts'
import { previewOf } from '../core/user-error.ts'

/**
 * What `customTransform` takes: a function that makes a processor, a supplier for a member, or one for the whole job.
 */
export type CustomProcessors = (() => Processor) | ProcessorSupplier | ProcessorMetaSupplier

/** @throws NacelleError ERR_STAGE_NAME when there is no name, ERR_ARGUMENT when `processors` is none of the three */
export function customMetaSupplier(name: string, processors: CustomProcessors): ProcessorMetaSupplier {
  if (typeof name !== 'string' || name.trim() === '') {
    throw new NacelleError(
      'ERR_STAGE_NAME',
      `customTransform takes a name first, a text that is not empty, not ${previewOf(name)}`,
    )
  }
  if (typeof processors === 'function') return processorMetaSupplier(processors)
  if (typeof processors !== 'object' || processors === null || typeof processors.get !== 'function') {
    throw new NacelleError(
      'ERR_ARGUMENT',
      `customTransform '${name}' takes a function that makes a processor, a ProcessorSupplier or a ProcessorMetaSupplier, not ${previewOf(processors)}`,
    )
  }
  return isMetaSupplier(processors) ? processors : metaSupplierOf(processors)
}

function isMetaSupplier(processors: ProcessorSupplier | ProcessorMetaSupplier): processors is ProcessorMetaSupplier {
  return 'preferredLocalParallelism' in processors
}
