import type { AggregateOperation, ColumnarForm } from './aggregate-operation.ts'

/** Accumulator of {@link counting}. */
export interface CountAccumulator {
  count: number
}

/** How many items there are; 0 when there are none. */
export function counting<T>(): AggregateOperation<T, CountAccumulator, number> {
  return {
    name: 'counting',
    create: () => ({ count: 0 }),
    accumulate(accumulator) {
      accumulator.count++
    },
    combine(accumulator, other) {
      accumulator.count += other.count
    },
    deduct(accumulator, other) {
      accumulator.count -= other.count
    },
    export: (accumulator) => accumulator.count,
    finish: (accumulator) => accumulator.count,
    columnar: COUNTING_FORM,
  }
}

const COUNTING_FORM: ColumnarForm = {
  state: [{ type: 'f64', initial: () => '0' }],
  values: [],
  accumulate: (s) => `${s[0]} += 1;`,
  combine: (s, o) => `${s[0]} += ${o[0]};`,
  deduct: (s, o) => `${s[0]} -= ${o[0]};`,
  export: (s) => `${s[0]}`,
  finish: (s) => `${s[0]}`,
  constants: {},
}
