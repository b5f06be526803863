import type { EventTimePolicy } from '../core/event-time-policy.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import { metaSupplierOf, type ProcessorMetaSupplier } from '../core/processor-supplier.ts'
import { type BatchSource, DEFAULT_PARTITION_IDLE_TIMEOUT_MS, type StreamSource } from '../pipeline/source.ts'
import { BuiltSourceProcessor } from './built-source-processor.ts'
import type { BatchSourceBuffer, PlainSourceBuffer, SourceBuffer, TimestampedSourceBuffer } from './source-buffer.ts'
import type { SourceFunctions } from './source-functions.ts'

/** Makes the user's source object, one for each processor, on the processor's own thread; it may be async. */
export type CreateSource<S> = (context: ProcessorContext) => S | Promise<S>

/**
 * Fills the buffer with what is there now, and returns: it must not wait for more. When it returns a promise, the
 * engine waits for it without holding up other processors, and calls again only when it has settled.
 */
export type FillBuffer<S, B> = (source: S, buffer: B) => void | Promise<void>

/** A builder that lacks `fillBuffer`. */
export interface SourceWithoutFill<S, Kind extends SourceKind> {
  /**
   * The function that adds items. Give the type of items once: `fillBuffer<Bid>((source, buffer) => …)`, or by the type
   * of the `buffer` parameter.
   */
  fillBuffer<T>(fill: FillBuffer<S, BufferOf<Kind, T>>): BuilderOf<Kind, S, T>
}

type SourceKind = 'batch' | 'stream' | 'timestamped'
type BufferOf<Kind extends SourceKind, T> = Kind extends 'batch'
  ? BatchSourceBuffer<T>
  : Kind extends 'stream'
    ? SourceBuffer<T>
    : TimestampedSourceBuffer<T>
type BuilderOf<Kind extends SourceKind, S, T> = Kind extends 'batch'
  ? BatchSourceBuilder<S, T>
  : StreamSourceBuilder<S, T>

interface Settings {
  readonly name: string
  readonly kind: SourceKind
  /** null = one processor in the whole cluster. */
  readonly preferredLocalParallelism: number | null
  readonly partitionIdleTimeoutMs: number
  readonly functions: SourceFunctions
}

/**
 * Makes sources out of functions, in the manner of the original's class of the same name:
 *
 * ```ts
 * const numbers = SourceBuilder.batch('numbers', () => ({ next: 0 }))
 *   .fillBuffer<number>((state, buffer) => {
 *     for (let i = 0; i < buffer.capacity && state.next < 1_000; i++) buffer.add(state.next++)
 *     if (state.next === 1_000) buffer.close()
 *   })
 *   .build()
 * ```
 */
export const SourceBuilder = {
  /** A source that ends: when it has no more items it calls `buffer.close()`. */
  batch<S>(name: string, create: CreateSource<S>): SourceWithoutFill<S, 'batch'> {
    return { fillBuffer: (fill) => new BatchSourceBuilder(settingsOf(name, 'batch', create, fill)) }
  },

  /** A source that goes on; items have no timestamps of their own. */
  stream<S>(name: string, create: CreateSource<S>): SourceWithoutFill<S, 'stream'> {
    return { fillBuffer: (fill) => new StreamSourceBuilder(settingsOf(name, 'stream', create, fill)) }
  },

  /** A source that goes on and knows the event time of its items: `buffer.add(item, timestampMs)`. */
  timestampedStream<S>(name: string, create: CreateSource<S>): SourceWithoutFill<S, 'timestamped'> {
    return { fillBuffer: (fill) => new StreamSourceBuilder(settingsOf(name, 'timestamped', create, fill)) }
  },
}

function settingsOf<S, B>(name: string, kind: SourceKind, create: CreateSource<S>, fill: FillBuffer<S, B>): Settings {
  return {
    name,
    kind,
    preferredLocalParallelism: null,
    partitionIdleTimeoutMs: DEFAULT_PARTITION_IDLE_TIMEOUT_MS,
    functions: {
      create,
      fillBuffer: fill as unknown as (source: never, buffer: PlainSourceBuffer) => unknown,
      destroy: null,
      createSnapshot: null,
      restoreSnapshot: null,
    },
  }
}

