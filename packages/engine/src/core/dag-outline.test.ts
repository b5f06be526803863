import { describe, expect, it } from 'vitest'
import { AbstractProcessor } from './abstract-processor.ts'
import { DAG } from './dag.ts'
import { dagToJson } from './dag-json.ts'
import { dagOutline } from './dag-outline.ts'
import { Edge } from './edge.ts'
import { processorMetaSupplier } from './processor-supplier.ts'
import { Vertex } from './vertex.ts'

class Idle extends AbstractProcessor {}

const create = (): Idle => new Idle()

/** A DAG with every kind of setting. */
function richDag(): DAG {
  const dag = new DAG()
  const source = dag.newVertex('source', create, { localParallelism: 2, isCooperative: false })
  const sorted = dag.newVertex('sorted', create, { preferredLocalParallelism: 3 })
  const description = { limit: Number.POSITIVE_INFINITY, nested: { b: [1, 'x', null], a: 2n } }
  const timed = dag.vertex(new Vertex('timed', processorMetaSupplier(create), { timed: true, description }))
  const sink = dag.newVertex('sink', create, { forceTotalParallelism: 1 })
  const key = (item: unknown): unknown => item
  dag.edge(
    Edge.from(source)
      .to(sorted)
      .ordered(() => 0)
      .withPriority(Number.POSITIVE_INFINITY),
  )
  dag.edge(Edge.from(source, 1).to(sorted, 1).isolated().withQueueSize(7))
  dag.edge(Edge.from(source, 2).to(timed).fanout().distributed())
  dag.edge(Edge.from(sorted).to(timed, 1).broadcast().withPriority(-3))
  dag.edge(
    Edge.from(timed)
      .to(sink)
      .partitioned(key)
      .distributed()
      .projected({
        owner: 'sum',
        columns: [
          { type: 'f64', get: key },
          { type: 'any', get: null },
        ],
      }),
  )
  dag.edge(Edge.from(timed, 1).to(sink, 1).allToOne().distributed().keyed(['f64']))
  return dag
}

describe('dagOutline', () => {
  it('answers a DAG with the same canonical JSON', () => {
    const json = dagToJson(richDag())
    expect(dagToJson(dagOutline(json))).toBe(json)
  })

  it('plans as the DAG does, and does not run', () => {
    const dag = richDag()
    const outline = dagOutline(dagToJson(dag))
    const parallelism = (of: DAG): unknown => of.vertices.map((vertex) => vertex.effectiveLocalParallelism(4))
    expect(parallelism(outline)).toEqual(parallelism(dag))
    expect(() => outline.getVertex('source').metaSupplier.get().get([0])).toThrow(/cannot be run/)
  })

  it.each([
    ['no JSON', 'x'],
    ['no DAG', '{"vertices":1}'],
    ['no vertices', '{"vertices":[],"edges":[]}'],
    ['an unknown routing', dagToJson(richDag()).replace('"fanout"', '"sideways"')],
    ['another order of properties', dagToJson(richDag()).replace('{"vertices"', '{"more":1,"vertices"')],
    ['an edge that leads nowhere', dagToJson(richDag()).replace('"destination":"sorted"', '"destination":"gone"')],
  ])('refuses %s', (_what, json) => {
    expect(() => dagOutline(json)).toThrow(expect.objectContaining({ code: 'ERR_DAG_JSON' }))
  })
})
