import { describe, expect, it } from 'vitest'
import type { ExecutionProgress, SourceProgress } from '../local/execution-progress.ts'
import { type ProgressMoment, progressText, summaryText } from './progress-text.ts'

const files: SourceProgress = { vertex: 'files', items: 1_240_000, bytesRead: 540e6, bytesTotal: 1.2e9 }
const numbers: SourceProgress = { vertex: 'numbers', items: 500, bytesRead: null, bytesTotal: null }

const progress = (fields: Partial<ExecutionProgress> = {}): ExecutionProgress => ({
  itemsIn: 1_240_000,
  itemsOut: 20,
  sources: [files],
  vertices: [],
  watermarkLagMs: null,
  lateEventsDropped: 0,
  ...fields,
})

const moment = (fields: Partial<ExecutionProgress> = {}): ProgressMoment => ({
  jobName: 'word-count',
  elapsedMs: 3200,
  itemsPerSecond: 410_000,
  wallMs: Date.UTC(2026, 10, 25, 12),
  progress: progress(fields),
})

describe('progressText', () => {
  it('says what has come in, how fast, and how far a single source is', () => {
    expect(progressText(moment())).toBe('word-count  3.2 s  1.24 M items  410 k items/s  45 % of 1.20 GB')
  })

  it('says nothing about a source that does not know its size', () => {
    expect(progressText(moment({ sources: [numbers] }))).toBe('word-count  3.2 s  1.24 M items  410 k items/s')
  })

  it('names several sources, and counts those that are too many', () => {
    const long = { ...files, vertex: 'a-source-with-a-name-that-is-long' }
    const text = progressText(moment({ sources: [long, numbers, numbers, numbers, numbers] }))
    expect(text).toContain('  a-source-with-a-name-th… 45 %  numbers 500 items  numbers 500 items  2 more sources')
  })

  it('shows the lag of the watermark, and late events', () => {
    const text = progressText(moment({ sources: [], watermarkLagMs: 1200, lateEventsDropped: 3 }))
    expect(text).toMatch(/ {2}watermark lag 1\.2 s {2}3 late events dropped$/)
  })

  it('shows no negative lag when event time is ahead', () => {
    expect(progressText(moment({ watermarkLagMs: -50 }))).toMatch(/watermark lag 0 ms$/)
  })

  it('shows where the watermark stands when the job reads history', () => {
    const watermarkLagMs = Date.UTC(2026, 10, 25, 12) - Date.UTC(2001, 1, 3, 4, 5, 6)
    expect(progressText(moment({ watermarkLagMs }))).toMatch(/ {2}watermark 2001-02-03T04:05:06Z$/)
  })

  it('says nothing about a watermark beyond all calendars', () => {
    expect(progressText(moment({ watermarkLagMs: 1e300 }))).toMatch(/of 1\.20 GB$/)
  })

  it('leaves out what does not fit, the last first', () => {
    const full = progressText(moment({ watermarkLagMs: 10 }))
    for (let width = 10; width <= full.length; width++) {
      const text = progressText(moment({ watermarkLagMs: 10 }), width)
      expect(text.length).toBeLessThanOrEqual(width)
      expect(full.startsWith(text)).toBe(true)
    }
    expect(progressText(moment(), 5)).toBe('word…')
  })

  it('shows long times in minutes', () => {
    expect(progressText({ ...moment(), elapsedMs: 245_000 })).toContain('  4 min 5 s  ')
  })
})

describe('summaryText', () => {
  it('says how much was done in which time', () => {
    expect(summaryText(moment())).toBe('1,240,000 items in 3.2 s, 410 k items/s')
  })

  it('counts late events, and one item by its singular', () => {
    expect(summaryText(moment({ itemsIn: 1, lateEventsDropped: 1200 }))).toBe(
      '1 item in 3.2 s, 410 k items/s, 1,200 late events dropped',
    )
    expect(summaryText(moment({ lateEventsDropped: 1 }))).toMatch(/, 1 late event dropped$/)
  })
})
