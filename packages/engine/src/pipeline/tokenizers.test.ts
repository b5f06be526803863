import { describe, expect, it } from 'vitest'
import { splitBy, words } from './tokenizers.ts'

describe('words', () => {
  it('cuts at runs of white space and gives no empty words', () => {
    expect(words()(' to be\t\n or\u00a0not ')).toEqual(['to', 'be', 'or', 'not'])
    expect(words()('')).toEqual([])
    expect(words().separator).toEqual({ kind: 'words' })
  })
})

describe('splitBy', () => {
  it('cuts at each occurrence and keeps empty tokens', () => {
    expect(splitBy(',')('a,,b,')).toEqual(['a', '', 'b', ''])
    expect(splitBy(',')('')).toEqual([''])
    expect(splitBy('.')('1.2')).toEqual(['1', '2'])
    expect(splitBy(',').separator).toEqual({ kind: 'character', code: 44 })
  })

  it.each(['', ', ', '😀', 7 as never, /,/ as never, undefined as never])('refuses the separator %o', (separator) => {
    expect(() => splitBy(separator)).toThrow(expect.objectContaining({ code: 'ERR_SEPARATOR' }))
  })
})
