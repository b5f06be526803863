import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { counting } from '../../aggregate/counting.ts'
import { compileKernels } from '../../aggregate/kernels.ts'
import { Batch } from '../../core/batch.ts'
import { beginNumbers, ItemNumbering, NO_NUMBER } from '../../core/item-numbering.ts'
import { textTokenizer } from '../text-tokenizer.ts'
import { AggregationFailure } from './aggregation-failure.ts'
import { compileNumberedItemLoop } from './item-loops.ts'
import { KeyedState } from './keyed-state.ts'

const operation = counting() as AnyAggregateOperation
const kernels = compileKernels(columnarFormOf(operation))
const failure = new AggregationFailure('count', operation.name)

/** A batch of the words of a text, numbered as a tokenizing chain numbers them. */
function numberedBatch(tokenizer: ReturnType<typeof textTokenizer>, text: string): Batch {
  const batch = new Batch({ kind: 'items', timed: false }, 4)
  for (let at = 0, token; (token = tokenizer.next(text, at)) !== null; at = tokenizer.position) {
    const numbers = beginNumbers(batch, tokenizer.table.numbering, batch.count + 1)
    numbers[batch.count] = tokenizer.table.number
    batch.items[batch.count++] = token
  }
  return batch
}

const word = fc.constantFrom(
  'a',
  'b',
  'word',
  'another',
  'much longer than eight'.replaceAll(' ', '-'),
  'x'.repeat(200),
)
const texts = fc.array(
  fc.array(word, { minLength: 1 }).map((words) => words.join(' ')),
  { minLength: 1 },
)

describe('numbered items', () => {
  it('are counted as the words that they are, also when tables start anew', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 6 }), (lines, tokensMax) => {
        const tokenizers = [textTokenizer({ kind: 'words' }, tokensMax), textTokenizer({ kind: 'words' })]
        const state = new KeyedState(kernels, failure)
        const loop = compileNumberedItemLoop(kernels.form, (word: string) => word.toUpperCase(), failure)
        lines.forEach((line, i) => loop(numberedBatch(tokenizers[i % 2]!, line), 0, state))
        const counts = new Map(state.rowKeys.map((key, row) => [key, state.columns[0]![row]]))
        const expected = new Map<string, number>()
        for (const word of lines.join(' ').toUpperCase().split(' ')) expected.set(word, (expected.get(word) ?? 0) + 1)
        expect(counts).toEqual(expected)
      }),
    )
  })

  it('ask the key function once for each number', () => {
    let calls = 0
    const tokenizer = textTokenizer({ kind: 'words' })
    const loop = compileNumberedItemLoop(kernels.form, (word: string) => (calls++, word), failure)
    const state = new KeyedState(kernels, failure)
    for (let i = 0; i < 3; i++) loop(numberedBatch(tokenizer, 'to be or not to be'), 0, state)
    expect(calls).toBe(4)
  })
})

describe('beginNumbers', () => {
  it('leaves entries of another numbering without a number', () => {
    const batch = new Batch({ kind: 'items', timed: false }, 4)
    beginNumbers(batch, new ItemNumbering(), 4).fill(7)
    batch.count = 2
    const numbers = beginNumbers(batch, new ItemNumbering(), 8)
    expect([...numbers.subarray(0, 3)]).toEqual([NO_NUMBER, NO_NUMBER, 7])
    batch.clear()
    expect(batch.numbering).toBeNull()
  })
})
