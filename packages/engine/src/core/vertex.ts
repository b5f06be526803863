import { NacelleError } from '../base/nacelle-error.ts'
import type { ProcessorMetaSupplier } from './processor-supplier.ts'

/** Lets the meta-supplier, and then the number of cooperative threads, decide. */
export const DEFAULT_LOCAL_PARALLELISM = -1

/**
 * A node of the {@link DAG}: a name, unique in it and naming the state in snapshots, and the supplier of its
 * processors.
 */
export class Vertex {
  readonly name: string
  readonly metaSupplier: ProcessorMetaSupplier
  /** Processors on each member; -1 = undecided. */
  readonly localParallelism: number
  /** Facts that tell this vertex from another of the same name, for the structural hash; plain data. */
  readonly description: Readonly<Record<string, unknown>>
  /** True: the items on all edges of this vertex have timestamps. Set by the planner. */
  readonly timed: boolean

  constructor(
    name: string,
    metaSupplier: ProcessorMetaSupplier,
    options: {
      readonly localParallelism?: number
      readonly description?: Readonly<Record<string, unknown>>
      readonly timed?: boolean
    } = {},
  ) {
    const localParallelism = options.localParallelism ?? DEFAULT_LOCAL_PARALLELISM
    if (localParallelism !== -1 && !(Number.isInteger(localParallelism) && localParallelism > 0)) {
      throw new NacelleError(
        'ERR_LOCAL_PARALLELISM',
        `vertex '${name}': local parallelism must be a positive whole number or -1 (undecided), not ${localParallelism}`,
        { details: { vertex: name } },
      )
    }
    this.name = name
    this.metaSupplier = metaSupplier
    this.localParallelism = localParallelism
    this.description = options.description ?? {}
    this.timed = options.timed ?? false
  }

  /**
   * Processors on each member when there are `threads` cooperative threads: explicit, else preferred but capped, else
   * all.
   */
  effectiveLocalParallelism(threads: number): number {
    if (this.metaSupplier.forceTotalParallelism === 1) return 1
    if (this.localParallelism !== -1) return this.localParallelism
    const preferred = this.metaSupplier.preferredLocalParallelism
    return preferred === -1 ? threads : Math.min(preferred, threads)
  }
}
