import type { DAG } from './dag.ts'
import type { Edge } from './edge.ts'
import { DEFAULT_LOCAL_PARALLELISM, type Vertex } from './vertex.ts'

/** Ends the name of the vertex that aggregates before the exchange; the rest is the name of the one behind it. */
const FIRST_STAGE_SUFFIX = '-prepare'

/**
 * A DAG in the DOT language of Graphviz, laid out as the original prints it: `dot -Tsvg` draws it. The two stages of an
 * aggregation are put into a box.
 *
 * @param threads cooperative threads of a member, shown where a vertex leaves its parallelism to them; without it such
 *   vertices say `default`
 * @throws NacelleError when the DAG is not valid
 */
export function dagToDot(dag: DAG, threads?: number): string {
  const vertices = dag.validate()
  const lines = ['digraph DAG {']
  for (const vertex of vertices)
    lines.push(`\t${quoted(vertex.name)} [localParallelism=${parallelism(vertex, threads)}];`)
  let boxes = 0
  for (const edge of vertices.flatMap((vertex) => dag.outboundEdges(vertex))) {
    const statement = edgeStatement(dag, edge)
    if (edge.source.name !== edge.destination.name + FIRST_STAGE_SUFFIX) lines.push(`\t${statement}`)
    else lines.push(`\tsubgraph cluster_${boxes++} {`, `\t\t${statement}`, '\t}')
  }
  return [...lines, '}'].join('\n')
}

function parallelism(vertex: Vertex, threads: number | undefined): string {
  const effective = vertex.effectiveLocalParallelism(threads ?? Number.POSITIVE_INFINITY)
  return Number.isFinite(effective) && effective !== DEFAULT_LOCAL_PARALLELISM ? String(effective) : 'default'
}

function edgeStatement(dag: DAG, edge: Edge): string {
  const attributes: string[] = []
  const label = [
    edge.locality === 'distributed' ? 'distributed' : '',
    edge.routing === 'unicast' ? '' : routingWord(edge),
  ].filter((word) => word !== '')
  if (label.length > 0) attributes.push(`label="${label.join('-')}"`)
  if (dag.inboundEdges(edge.destination).length > 1) attributes.push(`headlabel=${edge.destinationOrdinal}`)
  if (dag.outboundEdges(edge.source).length > 1) attributes.push(`taillabel=${edge.sourceOrdinal}`)
  attributes.push(`queueSize=${edge.queueSize}`)
  return `${quoted(edge.source.name)} -> ${quoted(edge.destination.name)} [${attributes.join(', ')}];`
}

/** The routing policy in the original's spelling. */
function routingWord(edge: Edge): string {
  return edge.routing === 'allToOne' ? 'all_to_one' : edge.routing
}

function quoted(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
