import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NODE_CLOCK } from '../../platform/node/node-clock.ts'
import { descriptionText } from './description-text.ts'
import { pipelineDescriptions } from './drawn-pipelines.ts'
import { checkInPlace, IN_PLACE_VARIANTS } from './in-place-check.ts'
import { differenceOf, expectedResults } from './pipeline-check.ts'
import type { PipelineDescription } from './pipeline-description.ts'
import { fuzzInPlace, fuzzOnThreads } from './pipeline-fuzz.ts'

// `npm run fuzz` does the same for as many cases as one likes.
const SEED = 20

describe('generated pipelines', () => {
  it('give what the reference gives, in the calling thread', { timeout: 120_000 }, async () => {
    expect(await fuzzInPlace({ cases: 120, seed: SEED, clock: NODE_CLOCK })).toBeNull()
  })

  it('give what the reference gives, on worker threads', { timeout: 120_000 }, async () => {
    expect(await fuzzOnThreads({ cases: 3, seed: SEED, clock: NODE_CLOCK })).toBeNull()
  })

  it('have all kinds of stages, and results', () => {
    const descriptions = fc.sample(pipelineDescriptions(), { numRuns: 300, seed: SEED })
    const kinds = new Set(descriptions.flatMap(({ stages }) => stages.map(({ kind }) => kind)))
    expect([...kinds].sort()).toEqual(
      [
        ...['addTimestamps', 'aggregate', 'custom', 'distinct', 'filter', 'flatMap', 'map', 'merge', 'peek', 'rolling'],
        ...['sink', 'source', 'tokens', 'window'],
      ].sort(),
    )
    const results = descriptions.flatMap(expectedResults)
    expect(results.filter(({ lines }) => lines.length > 0).length).toBeGreaterThan(results.length / 2)
    expect(results.some(({ ordered, lines }) => ordered && lines.length > 10)).toBe(true)
    expect(descriptions.some(({ lateness }) => lateness === 'byItem')).toBe(true)
  })

  it('survive JSON, so that they replay', () => {
    fc.assert(
      fc.property(pipelineDescriptions(), (description) => {
        const copy = JSON.parse(JSON.stringify(description)) as PipelineDescription
        expect(copy).toEqual(description)
        expect(expectedResults(copy)).toEqual(expectedResults(description))
        expect(descriptionText(copy).split('\n')).toHaveLength(description.stages.length + 1)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a difference', () => {
  const items = [1, 2, 3, 2].map((v) => ({ v, t: 0 }))
  const description: PipelineDescription = {
    preserveOrder: true,
    lateness: 'never',
    stages: [
      {
        kind: 'source',
        source: {
          ...{ kind: 'items', timestamps: 'none', allowedLagMs: 0, fills: [1], isAsync: false },
          ...{ isDistributed: false, isWrapped: false, items },
        } as const,
      },
      { kind: 'sink', from: [0], sink: 'lines', ordered: true, timed: false },
    ],
  }
  const expected = expectedResults(description)

  it('is none when the engine gives the same', async () => {
    for (const variant of IN_PLACE_VARIANTS) expect(await checkInPlace(description, expected, variant)).toBeNull()
  })

  it('is seen when items are missing, too many, or in another order', () => {
    expect(differenceOf(expected, new Map([[1, ['1', '2', '3', '2']]]))).toBeNull()
    expect(differenceOf(expected, new Map([[1, ['1', '2', '3']]]))).toContain('missing: \n    2')
    expect(differenceOf(expected, new Map([[1, ['1', '2', '3', '2', '2']]]))).toContain('surplus: \n    2')
    expect(differenceOf(expected, new Map([[1, ['1', '3', '2', '2']]]))).toContain('in another order')
    const unordered = expected.map((one) => ({ ...one, ordered: false, lines: one.lines.toSorted() }))
    expect(differenceOf(unordered, new Map([[1, ['2', '2', '3', '1']]]))).toBeNull()
  })

  it('is a failure of the engine', async () => {
    const [source, sink] = description.stages
    const broken = { ...description, stages: [source!, { kind: 'custom', from: 0, key: null } as const, sink!] }
    // The stage between has no consumer: the real pipeline is refused.
    expect(await checkInPlace(broken, expected, IN_PLACE_VARIANTS[0]!)).toContain('the engine failed: NacelleError')
  })
})
