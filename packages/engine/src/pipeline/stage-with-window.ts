import { pickAny } from '../aggregate/extremes.ts'
import type { OpaqueMultiOperation, OpaqueOperation } from '../aggregate/opaque-operation.ts'
import type { KeyedWindowResult, WindowResult } from '../aggregate/results.ts'
import { AggregateBuilder } from './aggregate-builder.ts'
import { anyOperation, anyOperations, type CoGrouped } from './any-operation.ts'
import type { PipelineGraph } from './pipeline-graph.ts'
import { requireFunction } from './require-function.ts'
import { requireStage, wrongInput } from './require-stage.ts'
import type { StageKind, StageOf } from './stage-kind.ts'
import { requireKeyedStage, type StageWithKey } from './stage-with-key.ts'
import type { AggregateFields, AnyAggregateOperation, UserFunction } from './transform.ts'
import type { KeyGetter } from './user-function-types.ts'
import type { WindowDefinition } from './window-definition.ts'

/** What a stage with a window is made of. */
export interface WindowFields<F extends StageKind> {
  readonly graph: PipelineGraph
  readonly nodeId: number
  readonly window: WindowDefinition
  /** Makes the stage around a node. */
  readonly derive: (nodeId: number) => StageOf<F, never>
}

/** See {@link StageKind}; for a type of results, a stream of them by window. */
export interface WindowResultKind<F extends StageKind> extends StageKind {
  readonly stage: StageOf<F, WindowResult<this['item']>>
}

/** See {@link StageKind}; a grouped stream. */
export interface KeyedStreamKind<K, F extends StageKind> extends StageKind {
  readonly stage: StageWithKey<this['item'], K, F>
}

/** See {@link StageKind}; for a type of results, a stream of them by window and key. */
export interface KeyedWindowResultKind<K, F extends StageKind> extends StageKind {
  readonly stage: StageOf<F, KeyedWindowResult<K, this['item']>>
}

/** A stream cut by event time, for an aggregation that follows. It is no stage by itself. */
export class StageWithWindow<T, F extends StageKind> {
  /** For the engine. */
  readonly fields: WindowFields<F>
  /** Only for the compiler. */
  declare protected readonly itemType: T

  constructor(fields: WindowFields<F>) {
    this.fields = fields
  }

  /** Groups items by key within the window. */
  groupingKey<K>(keyOf: KeyGetter<T, K>): StageWithKeyAndWindow<T, K, F> {
    return new StageWithKeyAndWindow<T, K, F>(this.fields, requireFunction('groupingKey', keyOf))
  }

  /** For each window that has items, the result of `operation` over them. */
  aggregate<R>(operation: OpaqueOperation<T, R>): StageOf<F, WindowResult<R>> {
    return appendWindow(this.fields, {
      method: 'aggregate',
      upstream: [this.fields.nodeId],
      keyFunctions: null,
      operations: [anyOperation('aggregate', operation)],
    })
  }

  /** For each window, one result over the items of this and another stream, by an operation over two inputs. */
  aggregate2<T1, R>(
    stage1: StageOf<F, T1>,
    operation: OpaqueMultiOperation<readonly [T, T1], R>,
  ): StageOf<F, WindowResult<R>> {
    return appendCoAggregate(this.fields, 'aggregate2', [stage1], operation)
  }

  /** For each window, one result over the items of this and two other streams, by an operation over three inputs. */
  aggregate3<T1, T2, R>(
    stage1: StageOf<F, T1>,
    stage2: StageOf<F, T2>,
    operation: OpaqueMultiOperation<readonly [T, T1, T2], R>,
  ): StageOf<F, WindowResult<R>> {
    return appendCoAggregate(this.fields, 'aggregate3', [stage1, stage2], operation)
  }

  /** Begins an aggregation of this stream, under a name, with any number of others in the same window. */
  aggregateBuilder<N extends string>(name: N): AggregateBuilder<{ readonly [P in N]: T }, F, WindowResultKind<F>> {
    const { graph, nodeId } = this.fields
    return new AggregateBuilder<{ readonly [P in N]: T }, F, WindowResultKind<F>>(
      {
        inputOf: (stage) => ({ nodeId: requireStage('add', stage, graph).nodeId, keyFunction: null }),
        finish: (upstream, fields) => appendCoGroup(this.fields, upstream, fields),
      },
      [{ name, nodeId, keyFunction: null }],
    )
  }
}

/** A stream cut by event time and grouped by a key. */
export class StageWithKeyAndWindow<T, K, F extends StageKind> {
  /** For the engine. */
  readonly fields: WindowFields<F>
  /** For the engine. */
  readonly keyFunction: UserFunction
  /** Only for the compiler. */
  declare protected readonly itemType: T
  /** Only for the compiler. */
  declare protected readonly keyType: K

  constructor(fields: WindowFields<F>, keyFunction: UserFunction) {
    this.fields = fields
    this.keyFunction = keyFunction
  }

