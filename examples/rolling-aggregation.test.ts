import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { JetProcess, runJet } from '../packages/engine/test/jet-process.ts'

const JOB = fileURLToPath(new URL('rolling-aggregation.ts', import.meta.url))

/** The tables that were shown, each as pairs of ticker and cents. */
const tables = (text: string): readonly (readonly (readonly [string, number])[])[] =>
  text
    .split('\n\n')
    .filter((table) => table !== '')
    .map((table) =>
      table
        .trim()
        .split('\n')
        .map((line) => {
          const [ticker, volume] = line.split(/ +/) as [string, string]
          return [ticker, Math.round(Number(volume) * 100)] as const
        }),
    )

/** The last table when `count` trades have been made. */
function volumes(count: number): readonly (readonly [string, number])[] {
  const tickers = ['AAPL', 'ADBE', 'AMD', 'AMZN', 'AVGO', 'BIDU', 'CSCO', 'EBAY', 'GOOG', 'INTC']
  const sums = new Map(tickers.map((ticker) => [ticker, 0]))
  for (let trade = 1; trade <= count; trade++) {
    const scattered = Number((BigInt(trade) * 0x9e3779b1n) & 0xffffffffn)
    const ticker = tickers[scattered % tickers.length]!
    sums.set(ticker, sums.get(ticker)! + (Math.floor(scattered / 256) % 5000))
  }
  return [...sums]
}

describe('rolling aggregation', () => {
  it('ends with the volume of each ticker', async () => {
    const { code, stdout, stderr } = await runJet(['run', JOB, '100000'])
    expect(tables(stdout).at(-1)).toEqual(volumes(100_000))
    expect(stderr).toMatch(/^rolling-aggregation: 100,000 items in /)
    expect(code).toBe(0)
  })

  it('goes on until it is interrupted, with volumes that never fall', async () => {
    const jet = new JetProcess(['run', JOB])
    await jet.wrote('stdout', '\n\n')
    jet.child.kill('SIGINT')
    const { code, stdout } = await jet.result
    expect(code).toBe(130)
    const shown = tables(stdout)
    expect(shown.length).toBeGreaterThanOrEqual(2)
    for (const [i, table] of shown.entries()) {
      const before = new Map(shown[i - 1])
      for (const [ticker, volume] of table) expect(volume).toBeGreaterThanOrEqual(before.get(ticker) ?? 0)
    }
  })

  it('refuses a number of trades that is none', async () => {
    const { code, stderr } = await runJet(['run', JOB, 'many'])
    expect(stderr).toContain("the number of trades must be a whole number, not 'many'")
    expect(code).toBe(1)
  })
})
