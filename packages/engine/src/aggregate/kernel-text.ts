import type { ColumnarForm, Names } from './aggregate-operation.ts'

/**
 * Text pieces from which kernels are put together. Names in generated code: `k` constants, `g` getters, `s0…` columns
 * of the state at hand, `o0…` columns of other accumulators, `v0…` value columns. Locals that a form itself declares
 * begin with `$`, so they never meet these.
 */

/** `prefix0[index]`, `prefix1[index]`, … for each of `count` columns. */
export function cells(prefix: string, count: number, index: string): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}[${index}]`)
}

/** Statements that bind each column of an array of columns to a local: `const s0 = state[0]; …`. */
export function bindColumns(prefix: string, count: number, array: string): string {
  return Array.from({ length: count }, (_, i) => `const ${prefix}${i} = ${array}[${i}];`).join(' ')
}

/** How generated code refers to each constant: bound once to locals of the factory. */
export function namesOf(form: ColumnarForm): Names {
  return Object.fromEntries(Object.keys(form.constants).map((name) => [name, `k_${name}`]))
}

/** Statements that bind the constants and getters, for the head of the factory. */
export function bindConstants(form: ColumnarForm): string {
  const constants = Object.keys(form.constants).map((name) => `const k_${name} = constants[${JSON.stringify(name)}];`)
  const getters = form.values.map((value, i) => (value.get === null ? '' : `const g${i} = getters[${i}];`))
  return [...constants, ...getters].join('\n')
}

/** For each value: the statement that takes it from `item` into the local `x<i>`, and its name. */
export function takeValues(
  form: ColumnarForm,
  item: string,
): { readonly statements: string; readonly names: readonly string[] } {
  const statements = form.values
    .map((value, i) => (value.get === null ? '' : `const x${i} = g${i}(${item});`))
    .join(' ')
  return { statements, names: form.values.map((value, i) => (value.get === null ? item : `x${i}`)) }
}
