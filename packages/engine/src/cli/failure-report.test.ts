import { describe, expect, it } from 'vitest'
import { AssertionError } from '../base/assert.ts'
import { decodeError, encodeError } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { userFunctionError } from '../core/user-error.ts'
import type { StackFrame } from '../deployment/source-map.ts'
import { failureReport, type StackReader } from './failure-report.ts'
import { PLAIN_STYLE } from './terminal-style.ts'

/** Reads stacks of the form `at owner file:line:column`. */
const stacks: StackReader = {
  frames: (stack) =>
    stack.split('\n').flatMap((text): StackFrame[] => {
      const [, owner, file, line, column] = /^at (\w+) (\S+):(\d+):(\d+)$/.exec(text) ?? []
      if (file === undefined) return []
      const place = { file: `/home/me/${file}`, line: Number(line), column: Number(column) }
      return [{ owner: owner as StackFrame['owner'], functionName: owner === 'job' ? 'mine' : null, place, text }]
    }),
  sourceLine: ({ file, line }) => (file === '/home/me/job.ts' && line === 7 ? '\tconst a = b.c' : null),
}

const report = (
  error: unknown,
  { headline = "job 'j' failed", verbose = false, reader = stacks as StackReader | null } = {},
) => failureReport(headline, error, { stacks: reader, verbose, workingDirectory: '/home/me', style: PLAIN_STYLE })

const withStack = <E extends Error>(error: E, ...frames: readonly string[]): E =>
  Object.assign(error, { stack: [`${error.name}: ${error.message}`, ...frames].join('\n') })

const thrown = withStack(
  new TypeError('b is undefined'),
  'at job job.ts:7:13',
  'at package lib.js:1:1',
  'at job job.ts:20:3',
  'at engine chain.js:4:4',
)

describe('failureReport', () => {
  it('shows message and code, the line of source, and the frames of the user', () => {
    const error = withStack(
      userFunctionError(thrown, { vertex: 'map', what: "stage 'map'", item: 5 }),
      'at engine error.js:1:1',
    )
    expect(report(error)).toBe(
      [
        "job 'j' failed: stage 'map' of vertex 'map' threw TypeError: b is undefined, at item 5 [ERR_USER_FUNCTION]",
        '',
        '    7 │ \tconst a = b.c',
        '      ╵ \t           ^',
        '',
        '    at mine (job.ts:7:13)',
        '    at lib.js:1:1',
        '    at mine (job.ts:20:3)',
      ].join('\n'),
    )
  })

  it('says the same after the error has crossed a thread', () => {
    const error = withStack(userFunctionError(thrown, { vertex: 'map', what: "stage 'map'", item: 5 }))
    expect(report(decodeError(encodeError(error)))).toBe(report(error))
  })

  it("shows the engine's frames when asked", () => {
    expect(report(withStack(new Error('x'), 'at engine chain.js:4:4'))).toBe("job 'j' failed: x")
    expect(report(withStack(new Error('x'), 'at engine chain.js:4:4'), { verbose: true })).toContain(
      '    at chain.js:4:4',
    )
  })

  it("shows the engine's frames of what is the engine's own defect", () => {
    expect(report(withStack(new AssertionError('x'), 'at engine chain.js:4:4'))).toContain('    at chain.js:4:4')
  })

  it('leaves out packages that the user did not call', () => {
    expect(report(withStack(new Error('x'), 'at package esbuild.js:1:1'))).toBe("job 'j' failed: x")
  })

  it('names vertex and item unless the message does', () => {
    const details = { vertex: 'files', item: '{"a":1}' }
    expect(report(new NacelleError('ERR_X', 'too large', { details }))).toBe(
      'job \'j\' failed: too large [ERR_X]\n    vertex: files\n    item: {"a":1}',
    )
    expect(report(new NacelleError('ERR_X', `files: too large: {"a":1}`, { details }))).not.toContain('vertex:')
  })

  it('puts the code behind the first of several lines', () => {
    expect(report(new NacelleError('ERR_BUNDLE', 'job.ts cannot be bundled:\n\n  line'), { headline: '' })).toBe(
      'job.ts cannot be bundled: [ERR_BUNDLE]\n\n  line',
    )
  })

  it('shows causes that say something new, once, with their own frames', () => {
    const root = Object.assign(withStack(new Error('connection refused'), 'at job net.ts:1:2'), {
      code: 'ECONNREFUSED',
    })
    const middle = withStack(new Error('no orders: connection refused', { cause: root }))
    const error = new NacelleError('ERR_X', 'the source failed', { cause: middle })
    expect(report(error)).toBe(
      [
        "job 'j' failed: the source failed [ERR_X]",
        'caused by: Error: no orders: connection refused',
        '    at mine (net.ts:1:2)',
      ].join('\n'),
    )
  })

  it('shows the members of an aggregate error', () => {
    const error = new AggregateError([new RangeError('one'), new Error('two')], 'both failed')
    expect(report(error)).toBe(
      "job 'j' failed: both failed\none of its errors: RangeError: one\none of its errors: Error: two",
    )
  })

  it('ends when causes form a circle', () => {
    const error = new Error('outer')
    error.cause = new Error('inner', { cause: error })
    expect(report(error)).toBe("job 'j' failed: outer\ncaused by: Error: inner")
  })

  it('gives advice when something was thrown that is no error', () => {
    const error = userFunctionError('plain', { vertex: 'v', what: "stage 'map'", item: 1 })
    expect(report(decodeError(encodeError(error)))).toMatch(
      /threw a value that is not an Error: "plain", at item 1 \[ERR_USER_FUNCTION\]\n.*its stack says where it was thrown\)$/,
    )
  })

  it('gets along without a bundle and without an error', () => {
    expect(report('text', { reader: null })).toBe("job 'j' failed: text")
    expect(report(withStack(new Error('x'), '    at a.js:1:1'), { reader: null })).toBe("job 'j' failed: x")
    expect(report(withStack(new Error('x'), '    at a.js:1:1'), { reader: null, verbose: true })).toContain(
      '    at a.js:1:1',
    )
    expect(report(new TypeError(''))).toBe("job 'j' failed: TypeError")
  })
})
