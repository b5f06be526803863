/** How the results of several operations become one: by a call, and as text of an expression. */
export interface ResultShape {
  make(results: readonly unknown[]): unknown
  /** @param finish name of the constant {@link ResultShape.finish} */
  text(results: readonly string[], finish: string | undefined): string
  /** The user's function, or null. */
  readonly finish: FinishFunction | null
}

/** A user's function that makes one result of several. */
export type FinishFunction = (...results: never[]) => unknown

/** Results in an array. */
export const RESULT_TUPLE: ResultShape = {
  make: (results) => results,
  text: (results) => `[${results.join(', ')}]`,
  finish: null,
}

/** Results in an object under these names. */
export function resultRecord(names: readonly string[]): ResultShape {
  return {
    make: (results) => Object.fromEntries(names.map((name, i) => [name, results[i]])),
    // A computed name is an ordinary property even when it is called __proto__.
    text: (results) => `({ ${names.map((name, i) => `[${JSON.stringify(name)}]: ${results[i]}`).join(', ')} })`,
    finish: null,
  }
}

/** What a user's function makes of the results. */
export function resultOf(finish: FinishFunction): ResultShape {
  return {
    make: (results) => finish(...(results as never[])),
    text: (results, name) => `${name}(${results.join(', ')})`,
    finish,
  }
}
