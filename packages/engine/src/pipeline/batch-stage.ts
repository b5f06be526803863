import { pickAny } from '../aggregate/extremes.ts'
import type { OpaqueMultiOperation, OpaqueOperation } from '../aggregate/opaque-operation.ts'
import type { Entry } from '../aggregate/results.ts'
import { AggregateBuilder } from './aggregate-builder.ts'
import { anyOperation, anyOperations, type CoGrouped } from './any-operation.ts'
import { GeneralStage } from './general-stage.ts'
import type { PipelineGraph } from './pipeline-graph.ts'
import { requireFunction } from './require-function.ts'
import { requireStage, wrongInput } from './require-stage.ts'
import type { StageKind } from './stage-kind.ts'
import { requireKeyedStage, StageWithKey } from './stage-with-key.ts'
import { appendTimestamps, StreamStage } from './stream-stage.ts'
import type { KeyGetter } from './user-function-types.ts'

/** See {@link StageKind}. */
export interface BatchKind extends StageKind {
  readonly stage: BatchStage<this['item']>
}

/** See {@link StageKind}; for a type of results, a batch of those that are there. */
export interface ResultKind extends StageKind {
  readonly stage: BatchStage<NonNullable<this['item']>>
}

/** See {@link StageKind}; a grouped batch. */
export interface KeyedBatchKind<K> extends StageKind {
  readonly stage: BatchStageWithKey<this['item'], K>
}

/** See {@link StageKind}; for a type of results, a batch of them by key. */
export interface EntryKind<K> extends StageKind {
  readonly stage: BatchStage<Entry<K, this['item']>>
}

/** A stage whose items come to an end. */
export class BatchStage<T> extends GeneralStage<T, BatchKind> {
  protected override derive<U>(nodeId: number): BatchStage<U> {
    return new BatchStage<U>(this.graph, nodeId)
  }

  /**
   * Groups items by the key that `keyOf` takes from them: a number, string, boolean, bigint, Date, or a tuple or plain
   * object of these.
   */
  groupingKey<K>(keyOf: KeyGetter<T, K>): BatchStageWithKey<T, K> {
    return new BatchStageWithKey<T, K>({
      graph: this.graph,
      nodeId: this.nodeId,
      timed: false,
      keyFunction: requireFunction('groupingKey', keyOf),
      derive: (nodeId) => this.derive(nodeId),
    })
  }

  /**
   * Gives items event time and makes a stream of this stage.
   *
   * @param timestampOf milliseconds since the epoch
   * @param allowedLagMs how far behind the highest timestamp so far an item may be without being late
   */
  addTimestamps(timestampOf: (item: T) => number, allowedLagMs: number): StreamStage<T> {
    return appendTimestamps(this, timestampOf, allowedLagMs)
  }

  /** One result of `operation` over all items, when they have come to an end. */
  aggregate<R>(operation: OpaqueOperation<T, R>): BatchStage<NonNullable<R>> {
    const operations = [anyOperation('aggregate', operation)]
    return this.derive(
      this.append({ kind: 'aggregate', name: 'aggregate', timed: false, keyFunctions: null, operations }),
    )
  }

  /** One result over all items of this and another stage, by an operation over two inputs. */
  aggregate2<T1, R>(
    stage1: BatchStage<T1>,
    operation: OpaqueMultiOperation<readonly [T, T1], R>,
  ): BatchStage<NonNullable<R>> {
    return this.#coAggregate('aggregate2', [stage1], operation)
  }

  /** One result over all items of this and two other stages, by an operation over three inputs. */
  aggregate3<T1, T2, R>(
    stage1: BatchStage<T1>,
    stage2: BatchStage<T2>,
    operation: OpaqueMultiOperation<readonly [T, T1, T2], R>,
  ): BatchStage<NonNullable<R>> {
    return this.#coAggregate('aggregate3', [stage1, stage2], operation)
  }

