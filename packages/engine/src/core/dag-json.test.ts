import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAG } from './dag.ts'
import { dagToJson } from './dag-json.ts'
import { Edge } from './edge.ts'
import { processorMetaSupplier } from './processor-supplier.ts'
import { Vertex } from './vertex.ts'

const noProcessor = (): never => {
  throw new Error('a description makes no processors')
}
const supplier = processorMetaSupplier(noProcessor)

function described(description: Readonly<Record<string, unknown>>): string {
  const dag = new DAG()
  dag.vertex(new Vertex('v', supplier, { description }))
  return dagToJson(dag)
}

function sourceAndSink(): DAG {
  const dag = new DAG()
  const sink = dag.newVertex('sink', noProcessor, { forceTotalParallelism: 1, isCooperative: false })
  const source = dag.vertex(
    new Vertex('source', supplier, { localParallelism: 2, timed: true, description: { b: 1, a: [true, null] } }),
  )
  const columns = [
    { type: 'f64', get: () => 1 },
    { type: 'any', get: null },
  ] as const
  const ordered = Edge.from(source, 1)
    .to(sink, 1)
    .ordered(() => 0)
  dag.edge(ordered.withPriority(-1).withQueueSize(7))
  dag.edge(Edge.from(source).to(sink).partitioned(String).projected({ owner: 'counting', columns }).distributed())
  return dag
}

describe('dagToJson', () => {
  it('tells every fact about vertices, in topological order', () => {
    expect(JSON.parse(dagToJson(sourceAndSink())).vertices).toEqual([
      {
        name: 'source',
        localParallelism: 2,
        preferredLocalParallelism: -1,
        forceTotalParallelism: null,
        isCooperative: true,
        timed: true,
        description: { a: [true, null], b: 1 },
      },
      {
        name: 'sink',
        localParallelism: -1,
        preferredLocalParallelism: -1,
        forceTotalParallelism: 1,
        isCooperative: false,
        timed: false,
        description: {},
      },
    ])
  })

  it('tells every fact about edges, by output ordinal', () => {
    const ends = { source: 'source', destination: 'sink', keyedByProducer: null }
    const columns = [
      { type: 'f64', wholeItem: false },
      { type: 'any', wholeItem: true },
    ]
    expect(JSON.parse(dagToJson(sourceAndSink())).edges).toEqual([
      {
        ...ends,
        sourceOrdinal: 0,
        destinationOrdinal: 0,
        routing: 'partitioned',
        locality: 'distributed',
        priority: 0,
        hasKey: true,
        ordered: false,
        projection: { owner: 'counting', columns },
        queueSize: 1024,
      },
      {
        ...ends,
        sourceOrdinal: 1,
        destinationOrdinal: 1,
        routing: 'unicast',
        locality: 'local',
        priority: -1,
        hasKey: false,
        ordered: true,
        projection: null,
        queueSize: 7,
      },
    ])
  })

  it('tells the columns of a producer that emits keys itself', () => {
    const dag = new DAG()
    const [a, b] = [dag.newVertex('a', noProcessor), dag.newVertex('b', noProcessor)]
    dag.edge(Edge.between(a, b).partitioned(String).keyed(['f64', 'any']))
    expect(dagToJson(dag)).toContain('"keyedByProducer":["f64","any"]')
  })

  it('does not depend on the order in which edges were added', () => {
    const build = (reversed: boolean): string => {
      const dag = new DAG()
      const [a, b] = [dag.newVertex('a', noProcessor), dag.newVertex('b', noProcessor)]
      const edges = [Edge.between(a, b), Edge.from(a, 1).to(b, 1).broadcast()]
      for (const edge of reversed ? edges.reverse() : edges) dag.edge(edge)
      return dagToJson(dag)
    }
    expect(build(true)).toBe(build(false))
  })

  it('does not depend on the order of the keys of a description', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (description) => {
        const reversed = Object.fromEntries(Object.entries(description).reverse())
        expect(described(reversed)).toBe(described(description))
      }),
    )
  })

  it('differs when a description does', () => {
    expect(described({ a: 1 })).not.toBe(described({ a: '1' }))
    expect(described({ a: null })).not.toBe(described({}))
    expect(described({ a: undefined })).toBe(described({}))
  })

  it('writes numbers that JSON lacks as text', () => {
    expect(described({ a: Infinity, b: Number.NaN, c: 12n })).toContain('{"a":"Infinity","b":"NaN","c":"12n"}')
  })

  it.each([
    ['description.f is a function', { f: () => 1 }],
    ['description.list[1].at is an instance of Date', { list: [0, { at: new Date(0) }] }],
    ['description.self is a value that contains itself', selfContaining()],
  ])('refuses what cannot be compared: %s', (text, description) => {
    expect(() => described(description)).toThrow(`vertex 'v': ${text}: a description is plain data`)
  })

  it('accepts one value in two places', () => {
    const shared = { x: 1 }
    expect(described({ a: shared, b: shared })).toContain('{"a":{"x":1},"b":{"x":1}}')
  })

  it('refuses a DAG that is not valid', () => {
    expect(() => dagToJson(new DAG())).toThrow('no vertices')
  })
})

function selfContaining(): Readonly<Record<string, unknown>> {
  const value: Record<string, unknown> = {}
  value['self'] = value
  return value
}
