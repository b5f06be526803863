import { describe, expect, it } from 'vitest'
import { wrapComments } from '../../../tools/wrap-comments.ts'

const wide = 'word '.repeat(30).trim()
const [head, tail] = ['word '.repeat(23).trim(), 'word '.repeat(7).trim()]

describe('wrapComments', () => {
  it('leaves code, narrow comments, tables and directives alone', () => {
    const text = [
      'const a = 1 // short',
      `const b = '${wide}'`,
      '/** Short. */',
      '/**',
      ' * Two',
      ' * short lines.',
      ' */',
      `// oxlint-disable-next-line no-var -- ${wide}`,
      '/**',
      ' * ```',
      ` * ${wide}`,
      ' * ```',
      ` * | ${wide} |`,
      ' */',
    ].join('\n')
    expect(wrapComments(text)).toBe(text)
  })

  it('makes a block of a wide comment in one line', () => {
    expect(wrapComments(`  /** ${wide} */\n  f()`)).toBe(`  /**\n   * ${head}\n   * ${tail}\n   */\n  f()`)
  })

  it('wraps the paragraph with the wide line, and no other', () => {
    const text = `/**\n * one\n * two\n *\n * ${wide}\n * end\n */`
    expect(wrapComments(text)).toBe(`/**\n * one\n * two\n *\n * ${head}\n * ${tail} end\n */`)
  })

  it('wraps comments of single lines', () => {
    expect(wrapComments(`// ${wide}\n// end\nf()`)).toBe(`// ${head}\n// ${tail} end\nf()`)
  })

  it('indents what follows a tag or a list item', () => {
    const text = `/**\n * @param a ${wide}\n * - ${wide}\n */`
    expect(wrapComments(text)).toMatch(
      /^\/\*\*\n \* @param a (word ?)+\n \* {3}(word ?)+\n \* - (word ?)+\n \* {3}(word ?)+\n \*\/$/,
    )
  })

  it('does nothing the second time', () => {
    const text = `/**\n * ${wide}\n * @throws ${wide}\n */\n// 1. ${wide}`
    expect(wrapComments(wrapComments(text))).toBe(wrapComments(text))
  })
})
