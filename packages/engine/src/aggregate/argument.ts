import { NacelleError } from '../base/nacelle-error.ts'

/** @throws NacelleError ERR_AGGREGATE_ARGUMENT when `argument` is no function, or one declared `async` */
export function requireFunction(operation: string, argument: unknown): void {
  if (typeof argument === 'function') {
    if (argument.constructor.name !== 'AsyncFunction') return
    throw new NacelleError(
      'ERR_AGGREGATE_ARGUMENT',
      `${operation} takes a function that is synchronous, not an async one: nothing would wait for it`,
      { details: { operation } },
    )
  }
  throw new NacelleError('ERR_AGGREGATE_ARGUMENT', `${operation} takes a function, not ${describeValue(argument)}`, {
    details: { operation },
  })
}

/** A value as a message shows it: type and a short text. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
    case 'bigint':
      return `the bigint ${value}n`
    case 'number':
      return String(value)
    case 'object':
      return value === null ? 'null' : `an object of class ${value.constructor?.name ?? 'none'}`
    case 'symbol':
    case 'function':
      return `a ${typeof value}`
    default:
      return String(value)
  }
}
