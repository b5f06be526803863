import { NacelleError } from '../../base/nacelle-error.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { ProcessorContext, SupplierContext } from '../../core/processor-context.ts'
import type { MetaSupplierOptions, ProcessorMetaSupplier, ProcessorSupplier } from '../../core/processor-supplier.ts'
import type { Metric } from '../../platform/metrics.ts'
import { findFiles } from './find-files.ts'
import type { SplitConsumer } from './split-consumer.ts'
import { type DecodableBytes, SplitReader } from './split-reader.ts'
import { dealSplits, type Split, type SplitRules, splitsOf } from './splits.ts'

/** Which files a source reads, and how. */
export interface FileSourceRules extends SplitRules {
  readonly patterns: readonly string[]
  readonly directory: string
  /** True: all members see the same files and share them; false: each member reads all that it sees. */
  readonly sharedFileSystem: boolean
  /** Whether a mark that says "UTF-8" at the beginning of a file is skipped. */
  readonly skipsByteOrderMark: boolean
  readonly createConsumer: (context: ProcessorContext) => SplitConsumer
}

/** How long one call of the processor goes on reading, in milliseconds. */
const CALL_BUDGET_MS = 1

/** The meta-supplier of a source that reads files. */
export function fileSourceSupplier(rules: FileSourceRules, options: MetaSupplierOptions = {}): ProcessorMetaSupplier {
  return {
    preferredLocalParallelism: options.preferredLocalParallelism ?? -1,
    forceTotalParallelism: null,
    isCooperative: true,
    get: () => new FileSourceSupplier(rules),
  }
}

/** Finds the files and deals them; each thread does so for itself and comes to the same result. */
class FileSourceSupplier implements ProcessorSupplier {
  readonly #rules: FileSourceRules
  #hands: readonly (readonly Split[])[] = []

  constructor(rules: FileSourceRules) {
    this.#rules = rules
  }

  init(context: SupplierContext): void {
    const { patterns, directory, sharedFileSystem } = this.#rules
    const splits = splitsOf(findFiles(context.platform.files, patterns, directory), this.#rules)
    const { localParallelism, totalParallelism, memberIndex } = context
    this.#hands = sharedFileSystem
      ? dealSplits(splits, totalParallelism).slice(memberIndex * localParallelism, (memberIndex + 1) * localParallelism)
      : dealSplits(splits, localParallelism)
  }

  get(localIndices: readonly number[]): readonly FileSourceProcessor[] {
    return localIndices.map((index) => new FileSourceProcessor(this.#rules, this.#hands[index]!))
  }
}

/**
 * Reads the splits dealt to it, one after another.
 *
 * Metrics: `sourceBytesTotal` (bytes of all its splits, as they lie on the disk), `sourceBytesRead` (how many of them
 * are done), `sourceSplitsTotal`, `sourceSplitsRead`, `malformedLinesSkipped`.
 */
class FileSourceProcessor extends AbstractProcessor {
  readonly #rules: FileSourceRules
  readonly #splits: readonly Split[]
  #nextSplit = 0
  #reader: SplitReader | null = null
  #hasBegun = false
  /** The block of the last reader, for the next. */
  #block: DecodableBytes | null = null
  #consumer: SplitConsumer | null = null
  #bytesRead!: Metric
  #splitsRead!: Metric

  constructor(rules: FileSourceRules, splits: readonly Split[]) {
    super()
    this.#rules = rules
    this.#splits = splits
  }

  protected override initialize(): void {
    const { metrics } = this.context
    this.#consumer = this.#rules.createConsumer(this.context)
    this.#bytesRead = metrics.metric('sourceBytesRead')
    this.#splitsRead = metrics.metric('sourceSplitsRead')
    metrics.metric('sourceBytesTotal').set(this.#splits.reduce((sum, split) => sum + split.size, 0))
    metrics.metric('sourceSplitsTotal').set(this.#splits.length)
  }

  override complete(): boolean {
    const { outbox } = this
    if (!outbox.flush()) return false
    const { clock } = this.context.platform
    const startMs = clock.monotonicMs()
    do {
      const reader = (this.#reader ??= this.#open())
      if (reader === null) return true
      const state = reader.advance()
      if (state === 'pending') break
      if (state === 'end') this.#finish(reader)
      else this.#consume(reader)
    } while (outbox.staging.count < outbox.capacity && clock.monotonicMs() - startMs < CALL_BUDGET_MS)
    outbox.flush()
    return false
  }

  override close(): void {
    this.#reader?.close()
    this.#reader = null
    this.#consumer?.close?.()
  }

  #open(): SplitReader | null {
    const split = this.#splits[this.#nextSplit]
    if (split === undefined) return null
    this.#nextSplit++
    this.#hasBegun = false
    const hooks = { onProgress: (bytes: number) => this.#bytesRead.add(bytes), wake: () => this.context.wake() }
    return new SplitReader(this.context.platform.files, split, hooks, {
      skipsByteOrderMark: this.#rules.skipsByteOrderMark,
      block: this.#block,
    })
  }

  #consume(reader: SplitReader): void {
    if (!this.#hasBegun) {
      this.#hasBegun = true
      this.#consumer!.begin(reader)
    }
    const { staging, capacity } = this.outbox
    try {
      this.#consumer!.consume(reader, staging, capacity)
    } catch (thrown) {
      throw encodingError(thrown, reader)
    }
  }

  #finish(reader: SplitReader): void {
    this.#block = reader.bytes
    this.#reader = null
    reader.close()
    this.#splitsRead.add(1)
    if (this.#hasBegun) this.#consumer!.end(reader)
  }
}

/** Says where bytes stand that a strict decoder has refused. */
function encodingError(thrown: unknown, reader: SplitReader): unknown {
  if (
    !(thrown instanceof TypeError) ||
    (thrown as { readonly code?: unknown }).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA'
  )
    return thrown
  const place = reader.place()
  return new NacelleError(
    'ERR_ENCODING',
    `${place}: the line is not valid UTF-8; set encoding to 'latin1', or invalidBytes to 'replace'`,
    {
      cause: thrown,
      details: { place },
    },
  )
}
