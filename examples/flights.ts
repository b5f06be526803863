import { AggregateOperations, defineJob, Pipeline, Sinks, SourceBuilder, tumbling } from 'nacelle'
import { defaultFlightFile, type Flight, readFlights } from './flight-records.ts'

const { allOf, averagingDouble, counting } = AggregateOperations

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Days on which fewer flights left an airport say little. */
const FLIGHTS_MIN = 5

/** Longest bar, in characters, and what it stands for. */
const BAR_LENGTH = 40
const BAR_MINUTES = 100

/**
 * Delays by airport and day, in windows of event time over records that are out of order:
 * `jet run examples/flights.ts [airport] [allowed lag in hours]`. Without an airport it charts the worst days of all.
 */
export default defineJob({ name: 'flights' }, ([airport = 'all', lagHours = '24']) => {
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(flights(defaultFlightFile()))
    .addTimestamps((flight) => flight.departureMs, Number(lagHours) * HOUR_MS)
    .filter((flight) => airport === 'all' || flight.origin === airport)
    .window(tumbling(DAY_MS))
    .groupingKey((flight) => flight.origin)
    .aggregate(
      allOf(
        counting(),
        averagingDouble((flight: Flight) => flight.delayMinutes),
      ),
    )
    .map(({ key, start, result: [count, delay] }) => ({ airport: key, day: dayOf(start), count, delay }))
    .filter(({ count }) => count >= FLIGHTS_MIN)
    .writeTo(
      Sinks.table({
        title: airport === 'all' ? 'The worst days of all airports' : `Delays at ${airport}`,
        columns: {
          day: (row) => row.day,
          airport: (row) => row.airport,
          flights: (row) => row.count,
          'minutes late': (row) => Math.round(row.delay * 10) / 10,
          '': (row) => bar(row.delay),
        },
        sort: airport === 'all' ? (a, b) => b.delay - a.delay : (a, b) => (a.day < b.day ? -1 : 1),
        limit: airport === 'all' ? 20 : 100,
      }),
    )
  return pipeline
})

/** The flights of a JSON file, in the order in which they land. */
function flights(file: string) {
  return SourceBuilder.batch('flights', () => ({ flights: readFlights(file), next: 0 }))
    .fillBuffer<Flight>((state, buffer) => {
      while (state.next < state.flights.length && buffer.size < buffer.capacity) {
        buffer.add(state.flights[state.next++]!)
      }
      if (state.next === state.flights.length) buffer.close()
    })
    .build()
}

function dayOf(timestampMs: number): string {
  return new Date(timestampMs).toISOString().slice(0, 10)
}

/** A bar that is as long as the delay, in eighths of a character. */
function bar(minutes: number): string {
  const eighths = Math.round((Math.min(Math.max(0, minutes), BAR_MINUTES) / BAR_MINUTES) * BAR_LENGTH * 8)
  return '█'.repeat(Math.floor(eighths / 8)) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8]!
}
