import { NacelleError } from '../base/nacelle-error.ts'
import { GeneralStage } from './general-stage.ts'
import type { PipelineGraph } from './pipeline-graph.ts'
import { requireFunction } from './require-function.ts'
import type { StreamSource } from './source.ts'
import type { StageKind } from './stage-kind.ts'
import { StageWithKey } from './stage-with-key.ts'
import { appendTimestamps, requireLag, StreamStage } from './stream-stage.ts'
import type { TimestampSpec } from './transform.ts'
import type { KeyGetter } from './user-function-types.ts'

/** See {@link StageKind}. */
export interface UntimedStreamKind extends StageKind {
  readonly stage: UntimedStreamStage<this['item']>
}

/** A stage of a stream whose items have no timestamps: it cannot be cut into windows before `addTimestamps`. */
export class UntimedStreamStage<T> extends GeneralStage<T, UntimedStreamKind> {
  protected override derive<U>(nodeId: number): UntimedStreamStage<U> {
    return new UntimedStreamStage<U>(this.graph, nodeId)
  }

  /**
   * Groups items by the key that `keyOf` takes from them: a number, string, boolean, bigint, Date, or a tuple or plain
   * object of these.
   */
  groupingKey<K>(keyOf: KeyGetter<T, K>): UntimedStreamStageWithKey<T, K> {
    return new UntimedStreamStageWithKey<T, K>({
      graph: this.graph,
      nodeId: this.nodeId,
      timed: false,
      keyFunction: requireFunction('groupingKey', keyOf),
      derive: (nodeId) => this.derive(nodeId),
    })
  }

  /**
   * Gives items event time.
   *
   * Watermarks are made in each processor, not in each partition of the source: items of a partition that is behind the
   * others by more than the lag are late. Prefer `withTimestamps` directly behind the source.
   *
   * @param timestampOf milliseconds since the epoch
   * @param allowedLagMs how far behind the highest timestamp so far an item may be without being late
   */
  addTimestamps(timestampOf: (item: T) => number, allowedLagMs: number): StreamStage<T> {
    return appendTimestamps(this, timestampOf, allowedLagMs)
  }
}

/** A stream without timestamps, grouped by a key. */
export class UntimedStreamStageWithKey<T, K> extends StageWithKey<T, K, UntimedStreamKind> {}

/** A stream source for which it has to be said where its timestamps come from. It is no stage by itself. */
export class StreamSourceStage<T> {
  readonly #graph: PipelineGraph
  readonly #source: StreamSource<T>

  constructor(graph: PipelineGraph, source: StreamSource<T>) {
    this.#graph = graph
    this.#source = source
  }

  /** Items without event time. */
  withoutTimestamps(): UntimedStreamStage<T> {
    return new UntimedStreamStage<T>(this.#graph, this.#add(null))
  }

  /** Event time is the wall clock when an item is read. Nothing is ever late. */
  withIngestionTimestamps(): StreamStage<T> {
    return this.#timed({ kind: 'ingestion' })
  }

  /**
   * Event time is what the source itself knows.
   *
   * @param allowedLagMs how far behind the highest timestamp so far an item may be without being late
   * @throws NacelleError ERR_NO_NATIVE_TIMESTAMPS when the source knows none
   */
  withNativeTimestamps(allowedLagMs: number): StreamStage<T> {
    const { name, hasNativeTimestamps } = this.#source
    if (!hasNativeTimestamps) {
      throw new NacelleError(
        'ERR_NO_NATIVE_TIMESTAMPS',
        `source '${name}' has no native timestamps: take them from the items by withTimestamps, or use withIngestionTimestamps`,
        {
          details: { source: name },
        },
      )
    }
    return this.#timed({ kind: 'native', allowedLagMs: requireLag('withNativeTimestamps', allowedLagMs) })
  }

  /**
   * Event time is what `timestampOf` takes from an item, in milliseconds since the epoch.
   *
   * @param allowedLagMs how far behind the highest timestamp so far an item may be without being late
   */
  withTimestamps(timestampOf: (item: T) => number, allowedLagMs: number): StreamStage<T> {
    const fn = requireFunction('withTimestamps', timestampOf)
    return this.#timed({ kind: 'function', timestampOf: fn, allowedLagMs: requireLag('withTimestamps', allowedLagMs) })
  }

  #timed(timestamps: TimestampSpec): StreamStage<T> {
    return new StreamStage<T>(this.#graph, this.#add(timestamps))
  }

  #add(timestamps: TimestampSpec | null): number {
    const source = this.#source
    return this.#graph.add({
      kind: 'streamSource',
      name: source.name,
      source,
      timestamps,
      timed: timestamps !== null,
      upstream: [],
    })
  }
}
