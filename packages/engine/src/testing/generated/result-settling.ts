import { weightOf } from './generated-functions.ts'
import type { StageBody } from './pipeline-description.ts'

/** Applies `settled` to the result within what an aggregation emits. */
export function settleResult(stage: StageBody, settled: (result: unknown) => unknown): (item: unknown) => unknown {
  if (stage.kind === 'window') {
    return (item) => {
      const window = item as { readonly result: unknown }
      return { ...window, result: settled(window.result) }
    }
  }
  if ((stage.kind === 'aggregate' || stage.kind === 'rolling') && stage.key !== null) {
    return (item) => {
      const { key, value } = item as { readonly key: unknown; readonly value: unknown }
      return { key, value: settled(value) }
    }
  }
  return settled
}

/** A text for a tokenizer: some words from a small vocabulary, blanks of several kinds, empty parts. */
export function sentenceOf(item: unknown, separator: string | null): string {
  const weight = weightOf(item)
  const gaps =
    separator === null
      ? [' ', '  ', '\t', '\u00a0 ', '\n']
      : [separator, separator + separator, separator, ' ', separator]
  let text = weight % 3 === 0 ? gaps[weight % 5]! : ''
  for (let i = 0; i < weight % 4; i++)
    text += VOCABULARY[(weight >>> (3 * i)) % VOCABULARY.length]! + gaps[(weight >>> i) % 5]!
  return text
}

const VOCABULARY = [
  'a',
  'to',
  'bee',
  'wörd',
  'a rather long word made of letters'.replaceAll(' ', ''),
  '日本',
  '7',
  'x',
] as const
