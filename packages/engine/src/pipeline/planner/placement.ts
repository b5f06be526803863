import type { Processor } from '../../core/processor.ts'
import {
  type MetaSupplierOptions,
  type ProcessorMetaSupplier,
  processorMetaSupplier,
} from '../../core/processor-supplier.ts'
import type { Vertex } from '../../core/vertex.ts'

/** How many processors a vertex has: equal settings give equal numbers on every member. */
export interface Placement {
  readonly localParallelism: number
  readonly preferredLocalParallelism: number
  readonly forceTotalParallelism: 1 | null
}

/** As many processors as the user says, else as there are threads. */
export function widePlacement(localParallelism: number): Placement {
  return { localParallelism, preferredLocalParallelism: -1, forceTotalParallelism: null }
}

/** One processor in the whole cluster. */
export const SINGLE_PLACEMENT: Placement = {
  localParallelism: 1,
  preferredLocalParallelism: 1,
  forceTotalParallelism: 1,
}

/** The placement of a vertex. */
export function placementOf({
  localParallelism,
  metaSupplier,
}: Pick<Vertex, 'localParallelism' | 'metaSupplier'>): Placement {
  const { preferredLocalParallelism, forceTotalParallelism } = metaSupplier
  return { localParallelism, preferredLocalParallelism, forceTotalParallelism }
}

/** Whether two vertices have equally many processors wherever they run. */
export function isSamePlacement(a: Placement, b: Placement): boolean {
  if (a.forceTotalParallelism !== b.forceTotalParallelism) return false
  if (a.forceTotalParallelism === 1) return true
  if (a.localParallelism !== b.localParallelism) return false
  return a.localParallelism !== -1 || a.preferredLocalParallelism === b.preferredLocalParallelism
}

/** Whether a vertex placed as `a` never has more processors than one placed as `b`, however many threads there are. */
export function isWithin(a: Placement, b: Placement): boolean {
  const { count, isCapped } = sizeOf(a)
  const bound = sizeOf(b)
  return count === 1 || (count <= bound.count && (isCapped || !bound.isCapped))
}

/**
 * The placement `own`, or if it is undecided that of `from`, but nowhere with more processors than any of `from` has:
 * each of these then feeds just one processor over an isolated edge, so that the order of its items is kept.
 */
export function placementWithin(own: Placement, from: readonly Placement[]): Placement {
  if (own.forceTotalParallelism === 1) return own
  const isUndecided = own.localParallelism === -1 && own.preferredLocalParallelism === -1
  if (from.every(({ forceTotalParallelism }) => forceTotalParallelism === 1)) return SINGLE_PLACEMENT
  const sizes = (isUndecided ? from : [own, ...from]).map(sizeOf)
  const count = Math.min(...sizes.map((size) => size.count))
  const isCapped = count > 1 && sizes.some((size) => size.isCapped)
  return isCapped
    ? { ...widePlacement(-1), preferredLocalParallelism: count === Number.POSITIVE_INFINITY ? -1 : count }
    : widePlacement(count)
}

/** A meta-supplier of processors that `create` makes, placed as given. */
export function placedSupplier(create: () => Processor, placement: Placement): ProcessorMetaSupplier {
  const { preferredLocalParallelism, forceTotalParallelism } = placement
  return processorMetaSupplier(create, {
    preferredLocalParallelism,
    forceTotalParallelism,
  } satisfies MetaSupplierOptions)
}

/** The same processors, placed as given. */
export function supplierPlaced(metaSupplier: ProcessorMetaSupplier, placement: Placement): ProcessorMetaSupplier {
  const { preferredLocalParallelism, forceTotalParallelism } = placement
  if (
    metaSupplier.preferredLocalParallelism === preferredLocalParallelism &&
    metaSupplier.forceTotalParallelism === forceTotalParallelism
  )
    return metaSupplier
  return {
    preferredLocalParallelism,
    forceTotalParallelism,
    isCooperative: metaSupplier.isCooperative,
    init: (context) => metaSupplier.init?.(context),
    get: () => metaSupplier.get(),
  }
}

/** Processors on a member: `count`, or the number of threads when that is less and the size is capped. */
interface Size {
  readonly count: number
  readonly isCapped: boolean
}

function sizeOf({ localParallelism, preferredLocalParallelism, forceTotalParallelism }: Placement): Size {
  if (forceTotalParallelism === 1) return { count: 1, isCapped: false }
  if (localParallelism !== -1) return { count: localParallelism, isCapped: false }
  const count = preferredLocalParallelism === -1 ? Number.POSITIVE_INFINITY : preferredLocalParallelism
  return { count, isCapped: true }
}
