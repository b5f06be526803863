import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch } from '../core/batch.ts'
import type { ChainEnvironment, ChainProgram, ChainStage } from './chain-stage.ts'
import { CompiledChain } from './compiled-chain.ts'
import { InterpretedChain } from './interpreted-chain.ts'

const forms = [
  {
    name: 'compiled',
    make: (stages: readonly ChainStage[], environment: ChainEnvironment, timed: boolean) =>
      new CompiledChain(stages, environment, timed),
  },
  {
    name: 'interpreted',
    make: (stages: readonly ChainStage[], environment: ChainEnvironment) => new InterpretedChain(stages, environment),
  },
] as const

const quiet: ChainEnvironment = { vertexName: 'v', log: () => {} }

function batchOf(items: readonly unknown[], timed = false): Batch {
  const batch = new Batch({ kind: 'items', timed }, Math.max(1, items.length))
  items.forEach((item, i) => {
    batch.items[i] = item
    if (batch.timestamps !== null) batch.timestamps[i] = i * 10
  })
  batch.count = items.length
  return batch
}

/** Runs everything through a program with an output of `capacity`; answers items with timestamps. */
function runAll(
  program: ChainProgram,
  items: readonly unknown[],
  capacity: number,
  timed: boolean,
): { outputs: unknown[]; largest: number } {
  const input = batchOf(items, timed)
  const output = new Batch({ kind: 'items', timed }, capacity)
  const outputs: unknown[] = []
  let largest = 0
  let position = 0
  const take = () => {
    largest = Math.max(largest, output.count)
    for (let i = 0; i < output.count; i++)
      outputs.push(output.timestamps === null ? output.items[i] : [output.items[i], output.timestamps[i]])
    output.count = 0
  }
  while (position < items.length || program.isSuspended) {
    if (program.isSuspended) program.resume(output, capacity)
    else position = program.run(input, position, input.count, output, capacity)
    take()
  }
  return { outputs, largest }
}

function* counting(from: number, count: number): Generator<number | null> {
  for (let i = 0; i < count; i++) yield i % 3 === 2 ? null : from + i
}

const stage: fc.Arbitrary<ChainStage> = fc.oneof(
  fc.constant<ChainStage>({ kind: 'map', name: 'add', fn: (x: number) => x + 1 }),
  fc.constant<ChainStage>({ kind: 'map', name: 'dropThirds', fn: (x: number) => (x % 3 === 0 ? null : x * 2) }),
  fc.constant<ChainStage>({ kind: 'filter', name: 'odd', fn: (x: number) => x % 2 === 1 }),
  fc.constant<ChainStage>({ kind: 'filter', name: 'truthy', fn: (x: number) => x & 4 }),
  fc.constant<ChainStage>({ kind: 'flatMap', name: 'array', fn: (x: number) => [x, undefined, x + 1] }),
  fc.constant<ChainStage>({ kind: 'flatMap', name: 'empty', fn: (x: number) => (x % 2 === 0 ? [] : [x]) }),
  fc.constant<ChainStage>({ kind: 'flatMap', name: 'set', fn: (x: number) => new Set([x, x + 5]) }),
  fc.constant<ChainStage>({ kind: 'flatMap', name: 'generator', fn: (x: number) => counting(x, 4) }),
  fc.constant<ChainStage>({
    kind: 'peek',
    name: 'peek',
    shouldLog: (x: number) => x % 2 === 0,
    toText: (x: number) => `saw ${x}`,
  }),
)

describe.each(forms)('a chain, $name', ({ make }) => {
  it('passes items on when it has no stages', () => {
    expect(runAll(make([], quiet, false), [1, 2, 3], 2, false).outputs).toEqual([1, 2, 3])
  })

  it('drops items that map to null or undefined', () => {
    const stages: ChainStage[] = [
      { kind: 'map', name: 'm', fn: (x: number) => (x === 1 ? null : x === 2 ? undefined : x) },
    ]
    expect(runAll(make(stages, quiet, false), [1, 2, 3, 0], 10, false).outputs).toEqual([3, 0])
  })

  it('reads an endless flatMap iterator only as far as there is room', () => {
    let produced = 0
    function* endless() {
      for (;;) yield produced++
    }
    const program = make([{ kind: 'flatMap', name: 'f', fn: endless }], quiet, false)
    const output = new Batch({ kind: 'items', timed: false }, 4)
    expect(program.run(batchOf(['x']), 0, 1, output, 4)).toBe(1)
    expect(program.isSuspended).toBe(true)
    expect(output.count).toBe(4)
    expect(produced).toBe(4)
  })

  it('gives the results of a flatMap the timestamp of its item', () => {
    const stages: ChainStage[] = [{ kind: 'flatMap', name: 'f', fn: (x: string) => [`${x}1`, `${x}2`] }]
    expect(runAll(make(stages, quiet, true), ['a', 'b'], 2, true).outputs).toEqual([
      ['a1', 0],
      ['a2', 0],
      ['b1', 10],
      ['b2', 10],
    ])
  })

  it('names stage and item when a function throws, and keeps the cause', () => {
    const cause = new TypeError('boom')
    const stages: ChainStage[] = [
      { kind: 'map', name: 'first', fn: (x: number) => x },
      {
        kind: 'map',
        name: 'second',
        fn: (x: number) => {
          if (x === 7) throw cause
          return x
        },
      },
    ]
    const program = make(stages, quiet, false)
    expect(() => runAll(program, [1, 7], 10, false)).toThrow(
      expect.objectContaining({
        code: 'ERR_USER_FUNCTION',
        cause,
        message: expect.stringMatching(/stage 'second' of vertex 'v' threw TypeError: boom, at item 7/),
      }),
    )
  })

  it.each(['map', 'filter', 'flatMap'] as const)('refuses a promise from %s', (kind) => {
    const program = make([{ kind, name: 'later', fn: async (x: number) => x }], quiet, false)
    expect(() => runAll(program, [1], 10, false)).toThrow(expect.objectContaining({ code: 'ERR_PROMISE_RETURNED' }))
  })

  it('refuses a flatMap result that cannot be iterated', () => {
    const program = make([{ kind: 'flatMap', name: 'f', fn: (x: number) => x }], quiet, false)
    expect(() => runAll(program, [1], 10, false)).toThrow(expect.objectContaining({ code: 'ERR_NOT_ITERABLE' }))
  })

  it('shows items to peek and changes nothing', () => {
    const seen: string[] = []
    const program = make(
      [{ kind: 'peek', name: 'p', shouldLog: (x: number) => x > 1, toText: (x: number) => `<${x}>` }],
      { vertexName: 'v', log: (text) => seen.push(text) },
      false,
    )
    expect(runAll(program, [1, 2, 3], 10, false).outputs).toEqual([1, 2, 3])
    expect(seen).toEqual(['<2>', '<3>'])
  })
})

describe('a compiled chain', () => {
  it('does what the interpreted one does, for any stages, items and room', () => {
    fc.assert(
      fc.property(
        fc.array(stage, { maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (stages, items, capacity, timed) => {
          const logs: [string[], string[]] = [[], []]
          const compiled = runAll(
            new CompiledChain(stages, { vertexName: 'v', log: (text) => logs[0].push(text) }, timed),
            items,
            capacity,
            timed,
          )
          const interpreted = runAll(
            new InterpretedChain(stages, { vertexName: 'v', log: (text) => logs[1].push(text) }),
            items,
            1_000_000,
            timed,
          )
          expect(compiled.outputs).toEqual(interpreted.outputs)
          expect(logs[0]).toEqual(logs[1])
        },
      ),
      { numRuns: 200 },
    )
  })
})
