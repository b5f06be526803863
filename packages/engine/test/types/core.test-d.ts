// Edges of hand-made DAGs: combinations that make no sense.
import { DAG, Edge, type Vertex } from 'nacelle/core'
import { exactly } from './exact-type.ts'
import type { Trade } from './example-stages.ts'

declare const from: Vertex
declare const to: Vertex

export function edgesAllowWhatMakesSense(): void {
  const edge = Edge.between(from, to)
  const projection = { columns: [{ type: 'f64', get: (trade: Trade) => trade.price }], owner: 'summing' } as const
  exactly<Edge<'unicast'>>()(edge)
  exactly<Edge<'unicast'>>()(edge.distributed())
  exactly<Edge<'isolated'>>()(edge.isolated())
  exactly<Edge<'partitioned'>>()(edge.partitioned((trade: Trade) => trade.ticker).distributed())
  exactly<Edge<'allToOne'>>()(edge.allToOne().distributed().projected(projection))
  exactly<Edge<'broadcast'>>()(edge.broadcast().withPriority(-1))
  exactly<DAG>()(new DAG().edge(edge))
  // @ts-expect-error: an isolated edge is local
  edge.isolated().distributed()
  // @ts-expect-error: without a key there is nothing to project for
  edge.projected(projection)
  // @ts-expect-error: nor is there on a broadcast edge
  edge.broadcast().projected(projection)
  // @ts-expect-error: nor on an isolated one
  edge.isolated().keyed(['f64'])
  // @ts-expect-error: no such type of column
  edge.allToOne().keyed(['decimal'])
  // @ts-expect-error: the key is taken by a function
  edge.partitioned('ticker')
  // @ts-expect-error: edges are changed by their methods
  edge.priority = 1
  // @ts-expect-error: edges begin at vertices
  Edge.between('from', 'to')
}
