import { describe, expect, it } from 'vitest'
import { TokenTable } from './token-table.ts'

describe('a token table', () => {
  it('tells long tokens of one hash apart', () => {
    const table = new TokenTable()
    const texts = ['abcdefghij', 'abcdefghiX', 'abcdefghi']
    for (let round = 0; round < 2; round++) {
      for (const text of texts) expect(table.long(7, `<${text}>`, 1, 1 + text.length)).toBe(text)
    }
    expect(table.size).toBe(3)
  })

  it('keeps nothing of tokens that are very long', () => {
    const table = new TokenTable()
    const text = 'x'.repeat(1000)
    expect(table.long(7, text, 1, 999)).toBe('x'.repeat(998))
    expect(table.size).toBe(0)
  })

  it('never holds more tokens than it may', () => {
    const table = new TokenTable(100)
    for (let i = 0; i < 1000; i++) {
      const text = `token-${i}`
      expect(table.long(i, text, 0, text.length)).toBe(text)
      expect(table.short(i + 1, 0, text, 0, 5)).toBe('token')
      expect(table.size).toBeLessThan(100)
    }
  })
})