/** Builds a {@link BatchSource}. Immutable: each method answers a new builder. */
export class BatchSourceBuilder<in out S, out T> {
  readonly #settings: Settings
  declare protected readonly itemType: T

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Called once for each source object at the end, also after a failure. */
  destroy(destroy: (source: S) => void | Promise<void>): BatchSourceBuilder<S, T> {
    return new BatchSourceBuilder(withFunctions(this.#settings, { destroy }))
  }

  /**
   * Lets the source run as several processors, so many on each member (-1 = one for each thread). Without it there is
   * one processor in the cluster. `create` learns which one it is from its context.
   */
  distributed(preferredLocalParallelism = -1): BatchSourceBuilder<S, T> {
    return new BatchSourceBuilder({ ...this.#settings, preferredLocalParallelism })
  }

  build(): BatchSource<T> {
    const { name } = this.#settings
    return {
      kind: 'batch',
      name,
      description: descriptionOf(this.#settings),
      metaSupplier: metaSupplier(this.#settings, null),
      timestamped: (policy) => metaSupplier(this.#settings, policy),
    }
  }
}

/** Builds a {@link StreamSource}. Immutable: each method answers a new builder. */
export class StreamSourceBuilder<in out S, out T> {
  readonly #settings: Settings
  declare protected readonly itemType: T

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Called once for each source object at the end, also after a failure. */
  destroy(destroy: (source: S) => void | Promise<void>): StreamSourceBuilder<S, T> {
    return new StreamSourceBuilder(withFunctions(this.#settings, { destroy }))
  }

  /** See {@link BatchSourceBuilder.distributed}. */
  distributed(preferredLocalParallelism = -1): StreamSourceBuilder<S, T> {
    return new StreamSourceBuilder({ ...this.#settings, preferredLocalParallelism })
  }

  /**
   * After so many milliseconds without items a processor of the source no longer holds the watermark back; 0 = it
   * always does.
   */
  partitionIdleTimeout(timeoutMs: number): StreamSourceBuilder<S, T> {
    return new StreamSourceBuilder({ ...this.#settings, partitionIdleTimeoutMs: timeoutMs })
  }

  /**
   * Makes the source fault-tolerant: `create` answers what is to be saved, `restore` of the second call takes it back.
   */
  createSnapshot<State>(create: (source: S) => State): SnapshottingSourceBuilder<S, T, State> {
    return {
      restoreSnapshot: (restore) =>
        new StreamSourceBuilder(withFunctions(this.#settings, { createSnapshot: create, restoreSnapshot: restore })),
    }
  }

  build(): StreamSource<T> {
    return streamSource(this.#settings)
  }
}

/** A stream source builder that can save its state but not yet restore it. */
export interface SnapshottingSourceBuilder<S, T, State> {
  /** @param restore gets the states that all processors of the source had saved */
  restoreSnapshot(restore: (source: S, states: readonly State[]) => void): StreamSourceBuilder<S, T>
}

function withFunctions(settings: Settings, functions: Partial<SourceFunctions>): Settings {
  return { ...settings, functions: { ...settings.functions, ...functions } }
}

function streamSource<T>(settings: Settings): StreamSource<T> {
  return {
    kind: 'stream',
    name: settings.name,
    description: descriptionOf(settings),
    hasNativeTimestamps: settings.kind === 'timestamped',
    partitionIdleTimeoutMs: settings.partitionIdleTimeoutMs,
    metaSupplier: (policy) => metaSupplier(settings, policy),
    withPartitionIdleTimeout: (timeoutMs) => streamSource({ ...settings, partitionIdleTimeoutMs: timeoutMs }),
  }
}

function descriptionOf(settings: Settings): Readonly<Record<string, unknown>> {
  const { kind, preferredLocalParallelism, functions } = settings
  return { builder: kind, preferredLocalParallelism, savesState: functions.createSnapshot !== null }
}

function metaSupplier(settings: Settings, policy: EventTimePolicy | null): ProcessorMetaSupplier {
  const { preferredLocalParallelism, functions } = settings
  return metaSupplierOf(
    { get: (localIndices) => localIndices.map(() => new BuiltSourceProcessor(functions, policy)) },
    preferredLocalParallelism === null
      ? { preferredLocalParallelism: 1, forceTotalParallelism: 1 }
      : { preferredLocalParallelism },
  )
}
