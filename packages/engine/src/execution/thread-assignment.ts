import type { DAG } from '../core/dag.ts'
import type { Vertex } from '../core/vertex.ts'

/** Which thread runs which processor. */
export interface ThreadAssignment {
  /** All threads: the cooperative ones, then one for each processor that may block. */
  readonly threads: number
  /** For each vertex: local processor index → thread. */
  readonly threadOf: ReadonlyMap<Vertex, readonly number[]>
}

/**
 * Places processors: index i of a vertex on thread i modulo the number of threads, so that isolated neighbours share a
 * thread. Groups of vertices that fill fewer than all threads begin at different threads, so that single processors do
 * not all pile up on the first.
 */
export function assignThreads(
  dag: DAG,
  order: readonly Vertex[],
  cooperativeThreads: number,
  placement: 'threads' | 'oneThread',
): ThreadAssignment {
  if (placement === 'oneThread') {
    const allOnFirst = (vertex: Vertex) =>
      new Array<number>(vertex.effectiveLocalParallelism(cooperativeThreads)).fill(0)
    return { threads: 1, threadOf: new Map(order.map((vertex) => [vertex, allOnFirst(vertex)])) }
  }
  const groupOf = isolatedGroups(dag, order)
  const firstThread = new Map<Vertex, number>()
  let next = 0
  let threads = cooperativeThreads
  const threadOf = new Map<Vertex, readonly number[]>()
  for (const vertex of order) {
    const parallelism = vertex.effectiveLocalParallelism(cooperativeThreads)
    if (!vertex.metaSupplier.isCooperative) {
      threadOf.set(
        vertex,
        Array.from({ length: parallelism }, () => threads++),
      )
      continue
    }
    const group = groupOf(vertex)
    let first = firstThread.get(group)
    if (first === undefined) {
      const widest = Math.max(
        ...order
          .filter((other) => groupOf(other) === group)
          .map((other) => other.effectiveLocalParallelism(cooperativeThreads)),
      )
      first = widest >= cooperativeThreads ? 0 : next
      if (widest < cooperativeThreads) next = (next + widest) % cooperativeThreads
      firstThread.set(group, first)
    }
    const start = first
    threadOf.set(
      vertex,
      Array.from({ length: parallelism }, (_, i) => (start + i) % cooperativeThreads),
    )
  }
  return { threads, threadOf }
}

/** Answers for each vertex a representative of those connected to it by isolated edges. */
function isolatedGroups(dag: DAG, order: readonly Vertex[]): (vertex: Vertex) => Vertex {
  const parent = new Map<Vertex, Vertex>(order.map((vertex) => [vertex, vertex]))
  const root = (vertex: Vertex): Vertex => {
    let at = vertex
    while (parent.get(at) !== at) at = parent.get(at)!
    return at
  }
  for (const edge of dag.edges) {
    if (edge.routing === 'isolated') parent.set(root(edge.destination), root(edge.source))
  }
  return root
}
