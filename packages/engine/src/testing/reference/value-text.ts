/**
 * A text that two values share exactly when they are equal as keys and results are: by content, properties in any
 * order, 0 equal to -0, NaN equal to NaN. Values of different types have different texts.
 */
export function valueText(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return value === 0 ? '0' : String(value)
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return `${value}n`
    case 'object':
      return value === null ? 'null' : objectText(value)
    default:
      return String(value)
  }
}

function objectText(value: object): string {
  if (Array.isArray(value)) return arrayText(value)
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Set) return `Set(${Array.from(value, valueText).sort().join(',')})`
  if (value instanceof Map) {
    const entries = Array.from(value, ([key, held]) => `${valueText(key)}=>${valueText(held)}`)
    return `Map(${entries.sort().join(',')})`
  }
  const names = Object.keys(value).sort()
  let text = ''
  for (const name of names) text += `${JSON.stringify(name)}:${valueText((value as Record<string, unknown>)[name])},`
  return `{${text}}`
}

function arrayText(values: readonly unknown[]): string {
  let text = ''
  for (let i = 0; i < values.length; i++) text += `${valueText(values[i])},`
  return `[${text}]`
}
