import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AssertionError } from './assert.ts'
import { decodeError, describeThrownValue, encodeError } from './encoded-error.ts'
import { NacelleError } from './nacelle-error.ts'

const roundTrip = (thrown: unknown) => decodeError(structuredClone(encodeError(thrown)))

describe('encoding of errors', () => {
  it('keeps class, code, details, domain and retry of engine errors', () => {
    const original = new NacelleError('ERR_X', 'wrong', {
      domain: 'external',
      retry: 'backoff',
      details: { vertex: 'map', ordinal: 2 },
    })
    const back = roundTrip(original)
    expect(back).toBeInstanceOf(NacelleError)
    expect(back).toMatchObject({
      name: 'NacelleError',
      code: 'ERR_X',
      message: 'wrong',
      domain: 'external',
      retry: 'backoff',
    })
    expect((back as NacelleError).details).toEqual({ vertex: 'map', ordinal: 2 })
    expect(back.stack).toBe(original.stack)
  })

  it('keeps name, message, stack and code of other errors', () => {
    const original = Object.assign(new TypeError('not a number'), { code: 'ENOENT' })
    const back = roundTrip(original) as Error & { code: string }
    expect(back.name).toBe('TypeError')
    expect(back.message).toBe('not a number')
    expect(back.code).toBe('ENOENT')
    expect(back.stack).toBe(original.stack)
  })

  it('keeps assertions apart from user errors', () => {
    const encoded = encodeError(new AssertionError('impossible'))
    expect(encoded.domain).toBe('internal')
    expect(decodeError(encoded)).toBeInstanceOf(AssertionError)
  })

  it('keeps the chain of causes', () => {
    const back = roundTrip(new Error('outer', { cause: new RangeError('middle', { cause: 'inner' }) }))
    const middle = back.cause as Error
    expect(middle.name).toBe('RangeError')
    expect((middle.cause as Error).message).toContain('"inner" was thrown')
  })

  it('bounds a chain of causes that is a circle', () => {
    const error = new Error('round')
    error.cause = error
    let depth = 0
    for (let at: unknown = roundTrip(error); at instanceof Error; at = at.cause) depth++
    expect(depth).toBe(9)
  })

  it('keeps members of an AggregateError', () => {
    const back = roundTrip(new AggregateError([new Error('a'), new Error('b')], 'all failed')) as AggregateError
    expect(back.errors.map((member: Error) => member.message)).toEqual(['a', 'b'])
  })

  it('survives errors whose properties throw', () => {
    const hostile = new Error('x')
    for (const property of ['message', 'stack', 'cause', 'name', 'code']) {
      Object.defineProperty(hostile, property, {
        get() {
          throw new Error('no')
        },
      })
    }
    expect(encodeError(hostile)).toMatchObject({ kind: 'error', name: 'Error', message: '', stack: null, cause: null })
  })

  it.each([
    ['text', '"text" was thrown'],
    [undefined, 'undefined was thrown'],
    [null, 'null was thrown'],
    [42, '42 was thrown'],
    [7n, '7n was thrown'],
    [{ reason: 'r' }, '{"reason":"r"} was thrown'],
    [Symbol('s'), 'Symbol(s) was thrown'],
    [() => 1, 'function  was thrown'],
  ])('shows a thrown %s', (thrown, expected) => {
    expect(describeThrownValue(thrown)).toContain(expected)
  })

  it('never throws and always yields data that can be cloned', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withNullPrototype: true, withMap: true }),
        fc.string(),
        (value, message) => {
          const encoded = encodeError(new Error(message, { cause: value }))
          expect(structuredClone(encoded)).toEqual(encoded)
          expect(roundTrip(new Error(message, { cause: value })).message).toBe(message)
        },
      ),
      { numRuns: 300 },
    )
  })
})
