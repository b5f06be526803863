import { NacelleError } from '../base/nacelle-error.ts'
import { givenText } from './given-text.ts'
import type { PipelineGraph } from './pipeline-graph.ts'
import { SinkStage, Stage } from './stage.ts'

/**
 * Answers a stage that a user has given as another input.
 *
 * @throws NacelleError ERR_ARGUMENT when it is no stage with items, ERR_FOREIGN_STAGE when it is not of this pipeline
 */
export function requireStage(method: string, given: unknown, graph: PipelineGraph): Stage {
  if (given instanceof SinkStage) {
    throw wrongInput(method, `sink stage '${given.name()}' as its input: nothing comes out of a sink`)
  }
  if (!(given instanceof Stage)) {
    throw wrongInput(method, `${givenText(given)} as its input: it takes a stage`)
  }
  graph.requireOwn(given.graph, given.name())
  return given
}

/** The error of a method that was given something else than the input it takes. */
export function wrongInput(method: string, what: string): NacelleError {
  return new NacelleError('ERR_ARGUMENT', `${method} cannot take ${what}`, { details: { method } })
}
