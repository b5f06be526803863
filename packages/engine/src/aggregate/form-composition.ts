import type { ColumnarForm, Names } from './aggregate-operation.ts'

/** Where one of several forms finds its own columns and constants among those of all. */
export interface FormPart {
  readonly form: ColumnarForm
  /** Its slice of the state columns. */
  state(columns: readonly string[]): readonly string[]
  /** Its slice of the value columns. */
  values(columns: readonly string[]): readonly string[]
  /** Its constants under the names that it knows. */
  names(k: Names): Names
}

/** Several forms side by side: columns one after the other, constants told apart by prefixes. */
export interface FormComposition extends Pick<ColumnarForm, 'state' | 'values' | 'combine' | 'deduct' | 'constants'> {
  readonly parts: readonly FormPart[]
}

/** Puts forms side by side. Combining and deducting exist when all forms have them. */
export function composeForms(forms: readonly ColumnarForm[]): FormComposition {
  let stateOffset = 0
  let valueOffset = 0
  const parts = forms.map((form, i): FormPart => {
    const [stateFrom, valueFrom] = [stateOffset, valueOffset]
    stateOffset += form.state.length
    valueOffset += form.values.length
    return {
      form,
      state: (columns) => columns.slice(stateFrom, stateFrom + form.state.length),
      values: (columns) => columns.slice(valueFrom, valueFrom + form.values.length),
      names: (k) => Object.fromEntries(Object.keys(form.constants).map((name) => [name, k[`p${i}_${name}`]!])),
    }
  })
  const constants = forms.flatMap((form, i) =>
    Object.entries(form.constants).map(([name, value]) => [`p${i}_${name}`, value]),
  )
  return {
    parts,
    state: parts.flatMap(({ form, names }) =>
      form.state.map(({ type, initial }) => ({ type, initial: (k: Names) => initial(names(k)) })),
    ),
    values: forms.flatMap((form) => form.values),
    combine: mergeAll(parts, (form) => form.combine),
    deduct: mergeAll(parts, (form) => form.deduct),
    constants: Object.fromEntries(constants),
  }
}

function mergeAll(
  parts: readonly FormPart[],
  mergeOf: (form: ColumnarForm) => ColumnarForm['combine'],
): ColumnarForm['combine'] {
  if (parts.some(({ form }) => mergeOf(form) === null)) return null
  return (s, o, k) => parts.map((part) => mergeOf(part.form)!(part.state(s), part.state(o), part.names(k))).join(' ')
}
