import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runJet } from '../packages/engine/test/jet-process.ts'
import { defaultFlightFile, type Flight, readFlights } from './flight-records.ts'

const JOB = fileURLToPath(new URL('flights.ts', import.meta.url))

const flights = readFlights(defaultFlightFile())

/** The rows of the table without its bars. */
const rows = (table: string): readonly (readonly string[])[] =>
  table.split('\n').flatMap((line) => {
    const [, ...cells] = /^(\d{4}-\d\d-\d\d) +(\w{3}) +(\d+) +(-?[\d.]+)/.exec(line) ?? []
    return cells.length === 0 ? [] : [cells]
  })

/** What the job computes, without windows: at least five flights by airport and day, with the average delay. */
function delays(airports: (airport: string) => boolean) {
  const groups = Map.groupBy(
    flights.filter(({ origin }) => airports(origin)),
    ({ origin, departureMs }: Flight) => `${new Date(departureMs).toISOString().slice(0, 10)} ${origin}`,
  )
  return [...groups]
    .filter(([, group]) => group.length >= 5)
    .map(([key, group]) => {
      const [day, airport] = key.split(' ') as [string, string]
      const average = group.reduce((sum, flight) => sum + flight.delayMinutes, 0) / group.length
      return { day, airport, count: group.length, average }
    })
}

const cells = ({ day, airport, count, average }: ReturnType<typeof delays>[number]): readonly string[] => [
  day,
  airport,
  String(count),
  (Math.round(average * 10) / 10).toFixed(1),
]

describe('flights', () => {
  it('has records that are out of order', () => {
    expect(flights).toHaveLength(20_000)
    const unordered = flights.filter((flight, i) => i > 0 && flight.departureMs < flights[i - 1]!.departureMs)
    expect(unordered.length).toBeGreaterThan(5000)
  })

  it('charts the worst days of all airports', async () => {
    const { code, stdout, stderr } = await runJet(['run', JOB])
    const worst = delays(() => true).toSorted((a, b) => b.average - a.average)
    // Days with one average come in any order.
    expect(rows(stdout).toSorted()).toEqual(worst.slice(0, 20).map(cells).toSorted())
    expect(stdout).toContain(`20 of ${worst.length} rows\n`)
    expect(stdout).toMatch(/^The worst days of all airports\n/)
    expect(stdout).toMatch(/2001-03-11 {2}DFW +7 +94\.7 {2}█{37}▉\n/)
    expect(stderr).toMatch(/^flights: 20,000 items in /)
    expect(stderr).not.toContain('late')
    expect(code).toBe(0)
  })

  it('charts all days of one airport', async () => {
    const { stdout } = await runJet(['run', JOB, 'ORD'])
    const days = delays((airport) => airport === 'ORD').toSorted((a, b) => (a.day < b.day ? -1 : 1))
    expect(days).toHaveLength(90)
    expect(rows(stdout)).toEqual(days.map(cells))
  })

  it('drops flights that are later than allowed, and says so', async () => {
    const { stderr } = await runJet(['run', JOB, 'all', '0'])
    expect(stderr).toMatch(/dropped \d+ late event/)
    expect(stderr).toMatch(/^flights: 20,000 items in .*, \d+ late events? dropped$/m)
  })
})