  /** For each window and each key that has items in it, the result of `operation` over them. */
  aggregate<R>(operation: OpaqueOperation<T, R>): StageOf<F, KeyedWindowResult<K, R>> {
    return this.#aggregate('aggregate', operation)
  }

  /**
   * For each window and key, one result over the items here and in another grouped stream, by an operation over two
   * inputs.
   */
  aggregate2<T1, R>(
    stage1: StageWithKey<T1, K, F>,
    operation: OpaqueMultiOperation<readonly [T, T1], R>,
  ): StageOf<F, KeyedWindowResult<K, R>> {
    return this.#coAggregate('aggregate2', [stage1], operation)
  }

  /**
   * For each window and key, one result over the items here and in two other grouped streams, by an operation over
   * three inputs.
   */
  aggregate3<T1, T2, R>(
    stage1: StageWithKey<T1, K, F>,
    stage2: StageWithKey<T2, K, F>,
    operation: OpaqueMultiOperation<readonly [T, T1, T2], R>,
  ): StageOf<F, KeyedWindowResult<K, R>> {
    return this.#coAggregate('aggregate3', [stage1, stage2], operation)
  }

  /** Begins an aggregation of this grouped stream, under a name, with any number of others in the same window. */
  aggregateBuilder<N extends string>(
    name: N,
  ): AggregateBuilder<{ readonly [P in N]: T }, KeyedStreamKind<K, F>, KeyedWindowResultKind<K, F>> {
    const { graph, nodeId } = this.fields
    return new AggregateBuilder<{ readonly [P in N]: T }, KeyedStreamKind<K, F>, KeyedWindowResultKind<K, F>>(
      {
        inputOf: (stage: StageWithKey<never, K, F>) => {
          requireKeyedStage('add', stage, graph)
          return stage.fields
        },
        finish: (upstream, fields) => appendCoGroup(this.fields, upstream, fields),
      },
      [{ name, nodeId, keyFunction: this.keyFunction }],
    )
  }

  /** For each window and key, one item, any one. */
  distinct(): StageOf<F, KeyedWindowResult<K, T>> {
    return this.#aggregate('distinct', pickAny<T>()) as StageOf<F, KeyedWindowResult<K, T>>
  }

  #aggregate<R>(method: string, operation: OpaqueOperation<T, R>): StageOf<F, KeyedWindowResult<K, R>> {
    return appendWindow(this.fields, {
      method,
      upstream: [this.fields.nodeId],
      keyFunctions: [this.keyFunction],
      operations: [anyOperation(method, operation)],
    })
  }

  #coAggregate<R>(
    method: string,
    others: readonly StageWithKey<unknown, K, F>[],
    operation: CoGrouped,
  ): StageOf<F, KeyedWindowResult<K, R>> {
    for (const other of others) requireKeyedStage(method, other, this.fields.graph)
    return appendWindow(this.fields, {
      method,
      upstream: [this.fields.nodeId, ...others.map((other) => other.fields.nodeId)],
      keyFunctions: [this.keyFunction, ...others.map((other) => other.fields.keyFunction)],
      operations: anyOperations(method, operation, others.length + 1),
    })
  }
}

/** The aggregation that ends in {@link appendWindow}. */
interface WindowAggregation {
  /** The method that the user called: it names the node. */
  readonly method: string
  /** The nodes of all inputs. */
  readonly upstream: readonly number[]
  readonly keyFunctions: readonly UserFunction[] | null
  readonly operations: readonly AnyAggregateOperation[]
}

function appendWindow<F extends StageKind, R>(fields: WindowFields<F>, aggregation: WindowAggregation): StageOf<F, R> {
  const { graph, window, derive } = fields
  const { method, upstream, keyFunctions, operations } = aggregation
  for (const id of upstream) {
    const { timed, name } = graph.node(id)
    if (!timed) throw wrongInput(method, `stage '${name}': it has no timestamps, so that it cannot be cut into windows`)
  }
  const name = method === 'distinct' ? method : `window-${method}`
  return derive(graph.add({ kind: 'windowAggregate', name, timed: true, window, keyFunctions, operations, upstream }))
}

/** An aggregation without keys over several streams. */
function appendCoAggregate<F extends StageKind, R>(
  fields: WindowFields<F>,
  method: string,
  others: readonly unknown[],
  operation: CoGrouped,
): StageOf<F, R> {
  return appendWindow(fields, {
    method,
    upstream: [fields.nodeId, ...others.map((other) => requireStage(method, other, fields.graph).nodeId)],
    keyFunctions: null,
    operations: anyOperations(method, operation, others.length + 1),
  })
}

/** An aggregation that a builder has put together. */
function appendCoGroup<F extends StageKind, R>(
  fields: WindowFields<F>,
  upstream: readonly number[],
  aggregation: AggregateFields,
): StageOf<F, R> {
  return appendWindow(fields, { method: 'co-aggregate', upstream, ...aggregation })
}
