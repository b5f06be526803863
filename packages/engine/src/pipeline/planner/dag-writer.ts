import { DAG } from '../../core/dag.ts'
import { Edge, type KeyFunction } from '../../core/edge.ts'
import type { Processor } from '../../core/processor.ts'
import type { ProcessorMetaSupplier } from '../../core/processor-supplier.ts'
import { Vertex } from '../../core/vertex.ts'
import {
  isSamePlacement,
  isWithin,
  type Placement,
  placedSupplier,
  placementOf,
  placementWithin,
  supplierPlaced,
} from './placement.ts'

/** What {@link DagWriter.add} takes. */
export interface NewVertex {
  readonly name: string
  readonly metaSupplier: ProcessorMetaSupplier
  readonly localParallelism: number
  readonly timed: boolean
  readonly description: Readonly<Record<string, unknown>>
}

/** Builds a DAG: keeps names apart and counts ordinals. */
export class DagWriter {
  readonly dag: DAG = new DAG()
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
   * Adds a vertex whose items need not meet, behind those that feed it. When order is to be kept, it has no more
   * processors than these.
   */
  addStateless(from: readonly Vertex[], vertex: NewVertex): Vertex {
    const added = this.add(this.#preserveOrder ? placedWithin(vertex, from) : vertex)
    this.connectStateless(from, added)
    return added
  }

  /** Adds a vertex whose processors each get all items of their keys. */
  addPartitioned(from: readonly Vertex[], vertex: NewVertex, keyFunction: KeyFunction): Vertex {
    const added = this.add(vertex)
    for (const each of from) this.connect(this.edge(each, added).partitioned(keyFunction).distributed())
    return added
  }

  /**
   * Connects vertices between which items need not meet: pairwise where both have equally many processors, which keeps
   * the order and never leaves the thread; to whoever has room otherwise.
   *
   * @param keepsOrder pairwise also where `to` has fewer processors
   */
  connectStateless(from: readonly Vertex[], to: Vertex, keepsOrder: boolean = this.#preserveOrder): void {
    const target = placementOf(to)
    for (const vertex of from) {
      const edge = this.edge(vertex, to)
      const origin = placementOf(vertex)
      if (isSamePlacement(origin, target)) this.connect(edge.isolated())
      else if (target.forceTotalParallelism === 1) this.connect(edge.allToOne().distributed())
      else this.connect(keepsOrder && isWithin(target, origin) ? edge.isolated() : edge)
    }
  }
}

function placedWithin(vertex: NewVertex, from: readonly Vertex[]): NewVertex {
  const placement = placementWithin(placementOf(vertex), from.map(placementOf))
  const { localParallelism } = placement
  return { ...vertex, localParallelism, metaSupplier: supplierPlaced(vertex.metaSupplier, placement) }
}

function take(ordinals: Map<Vertex, number>, vertex: Vertex): number {
  const ordinal = ordinals.get(vertex) ?? 0
  ordinals.set(vertex, ordinal + 1)
  return ordinal
}
