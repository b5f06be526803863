import { NacelleError } from '../base/nacelle-error.ts'
import type { DAG } from './dag.ts'
import type { Edge } from './edge.ts'
import type { Vertex } from './vertex.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * A DAG as canonical JSON: two DAGs of one shape give the same text, in whatever order their parts were described, so
 * the text can be compared and hashed. It covers vertices (in topological order), edges (by source vertex, then
 * ordinal) and their settings; of functions it knows only whether they are there.
 *
 * @throws NacelleError when the DAG is not valid, or ERR_VERTEX_DESCRIPTION when a description is not plain data
 */
export function dagToJson(dag: DAG): string {
  const vertices = dag.validate()
  return JSON.stringify({
    vertices: vertices.map(vertexFacts),
    edges: vertices.flatMap((vertex) => dag.outboundEdges(vertex).map(edgeFacts)),
  })
}

function vertexFacts(vertex: Vertex): Json {
  const { name, localParallelism, metaSupplier, timed, description } = vertex
  return {
    name,
    localParallelism,
    preferredLocalParallelism: metaSupplier.preferredLocalParallelism,
    forceTotalParallelism: metaSupplier.forceTotalParallelism,
    isCooperative: metaSupplier.isCooperative,
    timed,
    description: canonical(description, name, 'description', []),
  }
}

function edgeFacts(edge: Edge): Json {
  return {
    source: edge.source.name,
    sourceOrdinal: edge.sourceOrdinal,
    destination: edge.destination.name,
    destinationOrdinal: edge.destinationOrdinal,
    routing: edge.routing,
    locality: edge.locality,
    priority: finiteOrText(edge.priority),
    hasKey: edge.keyFunction !== null,
    ordered: edge.comparator !== null,
    projection:
      edge.projection === null
        ? null
        : {
            owner: edge.projection.owner,
            columns: edge.projection.columns.map(({ type, get }) => ({ type, wholeItem: get === null })),
          },
    keyedByProducer: edge.keyedByProducer,
    queueSize: finiteOrText(edge.queueSize),
  }
}

/** Plain data with the keys of its objects sorted, and as text what JSON has no numbers for. */
function canonical(value: unknown, vertex: string, path: string, within: readonly object[]): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return finiteOrText(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object') throw notPlain(vertex, path, `a ${typeof value}`)
  if (within.includes(value)) throw notPlain(vertex, path, 'a value that contains itself')
  const inside = [...within, value]
  if (Array.isArray(value)) return value.map((element, i) => canonical(element, vertex, `${path}[${i}]`, inside))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw notPlain(vertex, path, `an instance of ${value.constructor.name || 'a nameless class'}`)
  }
  const entries: [string, Json][] = []
  for (const key of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[key]
    if (member !== undefined) entries.push([key, canonical(member, vertex, `${path}.${key}`, inside)])
  }
  return Object.fromEntries(entries)
}

function finiteOrText(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

function notPlain(vertex: string, path: string, what: string): NacelleError {
  return new NacelleError(
    'ERR_VERTEX_DESCRIPTION',
    `vertex '${vertex}': ${path} is ${what}: a description is plain data, so that DAGs can be compared`,
    { details: { vertex, path } },
  )
}
