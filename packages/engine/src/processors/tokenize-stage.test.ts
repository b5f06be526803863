import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch } from '../core/batch.ts'
import type { ChainProgram, ChainStage } from './chain-stage.ts'
import { CompiledChain } from './compiled-chain.ts'
import { InterpretedChain } from './interpreted-chain.ts'

const environment = { vertexName: 'v', log: () => {} }
const WORDS: ChainStage = { kind: 'tokenize', name: 'words', separator: { kind: 'words' } }
const COMMAS: ChainStage = { kind: 'tokenize', name: 'split', separator: { kind: 'character', code: 44 } }

/** Runs texts through a program, `capacity` results at a time; answers results with timestamps. */
function runAll(program: ChainProgram, items: readonly unknown[], capacity: number, timed: boolean) {
  const input = new Batch({ kind: 'items', timed }, Math.max(1, items.length))
  items.forEach((item, i) => {
    input.items[i] = item
    if (input.timestamps !== null) input.timestamps[i] = i * 10
  })
  const output = new Batch({ kind: 'items', timed }, capacity)
  const results: unknown[] = []
  let largest = 0
  let position = 0
  while (position < items.length || program.isSuspended) {
    if (program.isSuspended) program.resume(output, capacity)
    else position = program.run(input, position, items.length, output, capacity)
    largest = Math.max(largest, output.count)
    for (let i = 0; i < output.count; i++) results.push([output.items[i], output.timestamps?.[i]])
    output.count = 0
  }
  return { results, largest }
}

function* letters(token: string): Generator<string> {
  yield* token
}

const stage: fc.Arbitrary<ChainStage> = fc.oneof(
  fc.constantFrom(WORDS, COMMAS),
  fc.constant<ChainStage>({ kind: 'map', name: 'twice', fn: (text: string) => `${text},${text}` }),
  fc.constant<ChainStage>({ kind: 'map', name: 'dropEmpty', fn: (text: string) => (text === '' ? null : text) }),
  fc.constant<ChainStage>({ kind: 'filter', name: 'short', fn: (text: string) => text.length < 7 }),
  fc.constant<ChainStage>({ kind: 'flatMap', name: 'array', fn: (text: string) => [text, null, `${text} b`] }),
  fc.constant<ChainStage>({ kind: 'flatMap', name: 'set', fn: (text: string) => new Set([text, 'a,b']) }),
  fc.constant<ChainStage>({ kind: 'flatMap', name: 'letters', fn: letters }),
)
const line = fc
  .array(fc.constantFrom('a', 'bc', ' ', ',', 'word', '\u2003', 'ё'), { maxLength: 9 })
  .map((parts) => parts.join(''))

describe('a chain with tokenizers', () => {
  it('gives the same compiled and interpreted, for any other stages, texts and room', () => {
    fc.assert(
      fc.property(
        fc.array(stage, { minLength: 1, maxLength: 4 }),
        fc.array(line, { maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (stages, lines, capacity, timed) => {
          const compiled = runAll(new CompiledChain(stages, environment, timed), lines, capacity, timed)
          const interpreted = runAll(new InterpretedChain(stages, environment), lines, 1_000_000, timed)
          expect(compiled.results).toEqual(interpreted.results)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('never puts more tokens into the output than there is room for', () => {
    const program = new CompiledChain([WORDS, COMMAS], environment, true)
    const { results, largest } = runAll(program, ['a,b c,d e,f '.repeat(100), 'z'], 7, true)
    expect(results.length).toBe(601)
    expect(results.at(-1)).toEqual(['z', 10])
    expect(largest).toBe(7)
  })

  it.each(['compiled', 'interpreted'])('refuses what is no text, %s', (form) => {
    const stages = [WORDS]
    const program =
      form === 'compiled' ? new CompiledChain(stages, environment, false) : new InterpretedChain(stages, environment)
    expect(() => runAll(program, ['a', 5], 10, false)).toThrow(
      expect.objectContaining({
        code: 'ERR_NOT_TEXT',
        message: "stage 'words' of vertex 'v' cuts text into tokens, but its item is no string: 5",
      }),
    )
  })

  it('names the stage behind a tokenizer that throws', () => {
    const fail = (token: string) => {
      throw new RangeError(`no ${token}`)
    }
    const program = new CompiledChain([WORDS, { kind: 'map', name: 'fail', fn: fail }], environment, false)
    expect(() => runAll(program, ['one two'], 10, false)).toThrow(/stage 'fail' of vertex 'v' threw RangeError: no one/)
  })
})
