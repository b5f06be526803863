import { describe, expect, it } from 'vitest'
import { PLAIN_STYLE, terminalStyle } from './terminal-style.ts'

const isPlain = (isTerminal: boolean, environment: Record<string, string>): boolean =>
  terminalStyle({ isTerminal, environment }) === PLAIN_STYLE

describe('terminalStyle', () => {
  it('uses colours on terminals only', () => {
    expect(terminalStyle({ isTerminal: true, environment: {} }).bold('x')).toBe('\u001B[1mx\u001B[22m')
    expect(isPlain(false, {})).toBe(true)
    expect(isPlain(true, { TERM: 'dumb' })).toBe(true)
  })

  it('respects NO_COLOR before all else, unless it is empty', () => {
    expect(isPlain(true, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(true)
    expect(isPlain(true, { NO_COLOR: '' })).toBe(false)
  })

  it('respects FORCE_COLOR', () => {
    expect(isPlain(false, { FORCE_COLOR: '1' })).toBe(false)
    expect(isPlain(true, { FORCE_COLOR: '0' })).toBe(true)
  })
})
