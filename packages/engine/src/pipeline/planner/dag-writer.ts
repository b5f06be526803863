import { DAG } from '../../core/dag.ts'
import { Edge } from '../../core/edge.ts'
import type { Processor } from '../../core/processor.ts'
import {
  type MetaSupplierOptions,
  type ProcessorMetaSupplier,
  processorMetaSupplier,
} from '../../core/processor-supplier.ts'
import { Vertex } from '../../core/vertex.ts'

/** How many processors a vertex has: equal settings give equal numbers on every member. */
export interface Placement {
  readonly localParallelism: number
  readonly preferredLocalParallelism: number
  readonly forceTotalParallelism: 1 | null
}

/** What {@link DagWriter.add} takes. */
export interface NewVertex {
  readonly name: string
  readonly metaSupplier: ProcessorMetaSupplier
  readonly localParallelism: number
  readonly timed: boolean
  readonly description: Readonly<Record<string, unknown>>
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
export function placementOf({ localParallelism, metaSupplier }: Vertex): Placement {
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

/** A meta-supplier of processors that `create` makes, placed as given. */
export function placedSupplier(create: () => Processor, placement: Placement): ProcessorMetaSupplier {
  const { preferredLocalParallelism, forceTotalParallelism } = placement
  return processorMetaSupplier(create, {
    preferredLocalParallelism,
    forceTotalParallelism,
  } satisfies MetaSupplierOptions)
}

/** Builds a DAG: keeps names apart and counts ordinals. */
export class DagWriter {
  readonly dag = new DAG()
  readonly #preserveOrder: boolean
  readonly #names = new Set<string>()
  readonly #outputs = new Map<Vertex, number>()
  readonly #inputs = new Map<Vertex, number>()

  constructor(preserveOrder: boolean) {
    this.#preserveOrder = preserveOrder
  }

  /** Adds a vertex; when its name is taken it becomes `name-2`, `name-3`, … */
  add({ name, metaSupplier, localParallelism, timed, description }: NewVertex): Vertex {
    let free = name
    for (let n = 2; this.#names.has(free); n++) free = `${name}-${n}`
    this.#names.add(free)
    return this.dag.vertex(new Vertex(free, metaSupplier, { localParallelism, timed, description }))
  }

  /** Adds a vertex whose processors `create` makes. */
  addProcessors(
    create: () => Processor,
    placement: Placement,
    vertex: Pick<NewVertex, 'name' | 'timed' | 'description'>,
  ): Vertex {
    return this.add({
      ...vertex,
      metaSupplier: placedSupplier(create, placement),
      localParallelism: placement.localParallelism,
    })
  }

  /** Begins an edge between the next free ordinals. What the caller makes of it goes to {@link connect}. */
  edge(from: Vertex, to: Vertex): Edge<'unicast'> {
    return Edge.from(from, take(this.#outputs, from)).to(to, take(this.#inputs, to))
  }

  connect(edge: Edge): void {
    this.dag.edge(edge)
  }

  /**
   * Connects vertices between which items need not meet: pairwise where both have equally many processors, which keeps the
   * order and never leaves the thread; to whoever has room otherwise.
   */
  connectStateless(from: readonly Vertex[], to: Vertex): void {
    for (const vertex of from) {
      const edge = this.edge(vertex, to)
      this.connect(
        this.#preserveOrder || isSamePlacement(placementOf(vertex), placementOf(to)) ? edge.isolated() : edge,
      )
    }
  }
}

function take(ordinals: Map<Vertex, number>, vertex: Vertex): number {
  const ordinal = ordinals.get(vertex) ?? 0
  ordinals.set(vertex, ordinal + 1)
  return ordinal
}
