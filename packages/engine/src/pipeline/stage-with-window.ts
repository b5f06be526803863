import { pickAny } from '../aggregate/extremes.ts'
import type { OpaqueMultiOperation, OpaqueOperation } from '../aggregate/opaque-operation.ts'
import type { KeyedWindowResult, WindowResult } from '../aggregate/results.ts'
import { anyOperation, anyOperations, type CoGrouped } from './any-operation.ts'
import type { PipelineGraph } from './pipeline-graph.ts'
import { requireFunction } from './require-function.ts'
import type { StageKind, StageOf } from './stage-kind.ts'
import type { StageWithKey } from './stage-with-key.ts'
import type { AnyAggregateOperation, UserFunction } from './transform.ts'
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
    return appendWindow(this.fields, 'window-aggregate', [], null, [anyOperation('aggregate', operation)])
  }

  /** For each window, one result over the items of this and another stream, by an operation over two inputs. */
  aggregate2<T1, R>(
    stage1: StageOf<F, T1>,
    operation: OpaqueMultiOperation<readonly [T, T1], R>,
  ): StageOf<F, WindowResult<R>> {
    return appendWindow(this.fields, 'window-aggregate2', [stage1], null, anyOperations('aggregate2', operation, 2))
  }

  /** For each window, one result over the items of this and two other streams, by an operation over three inputs. */
  aggregate3<T1, T2, R>(
    stage1: StageOf<F, T1>,
    stage2: StageOf<F, T2>,
    operation: OpaqueMultiOperation<readonly [T, T1, T2], R>,
  ): StageOf<F, WindowResult<R>> {
    return appendWindow(
      this.fields,
      'window-aggregate3',
      [stage1, stage2],
      null,
      anyOperations('aggregate3', operation, 3),
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
    return appendWindow(this.fields, 'window-aggregate', [], [this.keyFunction], [anyOperation('aggregate', operation)])
  }

  /** For each window and key, one result over the items here and in another grouped stream, by an operation over two inputs. */
  aggregate2<T1, R>(
    stage1: StageWithKey<T1, K, F>,
    operation: OpaqueMultiOperation<readonly [T, T1], R>,
  ): StageOf<F, KeyedWindowResult<K, R>> {
    return this.#coAggregate('aggregate2', [stage1], operation)
  }

  /** For each window and key, one result over the items here and in two other grouped streams, by an operation over three inputs. */
  aggregate3<T1, T2, R>(
    stage1: StageWithKey<T1, K, F>,
    stage2: StageWithKey<T2, K, F>,
    operation: OpaqueMultiOperation<readonly [T, T1, T2], R>,
  ): StageOf<F, KeyedWindowResult<K, R>> {
    return this.#coAggregate('aggregate3', [stage1, stage2], operation)
  }

  /** For each window and key, one item, any one. */
  distinct(): StageOf<F, KeyedWindowResult<K, T>> {
    return appendWindow(this.fields, 'distinct', [], [this.keyFunction], [anyOperation('distinct', pickAny<T>())])
  }

  #coAggregate<R>(
    name: string,
    others: readonly StageWithKey<unknown, K, F>[],
    operation: CoGrouped,
  ): StageOf<F, KeyedWindowResult<K, R>> {
    const keyFunctions = [this.keyFunction, ...others.map((other) => other.fields.keyFunction)]
    const stages = others.map((other) => ({ graph: other.fields.graph, nodeId: other.fields.nodeId }))
    return appendWindow(
      this.fields,
      `window-${name}`,
      stages,
      keyFunctions,
      anyOperations(name, operation, others.length + 1),
    )
  }
}

function appendWindow<F extends StageKind, R>(
  fields: WindowFields<F>,
  name: string,
  others: readonly unknown[],
  keyFunctions: readonly UserFunction[] | null,
  operations: readonly AnyAggregateOperation[],
): StageOf<F, R> {
  const { graph, nodeId, window, derive } = fields
  const otherStages = others as readonly { readonly graph: PipelineGraph; readonly nodeId: number }[]
  for (const other of otherStages) graph.requireOwn(other.graph, other.graph.node(other.nodeId).name)
  const upstream = [nodeId, ...otherStages.map((other) => other.nodeId)]
  return derive(graph.add({ kind: 'windowAggregate', name, timed: true, window, keyFunctions, operations, upstream }))
}
