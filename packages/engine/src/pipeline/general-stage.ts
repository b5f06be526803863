import type { OpaqueOperation } from '../aggregate/opaque-operation.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { previewOf } from '../core/user-error.ts'
import { anyOperation } from './any-operation.ts'
import { type CustomProcessors, customMetaSupplier } from './custom-processors.ts'
import { requireFunction } from './require-function.ts'
import { requireStage, wrongInput } from './require-stage.ts'
import { requireSink, type Sink } from './sink.ts'
import { SinkStage, Stage } from './stage.ts'
import type { StageKind, StageOf } from './stage-kind.ts'
import type { UserFunction } from './transform.ts'
import type { Synchronous } from './user-function-types.ts'

/**
 * What stages of batches and of streams have in common.
 *
 * @typeParam T items, @typeParam F the kind of stage that transforms answer
 */
export abstract class GeneralStage<T, F extends StageKind> extends Stage {
  /** Only for the compiler. */
  declare protected readonly itemType: T

  /** A stage of the same kind around another node. */
  protected abstract derive<U>(nodeId: number): StageOf<F, U>

  /** Whether items of this stage carry timestamps. */
  protected get timed(): boolean {
    return this.graph.node(this.nodeId).timed
  }

  /** Passes on what `fn` makes of each item; null and undefined drop it. `fn` is synchronous and keeps no state. */
  map<U>(fn: (item: T) => Synchronous<U>): StageOf<F, NonNullable<U>> {
    return this.derive(this.append({ kind: 'map', name: 'map', timed: this.timed, fn: requireFunction('map', fn) }))
  }

  /** Passes on the items for which `predicate` is true; a type guard narrows the type of the stage. */
  filter<S extends T>(predicate: (item: T) => item is S): StageOf<F, S>
  filter(predicate: (item: T) => boolean): StageOf<F, T>
  filter(predicate: (item: T) => boolean): StageOf<F, T> {
    return this.derive(
      this.append({ kind: 'filter', name: 'filter', timed: this.timed, fn: requireFunction('filter', predicate) }),
    )
  }

  /**
   * Passes on all that `fn` answers for each item: an array, or any iterable, which is read lazily. Null and undefined
   * among it are left out. `words()` and `splitBy()` are stock functions that the engine runs without making an array.
   */
  flatMap<U>(fn: (item: T) => Iterable<Synchronous<U>>): StageOf<F, NonNullable<U>> {
    return this.derive(
      this.append({ kind: 'flatMap', name: 'flatMap', timed: this.timed, fn: requireFunction('flatMap', fn) }),
    )
  }

  /**
   * All items of this stage and of another, of the same kind, in no particular order. There is no vertex for it:
   * whoever reads the merged stage reads both.
   *
   * @throws NacelleError ERR_MERGE_TIMESTAMPS when one has timestamps and the other has none, ERR_FOREIGN_STAGE
   */
  merge<U>(other: StageOf<F, U>): StageOf<F, T | U> {
    const stage = requireStage('merge', other, this.graph)
    if (this.graph.node(stage.nodeId).timed !== this.timed) {
      const [timed, untimed] = this.timed ? [this, stage] : [stage, this]
      throw new NacelleError(
        'ERR_MERGE_TIMESTAMPS',
        `stage '${timed.name()}' has timestamps and stage '${untimed.name()}' has none: streams can be merged when both have them, so add timestamps first`,
      )
    }
    if (stage.constructor !== this.constructor) {
      throw wrongInput('merge', `stage '${stage.name()}': a batch and a stream cannot be merged`)
    }
    return this.derive(
      this.graph.add({ kind: 'merge', name: 'merge', timed: this.timed, upstream: [this.nodeId, stage.nodeId] }),
    )
  }

  /**
   * Logs items as they pass, at level info, as `Output to ordinal 0: …` behind the name of the vertex. Watermarks are
   * not logged.
   */
  peek(): StageOf<F, T>
  /** Logs items as they pass, as the text that `toText` makes. */
  peek(toText: (item: T) => string): StageOf<F, T>
  /** Logs the items for which `shouldLog` is true, as the text that `toText` makes. */
  peek(shouldLog: (item: T) => boolean, toText: (item: T) => string): StageOf<F, T>
  peek(first: UserFunction = previewOf, second?: UserFunction): StageOf<F, T> {
    const shouldLog: UserFunction = second === undefined ? () => true : requireFunction('peek', first)
    const format = requireFunction('peek', second ?? first) as (item: unknown) => string
    const toText = (item: unknown): string => `Output to ordinal 0: ${format(item)}`
    return this.derive(this.append({ kind: 'peek', name: 'peek', timed: this.timed, shouldLog, toText }))
  }

  /** Runs a function of your own on this stage: for parts of pipelines that are used again. */
  apply<R>(transform: (stage: this) => R): R {
    requireFunction('apply', transform)
    return transform(this)
  }

  /**
   * Passes on, for each item, the result of `operation` over all items so far; null and undefined are left out. All
   * items meet in one processor of the whole cluster.
   */
  rollingAggregate<R>(operation: OpaqueOperation<T, R>): StageOf<F, NonNullable<R>> {
    return this.derive(
      this.append({
        kind: 'rollingAggregate',
        name: 'rolling-aggregate',
        timed: this.timed,
        keyFunction: null,
        operation: anyOperation('rollingAggregate', operation),
      }),
    )
  }

  /**
   * A vertex of your own: processors of the Core API.
   *
   * @param processors makes a processor, or is a supplier of processors
   * @typeParam U items that come out; nothing checks it
   */
  customTransform<U>(name: string, processors: CustomProcessors): StageOf<F, U> {
    return this.derive(
      this.append({
        kind: 'custom',
        name,
        timed: this.timed,
        keyFunction: null,
        metaSupplier: customMetaSupplier(name, processors),
      }),
    )
  }

  /** Ends this branch in a sink. A stage may have several branches: each gets all items. */
  writeTo(sink: Sink<T>): SinkStage {
    requireSink(sink as Sink<never>)
    return new SinkStage(
      this.graph,
      this.append({ kind: 'sink', name: sink.name, timed: this.timed, sink: sink as Sink<never> }),
    )
  }
}
