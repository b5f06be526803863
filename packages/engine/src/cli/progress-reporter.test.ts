import { describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/fake/fake-clock.ts'
import { FakeTimers } from '../platform/fake/fake-timers.ts'
import { LiveLine, type TerminalStream } from './live-line.ts'
import { ProgressReporter } from './progress-reporter.ts'

/** A job whose source emits `perMs` items each millisecond. */
function job(perMs: number) {
  const clock = new FakeClock()
  const timers = new FakeTimers(clock)
  const progress = () => ({
    itemsIn: clock.monotonicMs() * perMs,
    itemsOut: 0,
    sources: [],
    vertices: [],
    watermarkLagMs: null,
    lateEventsDropped: 0,
  })
  return { timers, reporter: new ProgressReporter({ jobName: 'job', progress, clock, timers }) }
}

describe('ProgressReporter', () => {
  it('writes the first line after five seconds, then ever more rarely', () => {
    const { timers, reporter } = job(2)
    const seconds: number[] = []
    let now = 0
    reporter.showLines((line) => {
      seconds.push(now)
      expect(line).toContain('2.00 k items/s')
    })
    for (now = 1; now <= 300; now++) timers.advance(1000)
    expect(seconds).toEqual([5, 15, 35, 75, 135, 195, 255])
  })

  it('rewrites a live line, and stops', () => {
    const { timers, reporter } = job(1)
    const texts: string[] = []
    const stream: TerminalStream = { columns: 30, write: (text: string) => texts.push(text) > 0 }
    const line = new LiveLine(stream, [])
    reporter.showLive(line)
    timers.advance(250)
    reporter.stop()
    timers.advance(1000)
    expect(texts).toEqual(['\r\u001B[Kjob  0.1 s  100 items', '\r\u001B[Kjob  0.2 s  200 items'])
    expect(timers.pendingCount).toBe(0)
  })

  it('sums up', () => {
    const { timers, reporter } = job(3)
    timers.advance(1500)
    expect(reporter.summary()).toBe('4,500 items in 1.5 s, 3.00 k items/s')
  })
})
