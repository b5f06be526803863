import { NacelleError } from '../base/nacelle-error.ts'
import type { EventTimePolicy } from '../core/event-time-policy.ts'
import type { ProcessorMetaSupplier } from '../core/processor-supplier.ts'
import type { TokenSeparator } from '../core/token-separator.ts'
import { givenText } from './given-text.ts'

/** A source that ends. Made by `Sources`, `TestSources` and `SourceBuilder.batch`. */
export interface BatchSource<out T> {
  readonly kind: 'batch'
  readonly name: string
  /** Facts for the structural hash of the DAG: plain data that tells this source from others. */
  readonly description: Readonly<Record<string, unknown>>
  readonly metaSupplier: ProcessorMetaSupplier
  /**
   * For sources of text lines only: the same source cut into words without making a string for each line. The planner
   * uses it when a stock tokenizer follows directly. Absent elsewhere.
   */
  readonly tokenized?: (separator: TokenSeparator) => ProcessorMetaSupplier
  /**
   * For sources that can give their items timestamps themselves; the planner uses it when `addTimestamps` follows
   * directly.
   */
  readonly timestamped?: (policy: EventTimePolicy) => ProcessorMetaSupplier
  /** Only for the compiler. */
  readonly itemType?: T
}

/** A source that goes on. */
export interface StreamSource<out T> {
  readonly kind: 'stream'
  readonly name: string
  readonly description: Readonly<Record<string, unknown>>
  /** Whether the source knows timestamps of its own (`withNativeTimestamps`). */
  readonly hasNativeTimestamps: boolean
  /**
   * After so many milliseconds without items a source partition stops holding the watermark back. Default 60 000; 0 =
   * never.
   */
  readonly partitionIdleTimeoutMs: number
  /** @param policy null = without timestamps and watermarks */
  metaSupplier(policy: EventTimePolicy | null): ProcessorMetaSupplier
  /** The same source with another partition idle timeout. */
  withPartitionIdleTimeout(timeoutMs: number): StreamSource<T>
  /** Only for the compiler. */
  readonly itemType?: T
}

/** Default of {@link StreamSource.partitionIdleTimeoutMs}. */
export const DEFAULT_PARTITION_IDLE_TIMEOUT_MS = 60_000

/** @throws NacelleError ERR_ARGUMENT when a user has given something else as a source */
export function requireSource(source: { readonly kind: string }): void {
  const kind: unknown = (source as Partial<typeof source> | null | undefined)?.kind
  if (kind === 'batch' || kind === 'stream') return
  throw new NacelleError(
    'ERR_ARGUMENT',
    `readFrom takes a source, not ${givenText(source)}: is a call missing, as in .build()?`,
    { details: { method: 'readFrom' } },
  )
}
