import type { Processor } from './processor.ts'
import type { JobContext, SupplierContext } from './processor-context.ts'

/**
 * Makes the processors of one vertex on one thread of a member. It lives in the thread whose processors it makes.
 */
export interface ProcessorSupplier {
  /** Called once before `get`. */
  init?(context: SupplierContext): void | Promise<void>
  /**
   * @param localIndices the local processor indices wanted, ascending: those that live on this thread
   * @returns one new processor for each, in order
   */
  get(localIndices: readonly number[]): readonly Processor[]
  /** Called once when all processors are closed. */
  close?(error: unknown): void | Promise<void>
}

/** Decides, once per job, what each member runs for a vertex. */
export interface ProcessorMetaSupplier {
  /** Processors per member wanted when the user says nothing; -1 = as many as there are cooperative threads. */
  readonly preferredLocalParallelism: number
  /** Processors that must exist in the whole cluster (only on the first member), or null. Only 1 is supported. */
  readonly forceTotalParallelism: 1 | null
  /** False: the processors may block; each gets a thread of its own. */
  readonly isCooperative: boolean
  init?(context: JobContext): void | Promise<void>
  /** Called in each thread; must answer alike everywhere. */
  get(): ProcessorSupplier
}

/** What {@link processorMetaSupplier} takes. */
export interface MetaSupplierOptions {
  readonly preferredLocalParallelism?: number
  readonly forceTotalParallelism?: 1 | null
  readonly isCooperative?: boolean
}

/** A meta-supplier around a function that makes one processor. */
export function processorMetaSupplier(
  create: (localIndex: number) => Processor,
  options: MetaSupplierOptions = {},
): ProcessorMetaSupplier {
  return metaSupplierOf({ get: (localIndices) => localIndices.map(create) }, options)
}

/** A meta-supplier that gives every thread the same kind of supplier. */
export function metaSupplierOf(supplier: ProcessorSupplier, options: MetaSupplierOptions = {}): ProcessorMetaSupplier {
  return {
    preferredLocalParallelism: options.preferredLocalParallelism ?? -1,
    forceTotalParallelism: options.forceTotalParallelism ?? null,
    isCooperative: options.isCooperative ?? true,
    get: () => supplier,
  }
}
