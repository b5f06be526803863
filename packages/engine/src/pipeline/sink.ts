import type { ProcessorMetaSupplier } from '../core/processor-supplier.ts'

/** Where results go. Made by `Sinks` and `SinkBuilder`. */
export interface Sink<in T> {
  readonly name: string
  readonly description: Readonly<Record<string, unknown>>
  readonly metaSupplier: ProcessorMetaSupplier
  /** How items reach the sink's processors. Default `unicast`. */
  readonly input: { readonly kind: 'unicast' } | { readonly kind: 'partitioned'; readonly keyFunction: (item: never) => unknown } | { readonly kind: 'allToOne' }
  /** Only for the compiler. */
  readonly accepts?: (item: T) => void
}
