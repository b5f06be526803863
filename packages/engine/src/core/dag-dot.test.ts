import { describe, expect, it } from 'vitest'
import { DAG } from './dag.ts'
import { dagToDot } from './dag-dot.ts'
import { Edge } from './edge.ts'

const noProcessor = (): never => {
  throw new Error('a drawing makes no processors')
}

function twoStageAggregation(): DAG {
  const dag = new DAG()
  const source = dag.newVertex('items', noProcessor, { preferredLocalParallelism: 1 })
  const accumulate = dag.newVertex('count-prepare', noProcessor)
  const combine = dag.newVertex('count', noProcessor, { localParallelism: 3 })
  const sink = dag.newVertex('sink', noProcessor, { forceTotalParallelism: 1 })
  dag.edge(Edge.between(source, accumulate).isolated())
  dag.edge(Edge.between(accumulate, combine).partitioned(String).distributed())
  dag.edge(Edge.between(combine, sink).allToOne())
  return dag
}

describe('dagToDot', () => {
  it('draws vertices with their parallelism, edges with routing and queue size, and a box around two stages', () => {
    expect(dagToDot(twoStageAggregation())).toBe(`digraph DAG {
\t"items" [localParallelism=1];
\t"count-prepare" [localParallelism=default];
\t"count" [localParallelism=3];
\t"sink" [localParallelism=1];
\t"items" -> "count-prepare" [label="isolated", queueSize=1024];
\tsubgraph cluster_0 {
\t\t"count-prepare" -> "count" [label="distributed-partitioned", queueSize=1024];
\t}
\t"count" -> "sink" [label="all_to_one", queueSize=1024];
}`)
  })

  it('shows the number of threads where a vertex leaves its parallelism to them', () => {
    expect(dagToDot(twoStageAggregation(), 8)).toContain('"count-prepare" [localParallelism=8];')
  })

  it('tells ordinals apart where a vertex has several edges', () => {
    const dag = new DAG()
    const [a, b] = [dag.newVertex('a', noProcessor), dag.newVertex('b', noProcessor)]
    dag.edge(Edge.between(a, b).withQueueSize(9))
    dag.edge(Edge.from(a, 1).to(b, 1).distributed())
    expect(dagToDot(dag)).toContain('"a" -> "b" [headlabel=0, taillabel=0, queueSize=9];')
    expect(dagToDot(dag)).toContain('"a" -> "b" [label="distributed", headlabel=1, taillabel=1, queueSize=1024];')
  })

  it('quotes names', () => {
    const dag = new DAG()
    dag.newVertex('files("a\\b")\nnext', noProcessor)
    expect(dagToDot(dag)).toContain('\t"files(\\"a\\\\b\\")\\nnext" [')
  })
})
