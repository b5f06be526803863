import { NacelleError } from '../base/nacelle-error.ts'
import type { AggregateOperation } from './aggregate-operation.ts'
import { describeValue } from './argument.ts'

/** Accumulator of {@link concatenating}; null = no item yet. */
export interface TextAccumulator {
  text: string | null
}

/**
 * The items, which are strings, in the order in which they come, with `delimiter` between them (empty ones too), after
 * `prefix` and before `suffix`. All three are empty by default; without items the result is prefix and suffix. The
 * order across threads is not fixed.
 *
 * @throws NacelleError ERR_AGGREGATE_VALUE at run time for an item that is no string
 */
export function concatenating(
  delimiter = '',
  prefix = '',
  suffix = '',
): AggregateOperation<string, TextAccumulator, string> {
  const append = (accumulator: TextAccumulator, text: string) => {
    accumulator.text = accumulator.text === null ? text : accumulator.text + delimiter + text
  }
  const result = (accumulator: TextAccumulator) => prefix + (accumulator.text ?? '') + suffix
  return {
    name: 'concatenating',
    create: () => ({ text: null }),
    accumulate: (accumulator, item) => append(accumulator, requireText(item)),
    combine(accumulator, other) {
      if (other.text !== null) append(accumulator, other.text)
    },
    deduct: null,
    export: result,
    finish: result,
    columnar: {
      state: [{ type: 'any', initial: () => 'null' }],
      values: [{ type: 'any', get: requireText }],
      accumulate: ([s], [v], k) => `${s} = ${s} === null ? ${v} : ${s} + ${k.delimiter} + ${v};`,
      combine: ([s], [o], k) => `if (${o} !== null) ${s} = ${s} === null ? ${o} : ${s} + ${k.delimiter} + ${o};`,
      deduct: null,
      export: ([s], k) => `(${k.prefix} + (${s} ?? '') + ${k.suffix})`,
      finish: ([s], k) => `(${k.prefix} + (${s} ?? '') + ${k.suffix})`,
      constants: { delimiter, prefix, suffix },
    },
  }
}

function requireText(item: string): string {
  if (typeof item === 'string') return item
  throw new NacelleError(
    'ERR_AGGREGATE_VALUE',
    `concatenating: items must be strings, but there came ${describeValue(item)}; map them first`,
    {
      details: { operation: 'concatenating', value: describeValue(item) },
    },
  )
}
