import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A flight, as the data set has it. */
interface FlightRecord {
  /** Departure: `2001/01/31 23:59`. */
  readonly date: string
  /** Minutes between planned and real arrival; negative when early. */
  readonly delay: number
  /** In miles. */
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

/** A flight with times as numbers. */
export interface Flight {
  readonly origin: string
  readonly destination: string
  /** Milliseconds since the epoch, the airport's clock taken for UTC. */
  readonly departureMs: number
  readonly landingMs: number
  readonly delayMinutes: number
}

const MINUTE_MS = 60_000

/** Time on the ground, and miles a minute in the air: good enough to say in which order planes land. */
const TAXI_MINUTES = 30
const MILES_PER_MINUTE = 8

/** 20 000 flights of the first quarter of 2001, out of the npm package `vega-datasets`. */
export function defaultFlightFile(): string {
  return fileURLToPath(new URL('../data/flights-20k.json', import.meta.resolve('vega-datasets')))
}

/**
 * Reads flights in the order in which their reports come in: at landing. Departures are then out of order, by as much
 * as the flight takes and is late.
 */
export function readFlights(file: string): Flight[] {
  const records = JSON.parse(readFileSync(file, 'utf8')) as readonly FlightRecord[]
  return records.map(flightOf).sort((a, b) => a.landingMs - b.landingMs)
}

function flightOf({ date, delay, distance, origin, destination }: FlightRecord): Flight {
  const departureMs = Date.parse(`${date.replaceAll('/', '-').replace(' ', 'T')}Z`)
  const landingMs = departureMs + (TAXI_MINUTES + distance / MILES_PER_MINUTE + Math.max(0, delay)) * MINUTE_MS
  return { origin, destination, departureMs, landingMs, delayMinutes: delay }
}
