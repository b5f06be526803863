import { describe, expect, it } from 'vitest'
import { ItemRate } from './item-rate.ts'

describe('ItemRate', () => {
  it('is 0 as long as no time has passed', () => {
    expect(new ItemRate(100).perSecond(100, 50)).toBe(0)
  })

  it('looks at the last three seconds only', () => {
    const rate = new ItemRate(0)
    for (let second = 1; second <= 10; second++) rate.perSecond(second * 1000, second * 100)
    expect(rate.perSecond(11_000, 1000)).toBeCloseTo(200 / 3, 10)
    expect(rate.perSecond(12_000, 1000)).toBeCloseTo(100 / 3, 10)
    expect(rate.perSecond(13_000, 1000)).toBe(0)
  })

  it('does not forget what came before a long pause at once', () => {
    const rate = new ItemRate(0)
    rate.perSecond(1000, 1000)
    expect(rate.perSecond(11_000, 2000)).toBe(100)
  })
})
