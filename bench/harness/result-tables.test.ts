import { describe, expect, it } from 'vitest'
import { ratioTable, resultTable } from './result-tables.ts'
import type { LatencyResult, RunFacts, ThroughputResult } from './run-result.ts'

const facts: RunFacts = {
  engine: 'nacelle',
  version: '1.0.0',
  workload: 'q1',
  events: 2_000_000,
  threads: 2,
  guarantee: 'none',
  wall_s: 1,
  cpu_s: 2,
  rss_mb: 100,
  rss_peak_mb: 110,
  other_cores: 0.1,
}

function throughput(engine: string, perCpuSecond: number): ThroughputResult {
  return { ...facts, engine, M_events_per_s: 2, M_events_per_cpu_s: perCpuSecond, checksum: '1:00000000' }
}

function latency(engine: string, p99: number): LatencyResult {
  return { ...facts, engine, workload: 'latency_q5', windows: 9, p50_ms: 1, p99_ms: p99, p999_ms: 8, max_ms: 9 }
}

const cellsOf = (table: string): string[][] =>
  table.split('\n').map((line) =>
    line
      .slice(2, -2)
      .split('|')
      .map((cell) => cell.trim()),
  )

describe('result tables', () => {
  it('give medians of the runs of each engine, throughput and latency apart', () => {
    const runs = [throughput('nacelle', 1), throughput('nacelle', 4), throughput('nacelle', 2), latency('nacelle', 3)]
    const [above, below] = resultTable(runs).split('\n\n')
    expect(cellsOf(above!)[2]).toEqual([
      'q1',
      'nacelle 1.0.0',
      '2',
      '2',
      '3',
      '2.00',
      '2.00',
      '1.00–4.00',
      '500.0',
      '100',
      '0.10',
      '1:00000000',
    ])
    expect(cellsOf(below!)[2]).toEqual([
      'latency_q5',
      'nacelle 1.0.0',
      '1',
      '9',
      '1.0',
      '3.0',
      '8.0',
      '9.0',
      '2.0',
      '100',
      '0.10',
    ])
  })

  it('give the ratio to each other engine', () => {
    const runs = [throughput('nacelle', 6), throughput('jet4', 3), latency('flink', 10), latency('nacelle', 5)]
    expect(cellsOf(ratioTable(runs)).slice(2)).toEqual([
      ['q1', 'M events per CPU-s', '6.00', 'jet4', '3.00', '2.00 x'],
      ['latency_q5', 'p99 ms', '5.0', 'flink', '10.0', '0.50 x'],
    ])
  })
})
