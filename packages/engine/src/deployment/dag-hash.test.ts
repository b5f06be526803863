import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dagHash, describeDagDifference } from './dag-hash.ts'

const DAG = {
  vertices: [
    { name: 'source', localParallelism: 1, description: { kind: 'items', glob: 'a.txt' } },
    { name: 'sink', localParallelism: -1, description: {} },
  ],
  edges: [{ source: 'source', sourceOrdinal: 0, destination: 'sink', destinationOrdinal: 0, routing: 'unicast' }],
}

const differenceOf = (other: unknown): string => describeDagDifference(JSON.stringify(DAG), JSON.stringify(other))

describe('describeDagDifference', () => {
  it('names a vertex that only one has, and its edges', () => {
    const other = {
      vertices: [...DAG.vertices, { name: 'extra', localParallelism: 1, description: {} }],
      edges: [
        ...DAG.edges,
        { source: 'source', sourceOrdinal: 1, destination: 'extra', destinationOrdinal: 0, routing: 'unicast' },
      ],
    }
    expect(differenceOf(other)).toBe(
      `vertex 'extra' is only in the other; the edge from 'source' (ordinal 1) to 'extra' is only in the other`,
    )
    expect(describeDagDifference(JSON.stringify(other), JSON.stringify(DAG), ['thread 0', 'thread 1'])).toContain(
      `vertex 'extra' is only in thread 0`,
    )
  })

  it('names a setting by its path and shows both values', () => {
    const other = {
      ...DAG,
      vertices: [{ ...DAG.vertices[0], description: { kind: 'items', glob: 'b.txt' } }, DAG.vertices[1]],
    }
    expect(differenceOf(other)).toBe(
      `vertex 'source': description.glob is "a.txt" in the main thread and "b.txt" in the other`,
    )
  })

  it('shows settings that one side does not have', () => {
    const other = { ...DAG, edges: [{ ...DAG.edges[0], priority: 3 }] }
    expect(differenceOf(other)).toBe(
      `the edge from 'source' to 'sink': priority is absent in the main thread and 3 in the other`,
    )
  })

  it('names a few of many differences', () => {
    const other = { vertices: Array.from({ length: 5 }, (_, i) => ({ name: `v${i}` })), edges: [] }
    expect(differenceOf(other)).toMatch(/; and 5 more$/)
  })

  it('has an answer when only the order differs', () => {
    expect(differenceOf({ ...DAG, vertices: [...DAG.vertices].reverse() })).toContain('order')
  })

  it('finds every change of a setting', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.oneof(fc.integer(), fc.string(), fc.boolean())),
        fc.integer(),
        (description, value) => {
          const build = (settings: object): string =>
            JSON.stringify({ vertices: [{ name: 'v', description: settings }], edges: [] })
          const text = describeDagDifference(
            build({ ...description, changed: value }),
            build({ ...description, changed: value + 1 }),
          )
          expect(text).toBe(
            `vertex 'v': description.changed is ${value} in the main thread and ${value + 1} in the other`,
          )
        },
      ),
    )
  })
})

describe('dagHash', () => {
  it('is the SHA-256 of the text', () => {
    expect(dagHash('{}')).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
  })
})