  /** Begins an aggregation of this batch, under a name, with any number of others: see {@link AggregateBuilder}. */
  aggregateBuilder<N extends string>(name: N): AggregateBuilder<{ readonly [P in N]: T }, BatchKind, ResultKind> {
    const inputOf = (stage: BatchStage<never>) => ({ nodeId: this.#otherBatch('add', stage), keyFunction: null })
    return new AggregateBuilder<{ readonly [P in N]: T }, BatchKind, ResultKind>(
      {
        inputOf,
        finish: (upstream, fields) =>
          this.derive(this.graph.add({ kind: 'aggregate', name: 'co-aggregate', timed: false, upstream, ...fields })),
      },
      [{ name, nodeId: this.nodeId, keyFunction: null }],
    )
  }

  /** Each item once, by value as keys are compared. */
  distinct(): BatchStage<T> {
    return this.groupingKey((item: T) => item as KeyGetterResult).distinct() as BatchStage<T>
  }

  #coAggregate<R>(
    name: string,
    others: readonly BatchStage<never>[] | readonly BatchStage<unknown>[],
    operation: CoGrouped,
  ): BatchStage<NonNullable<R>> {
    const otherNodes = others.map((other) => this.#otherBatch(name, other))
    return this.derive(
      this.graph.add({
        kind: 'aggregate',
        name,
        timed: false,
        keyFunctions: null,
        operations: anyOperations(name, operation, others.length + 1),
        upstream: [this.nodeId, ...otherNodes],
      }),
    )
  }

  /** The node of a batch that a user has given as another input. */
  #otherBatch(method: string, other: unknown): number {
    const stage = requireStage(method, other, this.graph)
    if (!(stage instanceof BatchStage)) throw wrongInput(method, `stage '${stage.name()}': it is not a batch`)
    return stage.nodeId
  }
}

/** What `distinct` takes as its key: any item that can be one. */
type KeyGetterResult = string

/** A batch grouped by a key. */
export class BatchStageWithKey<T, K> extends StageWithKey<T, K, BatchKind> {
  /** For each key the result of `operation` over its items, when they have come to an end. */
  aggregate<R>(operation: OpaqueOperation<T, R>): BatchStage<Entry<K, R>> {
    return this.append({
      kind: 'aggregate',
      name: 'aggregate',
      keyFunctions: [this.fields.keyFunction],
      operations: [anyOperation('aggregate', operation)],
    })
  }

  /** For each key one result over its items here and in another grouped stage, by an operation over two inputs. */
  aggregate2<T1, R>(
    stage1: BatchStageWithKey<T1, K>,
    operation: OpaqueMultiOperation<readonly [T, T1], R>,
  ): BatchStage<Entry<K, R>> {
    return this.#coAggregate('aggregate2', [stage1], operation)
  }

  /** For each key one result over its items here and in two other grouped stages, by an operation over three inputs. */
  aggregate3<T1, T2, R>(
    stage1: BatchStageWithKey<T1, K>,
    stage2: BatchStageWithKey<T2, K>,
    operation: OpaqueMultiOperation<readonly [T, T1, T2], R>,
  ): BatchStage<Entry<K, R>> {
    return this.#coAggregate('aggregate3', [stage1, stage2], operation)
  }

  /**
   * Begins an aggregation of this grouped batch, under a name, with any number of others: see {@link AggregateBuilder}.
   */
  aggregateBuilder<N extends string>(
    name: N,
  ): AggregateBuilder<{ readonly [P in N]: T }, KeyedBatchKind<K>, EntryKind<K>> {
    const { graph, nodeId, keyFunction, derive } = this.fields
    return new AggregateBuilder<{ readonly [P in N]: T }, KeyedBatchKind<K>, EntryKind<K>>(
      {
        inputOf: (stage: BatchStageWithKey<never, K>) => {
          requireGroupedBatch('add', stage, graph)
          return stage.fields
        },
        finish: (upstream, fields) =>
          derive(graph.add({ kind: 'aggregate', name: 'co-aggregate', timed: false, upstream, ...fields })),
      },
      [{ name, nodeId, keyFunction }],
    )
  }

  /** One item of each key, any one. */
  distinct(): BatchStage<T> {
    const entries = this.aggregate(pickAny<T>()).setName('distinct-aggregate')
    return entries.map((entry): unknown => entry.value).setName('distinct') as BatchStage<unknown> as BatchStage<T>
  }

  #coAggregate<R>(
    name: string,
    others: readonly BatchStageWithKey<never, K>[] | readonly BatchStageWithKey<unknown, K>[],
    operation: CoGrouped,
  ): BatchStage<Entry<K, R>> {
    const { graph, nodeId, keyFunction, derive } = this.fields
    for (const other of others) requireGroupedBatch(name, other, graph)
    return derive(
      graph.add({
        kind: 'aggregate',
        name,
        timed: false,
        keyFunctions: [keyFunction, ...others.map((other) => other.fields.keyFunction)],
        operations: anyOperations(name, operation, others.length + 1),
        upstream: [nodeId, ...others.map((other) => other.fields.nodeId)],
      }),
    )
  }
}

function requireGroupedBatch(method: string, given: unknown, graph: PipelineGraph): void {
  requireKeyedStage(method, given, graph)
  if (!(given instanceof BatchStageWithKey)) throw wrongInput(method, 'a grouped stream: it takes grouped batches')
}
