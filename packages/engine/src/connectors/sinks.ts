import { AbstractProcessor } from '../core/abstract-processor.ts'
import type { Inbox } from '../core/inbox.ts'
import { metaSupplierOf, type ProcessorMetaSupplier } from '../core/processor-supplier.ts'
import type { Sink } from '../pipeline/sink.ts'
import { defaultText, type FileSinkOptions, fileSink } from './file-sink.ts'
import { SinkBuilder } from './sink-builder.ts'
import { type TableOptions, tableSink } from './table-sink.ts'

/** Stock sinks. */
export const Sinks = {
  /**
   * Appends items to `target`, from one processor. For pipelines that run in the calling thread (tests, small scripts):
   * in a job made of a module each thread has an array of its own, and the caller's stays empty.
   */
  collector<T>(target: T[]): Sink<T> {
    const sink = SinkBuilder.sink('collectorSink', () => target)
      .receive<T>((array, item) => {
        array.push(item)
      })
      .build()
    const { metaSupplier, fusedWith } = sink
    return {
      ...sink,
      metaSupplier: inOneProcessor(metaSupplier),
      ...(fusedWith && { fusedWith: (stages) => inOneProcessor(fusedWith(stages)) }),
    }
  },

  /** Lines of text, JSON or CSV in files of a directory, one file for each processor: `part-0.txt`, `part-1.txt`, … */
  files<T>(options: FileSinkOptions<T>): Sink<T> {
    return fileSink(options)
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

  /**
   * Shows the first rows as a table when the job ends: `Sinks.table({ sort: (a, b) => b.value - a.value, limit: 10 })`.
   */
  table<T>(options: TableOptions<T> = {}): Sink<T> {
    return tableSink(options)
  },
}

function inOneProcessor(metaSupplier: ProcessorMetaSupplier): ProcessorMetaSupplier {
  return { ...metaSupplier, forceTotalParallelism: 1 }
}

class NoopSinkProcessor extends AbstractProcessor {
  override process(_ordinal: number, inbox: Inbox): void {
    inbox.position = inbox.batch.count
  }
}
