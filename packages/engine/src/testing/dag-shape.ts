import type { DAG } from '../core/dag.ts'
import type { Edge } from '../core/edge.ts'
import type { Vertex } from '../core/vertex.ts'

/** The names of a DAG's vertices, in the order in which they were added. */
export function vertexNames(dag: DAG): readonly string[] {
  return dag.vertices.map(({ name }) => name)
}

/**
 * The edges of a DAG as lines of text, in the order in which they were added: `source:1 -> destination partitioned
 * distributed keyed(f64)`. Ordinals that are 0, local and whole items go without saying.
 */
export function edgeTexts(dag: DAG): readonly string[] {
  return dag.edges.map(edgeText)
}

/** Number of processors of a vertex: `4`, `4 preferred`, `each thread`, or `1 in all`. */
export function placementText({ localParallelism, metaSupplier }: Vertex): string {
  if (metaSupplier.forceTotalParallelism === 1) return '1 in all'
  if (localParallelism !== -1) return String(localParallelism)
  const preferred = metaSupplier.preferredLocalParallelism
  return preferred === -1 ? 'each thread' : `${preferred} preferred`
}

function edgeText(edge: Edge): string {
  const parts = [
    portText(edge.source, edge.sourceOrdinal),
    '->',
    portText(edge.destination, edge.destinationOrdinal),
    edge.routing,
  ]
  if (edge.locality === 'distributed') parts.push('distributed')
  if (edge.projection !== null) {
    parts.push(
      `projected(${edge.projection.columns.map(({ type, get }) => (get === null ? 'item' : type)).join(', ')})`,
    )
  }
  if (edge.keyedByProducer !== null) parts.push(`keyed(${edge.keyedByProducer.join(', ')})`)
  return parts.join(' ')
}

function portText({ name }: Vertex, ordinal: number): string {
  return ordinal === 0 ? name : `${name}:${ordinal}`
}
