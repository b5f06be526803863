import { NacelleError } from '../base/nacelle-error.ts'
import type { ColumnType } from './batch.ts'
import { DAG } from './dag.ts'
import { dagToJson } from './dag-json.ts'
import { Edge, type RoutingPolicy } from './edge.ts'
import { metaSupplierOf } from './processor-supplier.ts'
import { Vertex } from './vertex.ts'

/** What `dagToJson` writes. */
interface DagFacts {
  readonly vertices: readonly {
    readonly name: string
    readonly localParallelism: number
    readonly preferredLocalParallelism: number
    readonly forceTotalParallelism: 1 | null
    readonly isCooperative: boolean
    readonly timed: boolean
    readonly description: Readonly<Record<string, unknown>>
  }[]
  readonly edges: readonly EdgeFacts[]
}

interface EdgeFacts {
  readonly source: string
  readonly sourceOrdinal: number
  readonly destination: string
  readonly destinationOrdinal: number
  readonly routing: RoutingPolicy
  readonly locality: 'local' | 'distributed'
  readonly priority: number | string
  readonly hasKey: boolean
  readonly ordered: boolean
  readonly projection: {
    readonly owner: string
    readonly columns: readonly { readonly type: ColumnType; readonly wholeItem: boolean }[]
  } | null
  readonly keyedByProducer: readonly ColumnType[] | null
  readonly queueSize: number | string
}

/**
 * A DAG of the shape that a canonical JSON tells, without anybody's functions in it: enough to plan an execution in a
 * thread that must not import users' code. Its own canonical JSON is the same text.
 *
 * @throws NacelleError ERR_DAG_JSON when the text is not the canonical JSON of a valid DAG
 */
export function dagOutline(json: string): DAG {
  let dag: DAG
  try {
    dag = built(JSON.parse(json) as DagFacts)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error)
  }
  if (dagToJson(dag) !== json) throw invalid('it is not in the form that this version of Nacelle writes', null)
  return dag
}

function built(facts: DagFacts): DAG {
  const dag = new DAG()
  for (const { name, localParallelism, timed, description, ...options } of facts.vertices) {
    const supplier = metaSupplierOf({ get: unrunnable }, options)
    dag.vertex(new Vertex(name, supplier, { localParallelism, timed, description }))
  }
  for (const edge of facts.edges) dag.edge(edgeOf(dag, edge))
  dag.validate()
  return dag
}

function edgeOf(dag: DAG, facts: EdgeFacts): Edge {
  const plain = Edge.from(dag.getVertex(facts.source), facts.sourceOrdinal).to(
    dag.getVertex(facts.destination),
    facts.destinationOrdinal,
  )
  const keyed = facts.hasKey ? plain.partitioned(unrunnable) : plain
  let edge = routed(keyed, facts.routing)
  // The types keep combinations apart that the canonical JSON of a DAG, made through them, does not contain either.
  const open = edge as Edge<'partitioned'>
  if (facts.projection !== null) {
    const columns = facts.projection.columns.map(({ type, wholeItem }) => ({
      type,
      get: wholeItem ? null : unrunnable,
    }))
    edge = open.projected({ owner: facts.projection.owner, columns })
  } else if (facts.keyedByProducer !== null) edge = open.keyed(facts.keyedByProducer)
  if (facts.locality === 'distributed') edge = (edge as Edge<'partitioned'>).distributed()
  if (facts.ordered) edge = edge.ordered(unrunnable)
  return edge.withPriority(Number(facts.priority)).withQueueSize(Number(facts.queueSize))
}

function routed(edge: Edge, routing: RoutingPolicy): Edge {
  switch (routing) {
    case 'unicast':
      return edge.unicast()
    case 'isolated':
      return edge.isolated()
    case 'partitioned':
      return edge as Edge<'partitioned'>
    case 'broadcast':
      return edge.broadcast()
    case 'fanout':
      return edge.fanout()
    case 'allToOne':
      return edge.allToOne()
  }
}

/** Stands where the DAG has functions. */
function unrunnable(): never {
  throw new Error('an outline of a DAG cannot be run')
}

function invalid(what: string, cause: unknown): NacelleError {
  return new NacelleError('ERR_DAG_JSON', `the JSON of the DAG is not valid: ${what}`, { cause })
}
