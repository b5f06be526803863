import { NacelleError } from '../base/nacelle-error.ts'
import type { Edge } from './edge.ts'
import type { Processor } from './processor.ts'
import type { MetaSupplierOptions, ProcessorMetaSupplier } from './processor-supplier.ts'
import { processorMetaSupplier } from './processor-supplier.ts'
import { Vertex } from './vertex.ts'

/** What {@link DAG.newVertex} takes beside the supplier. */
export interface VertexOptions extends MetaSupplierOptions {
  readonly localParallelism?: number
}

/** The physical plan of a job: vertices and edges without cycles. */
export class DAG {
  readonly #vertices = new Map<string, Vertex>()
  readonly #edges: Edge[] = []

  /** Adds a vertex whose processors `create` makes, one call for each. */
  newVertex(name: string, create: (localIndex: number) => Processor, options: VertexOptions = {}): Vertex {
    const { localParallelism = -1, ...supplierOptions } = options
    return this.vertex(new Vertex(name, processorMetaSupplier(create, supplierOptions), { localParallelism }))
  }

  /** Adds a vertex with a meta-supplier of its own. */
  newVertexWith(name: string, metaSupplier: ProcessorMetaSupplier, localParallelism = -1): Vertex {
    return this.vertex(new Vertex(name, metaSupplier, { localParallelism }))
  }

  /** @throws NacelleError ERR_DUPLICATE_VERTEX when the name is taken */
  vertex(vertex: Vertex): Vertex {
    if (this.#vertices.has(vertex.name)) {
      throw new NacelleError(
        'ERR_DUPLICATE_VERTEX',
        `a vertex named '${vertex.name}' is already in the DAG: names must be unique`,
        {
          details: { vertex: vertex.name },
        },
      )
    }
    this.#vertices.set(vertex.name, vertex)
    return vertex
  }

  /**
   * Adds an edge between two vertices of this DAG. @throws NacelleError when an end is foreign or an ordinal is taken
   */
  edge(edge: Edge): this {
    for (const [side, vertex] of [
      ['source', edge.source],
      ['destination', edge.destination],
    ] as const) {
      if (this.#vertices.get(vertex.name) !== vertex) {
        throw new NacelleError(
          'ERR_FOREIGN_VERTEX',
          `the ${side} '${vertex.name}' of an edge is not in the DAG: add it with vertex() first`,
          {
            details: { vertex: vertex.name },
          },
        )
      }
    }
    if (edge.source === edge.destination) {
      throw new NacelleError('ERR_CYCLE', `vertex '${edge.source.name}' has an edge to itself: a DAG has no cycles`, {
        details: { vertex: edge.source.name },
      })
    }
    for (const other of this.#edges) {
      if (other.source === edge.source && other.sourceOrdinal === edge.sourceOrdinal)
        throw ordinalTaken(edge.source.name, 'output', edge.sourceOrdinal)
      if (other.destination === edge.destination && other.destinationOrdinal === edge.destinationOrdinal) {
        throw ordinalTaken(edge.destination.name, 'input', edge.destinationOrdinal)
      }
    }
    this.#edges.push(edge)
    return this
  }

  /** @throws NacelleError ERR_UNKNOWN_VERTEX */
  getVertex(name: string): Vertex {
    const vertex = this.#vertices.get(name)
    if (vertex === undefined)
      throw new NacelleError('ERR_UNKNOWN_VERTEX', `there is no vertex named '${name}' in the DAG`, {
        details: { vertex: name },
      })
    return vertex
  }

  get vertices(): readonly Vertex[] {
    return [...this.#vertices.values()]
  }

  get edges(): readonly Edge[] {
    return this.#edges
  }

  /** Edges into a vertex, by input ordinal. */
  inboundEdges(vertex: Vertex): readonly Edge[] {
    return this.#edges
      .filter((edge) => edge.destination === vertex)
      .sort((a, b) => a.destinationOrdinal - b.destinationOrdinal)
  }

  /** Edges out of a vertex, by output ordinal. */
  outboundEdges(vertex: Vertex): readonly Edge[] {
    return this.#edges.filter((edge) => edge.source === vertex).sort((a, b) => a.sourceOrdinal - b.sourceOrdinal)
  }

  /**
   * Checks ordinals and cycles.
   *
   * @returns the vertices in topological order; ties in the order in which they were added, so it is the same
   *   everywhere
   * @throws NacelleError ERR_EMPTY_DAG, ERR_ORDINAL_GAP or ERR_CYCLE
   */
  validate(): readonly Vertex[] {
    if (this.#vertices.size === 0) throw new NacelleError('ERR_EMPTY_DAG', 'the DAG has no vertices')
    for (const vertex of this.#vertices.values()) {
      checkContiguous(
        vertex.name,
        'input',
        this.inboundEdges(vertex).map((edge) => edge.destinationOrdinal),
      )
      checkContiguous(
        vertex.name,
        'output',
        this.outboundEdges(vertex).map((edge) => edge.sourceOrdinal),
      )
    }
    return this.#topologicalOrder()
  }

  #topologicalOrder(): readonly Vertex[] {
    const waitingFor = new Map<Vertex, number>()
    for (const vertex of this.#vertices.values()) waitingFor.set(vertex, this.inboundEdges(vertex).length)
    const order: Vertex[] = []
    const placed = new Set<Vertex>()
    while (order.length < this.#vertices.size) {
      const next = this.vertices.find((vertex) => !placed.has(vertex) && waitingFor.get(vertex) === 0)
      if (next === undefined) {
        const names = this.vertices.filter((vertex) => !placed.has(vertex)).map((vertex) => `'${vertex.name}'`)
        throw new NacelleError('ERR_CYCLE', `the edges between ${names.join(', ')} form a cycle: a DAG has none`)
      }
      placed.add(next)
      order.push(next)
      for (const edge of this.outboundEdges(next))
        waitingFor.set(edge.destination, waitingFor.get(edge.destination)! - 1)
    }
    return order
  }
}

function ordinalTaken(vertex: string, side: 'input' | 'output', ordinal: number): NacelleError {
  return new NacelleError('ERR_ORDINAL_TAKEN', `${side} ordinal ${ordinal} of vertex '${vertex}' already has an edge`, {
    details: { vertex, ordinal },
  })
}

function checkContiguous(vertex: string, side: 'input' | 'output', ordinals: readonly number[]): void {
  for (let i = 0; i < ordinals.length; i++) {
    if (ordinals[i] === i) continue
    throw new NacelleError(
      'ERR_ORDINAL_GAP',
      `vertex '${vertex}' has no edge at ${side} ordinal ${i}: ordinals must run from 0 without gaps`,
      {
        details: { vertex, ordinal: i },
      },
    )
  }
}
