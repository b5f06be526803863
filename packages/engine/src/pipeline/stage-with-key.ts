import type { OpaqueOperation } from '../aggregate/opaque-operation.ts'
import type { Entry } from '../aggregate/results.ts'
import { anyOperation } from './any-operation.ts'
import { type CustomProcessors, customMetaSupplier } from './custom-processors.ts'
import { givenText } from './given-text.ts'
import type { NewTransform, PipelineGraph } from './pipeline-graph.ts'
import { wrongInput } from './require-stage.ts'
import type { StageKind, StageOf } from './stage-kind.ts'
import type { UserFunction } from './transform.ts'

/** What a stage with a key is made of. */
export interface KeyedFields<F extends StageKind> {
  readonly graph: PipelineGraph
  /** The stage that is grouped. */
  readonly nodeId: number
  readonly timed: boolean
  readonly keyFunction: UserFunction
  /** Makes the stage around a node. */
  readonly derive: (nodeId: number) => StageOf<F, never>
}

/**
 * Items that are grouped by a key, for a transform that follows. It is no stage by itself.
 *
 * @typeParam T items, @typeParam K keys, @typeParam F the kind of stage that transforms answer
 */
export abstract class StageWithKey<T, K, F extends StageKind> {
  /** For the engine. */
  readonly fields: KeyedFields<F>
  /** Only for the compiler. */
  declare protected readonly itemType: T
  /** Only for the compiler. */
  declare protected readonly keyType: K

  constructor(fields: KeyedFields<F>) {
    this.fields = fields
  }

  /** Passes on, for each item, its key with the result of `operation` over the key's items so far. */
  rollingAggregate<R>(operation: OpaqueOperation<T, R>): StageOf<F, Entry<K, R>> {
    return this.append({
      kind: 'rollingAggregate',
      name: 'rolling-aggregate',
      keyFunction: this.fields.keyFunction,
      operation: anyOperation('rollingAggregate', operation),
    })
  }

  /**
   * A vertex of your own, processors of the Core API: items of one key all go to the same processor.
   *
   * @param processors makes a processor, or is a supplier of processors
   * @typeParam U items that come out; nothing checks it
   */
  customTransform<U>(name: string, processors: CustomProcessors): StageOf<F, U> {
    return this.append({
      kind: 'custom',
      name,
      keyFunction: this.fields.keyFunction,
      metaSupplier: customMetaSupplier(name, processors),
    })
  }

  /** Adds a node that reads the grouped stage. */
  protected append<U>(node: object): StageOf<F, U> {
    const { graph, nodeId, timed, derive } = this.fields
    return derive(graph.add({ timed, ...node, upstream: [nodeId] } as unknown as NewTransform))
  }
}

/**
 * Checks a grouped stage that a user has given as another input.
 *
 * @throws NacelleError ERR_ARGUMENT when it is none, ERR_FOREIGN_STAGE when it is not of this pipeline
 */
export function requireKeyedStage(method: string, given: unknown, graph: PipelineGraph): void {
  if (!(given instanceof StageWithKey)) {
    throw wrongInput(method, `${givenText(given)} as its input: it takes a stage with a key, as groupingKey answers`)
  }
  const { fields } = given as StageWithKey<unknown, unknown, StageKind>
  graph.requireOwn(fields.graph, fields.graph.node(fields.nodeId).name)
}
