import { NacelleError } from '../base/nacelle-error.ts'
import { GeneralStage } from './general-stage.ts'
import { requireFunction } from './require-function.ts'
import type { Stage } from './stage.ts'
import type { StageKind } from './stage-kind.ts'
import { StageWithKey } from './stage-with-key.ts'
import { StageWithKeyAndWindow, StageWithWindow } from './stage-with-window.ts'
import type { KeyGetter } from './user-function-types.ts'
import { requireWindow, type WindowDefinition } from './window-definition.ts'

/** See {@link StageKind}. */
export interface StreamKind extends StageKind {
  readonly stage: StreamStage<this['item']>
}

/** A stage of a stream whose items have timestamps. */
export class StreamStage<T> extends GeneralStage<T, StreamKind> {
  protected override derive<U>(nodeId: number): StreamStage<U> {
    return new StreamStage<U>(this.graph, nodeId)
  }

  /**
   * Groups items by the key that `keyOf` takes from them: a number, string, boolean, bigint, Date, or a tuple or plain
   * object of these.
   */
  groupingKey<K>(keyOf: KeyGetter<T, K>): StreamStageWithKey<T, K> {
    return new StreamStageWithKey<T, K>({
      graph: this.graph,
      nodeId: this.nodeId,
      timed: true,
      keyFunction: requireFunction('groupingKey', keyOf),
      derive: (nodeId) => this.derive(nodeId),
    })
  }

  /** Cuts the stream by event time: `window(tumbling(60_000))`, `window(sliding(10_000, 100))`. */
  window(window: WindowDefinition): StageWithWindow<T, StreamKind> {
    return new StageWithWindow<T, StreamKind>({
      graph: this.graph,
      nodeId: this.nodeId,
      window: requireWindow(window),
      derive: (nodeId) => this.derive(nodeId),
    })
  }
}

/** A stream with timestamps, grouped by a key. */
export class StreamStageWithKey<T, K> extends StageWithKey<T, K, StreamKind> {
  /** Cuts the stream by event time, each key by itself. */
  window(window: WindowDefinition): StageWithKeyAndWindow<T, K, StreamKind> {
    const { graph, nodeId, keyFunction, derive } = this.fields
    return new StageWithKeyAndWindow<T, K, StreamKind>(
      { graph, nodeId, window: requireWindow(window), derive },
      keyFunction,
    )
  }
}

/**
 * Adds the node that gives timestamps to the items of a stage without.
 *
 * @throws NacelleError ERR_ALLOWED_LAG, ERR_HAS_TIMESTAMPS
 */
export function appendTimestamps<T>(
  stage: Stage,
  timestampOf: (item: T) => number,
  allowedLagMs: number,
): StreamStage<T> {
  const { graph, nodeId } = stage
  if (graph.node(nodeId).timed) {
    throw new NacelleError(
      'ERR_HAS_TIMESTAMPS',
      `stage '${stage.name()}' already has timestamps: addTimestamps is for stages without`,
    )
  }
  const fn = requireFunction('addTimestamps', timestampOf)
  const id = graph.add({
    kind: 'addTimestamps',
    name: 'add-timestamps',
    timed: true,
    timestampOf: fn,
    allowedLagMs: requireLag('addTimestamps', allowedLagMs),
    upstream: [nodeId],
  })
  return new StreamStage<T>(graph, id)
}

/** @throws NacelleError ERR_ALLOWED_LAG when it is no time span */
export function requireLag(method: string, allowedLagMs: number): number {
  if (typeof allowedLagMs === 'number' && Number.isFinite(allowedLagMs) && allowedLagMs >= 0) return allowedLagMs
  throw new NacelleError(
    'ERR_ALLOWED_LAG',
    `${method}: the allowed lag must be a number of milliseconds, 0 or more, not ${String(allowedLagMs)}`,
  )
}
