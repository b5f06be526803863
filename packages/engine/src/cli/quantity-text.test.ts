import { describe, expect, it } from 'vitest'
import { durationText, exactCount, percentText, shortBytes, shortCount } from './quantity-text.ts'

describe('quantities as text', () => {
  it.each([
    [0, '0'],
    [812, '812'],
    [999, '999'],
    [999.6, '1.00 k'],
    [4711, '4.71 k'],
    [23_400_000, '23.4 M'],
    [999_499, '999 k'],
    [999_500, '1.00 M'],
    [5e15, '5000 T'],
    [-1, '0'],
  ])('shows %d in three digits', (value, text) => {
    expect(shortCount(value)).toBe(text)
  })

  it('shows bytes in powers of 1000', () => {
    expect(shortBytes(0)).toBe('0 B')
    expect(shortBytes(1_250_000_000)).toBe('1.25 GB')
  })

  it('shows whole numbers with their thousands apart', () => {
    expect(exactCount(1_234_567)).toBe('1,234,567')
  })

  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 0 s'],
    [245_000, '4 min 5 s'],
    [3_599_600, '1 h 0 min'],
    [7_800_000, '2 h 10 min'],
    [86_399_000, '1 d 0 h'],
    [(3 * 24 + 4) * 3_600_000, '3 d 4 h'],
  ])('shows %d ms in its two largest units', (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text)
  })

  it('rounds percents down, so that 100 % means all', () => {
    expect(percentText(999, 1000)).toBe('99 %')
    expect(percentText(1000, 1000)).toBe('100 %')
    expect(percentText(0, 0)).toBe('100 %')
    expect(percentText(1200, 1000)).toBe('100 %')
  })
})
