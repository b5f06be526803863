import { AbstractProcessor } from '../core/abstract-processor.ts'
import type { Inbox } from '../core/inbox.ts'
import { metaSupplierOf } from '../core/processor-supplier.ts'
import type { Sink } from '../pipeline/sink.ts'
import { SinkBuilder } from './sink-builder.ts'

/** Stock sinks. */
export const Sinks = {
  /**
   * Appends items to `target`, one processor. For pipelines that run in the calling thread (tests, small scripts): in a job
   * made of a module each thread has an array of its own, and the caller's stays empty.
   */
  collector<T>(target: T[]): Sink<T> {
    const sink = SinkBuilder.sink('collectorSink', () => target)
      .receive<T>((array, item) => {
        array.push(item)
      })
      .build()
    return { ...sink, metaSupplier: { ...sink.metaSupplier, forceTotalParallelism: 1 } }
  },

  /** Writes each item to the log, as text by `toText`; default: strings as they are, all else as JSON. */
  logger<T>(toText: (item: T) => string = defaultText): Sink<T> {
    return SinkBuilder.sink('loggerSink', (context) => context.logger)
      .receive<T>((logger, item) => logger.log('info', toText(item)))
      .build()
  },

  /** Takes items and forgets them. */
  noop(): Sink<unknown> {
    return {
      name: 'noopSink',
      description: { sink: 'noop' },
      metaSupplier: metaSupplierOf({ get: (localIndices) => localIndices.map(() => new NoopSinkProcessor()) }),
      input: { kind: 'unicast' },
    }
  },
}

class NoopSinkProcessor extends AbstractProcessor {
  override process(_ordinal: number, inbox: Inbox): void {
    inbox.position = inbox.batch.count
  }
}

function defaultText(item: unknown): string {
  return typeof item === 'string' ? item : (JSON.stringify(item, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)) ?? String(item))
}
