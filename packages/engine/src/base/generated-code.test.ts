import { describe, expect, it } from 'vitest'
import { beginGeneratedCode, generateFunction } from './generated-code.ts'

const make = () => generateFunction<() => number>('test', ['value'], 'return () => value')

describe('generateFunction', () => {
  it('makes functions of parameters and body', () => {
    expect(make()(7)()).toBe(7)
  })

  it('gives a job that runs again the copies of its first run, in order', () => {
    beginGeneratedCode('a')
    const first = [make(), make()]
    expect(first[0]).not.toBe(first[1])
    beginGeneratedCode('b')
    expect(first).not.toContain(make())
    beginGeneratedCode('a')
    expect([make(), make()]).toEqual(first)
    expect(first).not.toContain(make())
  })

  it('keeps the code of a few jobs only', () => {
    beginGeneratedCode('old')
    const old = make()
    for (let i = 0; i < 8; i++) beginGeneratedCode(`job ${i}`)
    beginGeneratedCode('old')
    expect(make()).not.toBe(old)
  })
})
