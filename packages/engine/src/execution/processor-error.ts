import { AssertionError } from '../base/assert.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import { previewOf } from '../core/user-error.ts'

/** Says which processor failed and when. Errors that already say where they come from pass as they are. */
export function processorError(thrown: unknown, context: ProcessorContext, during: string): Error {
  if (thrown instanceof NacelleError || thrown instanceof AssertionError) return thrown
  const text =
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `a value that is not an Error: ${previewOf(thrown)}`
  return new NacelleError(
    'ERR_PROCESSOR_FAILED',
    `processor ${context.localProcessorIndex} of vertex '${context.vertexName}' threw ${text} (state ${during})`,
    {
      cause: thrown,
      details: { vertex: context.vertexName, processor: context.localProcessorIndex, state: during },
    },
  )
}
