import { describe, expect, it } from 'vitest'
import type { LogLevel } from '../logger.ts'
import { createForwardingLogger } from './forwarding-logger.ts'
import { logText, timeText } from './log-layout.ts'
import { createNodeLogger } from './node-logger.ts'

const TIME = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}'

describe('text layout', () => {
  it('writes time, level, thread, logger, message and the other fields', () => {
    const wallMs = new Date(2026, 10, 24, 4, 5, 6, 7).getTime()
    expect(timeText(wallMs)).toBe('2026-11-24 04:05:06,007')
    const fields = { thread: 'worker-1', logger: 'map#0', count: 3, item: { a: 1 } }
    expect(logText({ wallMs, level: 'warn', message: 'late', fields })).toBe(
      '2026-11-24 04:05:06,007 [ WARN] [worker-1] [map#0]: late count=3 item={"a":1}',
    )
  })

  it('puts an error on lines of its own', () => {
    const error = Object.assign(new Error('x'), { stack: 'Error: x\n    at f' })
    expect(logText({ wallMs: 0, level: 'error', message: 'failed', fields: { error } })).toMatch(
      /: failed\nError: x\n    at f$/,
    )
  })
})

describe('createNodeLogger', () => {
  const lines: string[] = []
  const logger = (level: LogLevel, layout: 'text' | 'json' = 'text') => {
    lines.length = 0
    return createNodeLogger({ level, layout, write: (line) => lines.push(line) })
  }

  it('writes whole text lines and drops those below its level', () => {
    const log = logger('info')
    log.log('debug', 'hidden')
    log.child({ logger: 'job' }).log('info', 'shown', { big: 5n })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(new RegExp(`^${TIME} \\[ INFO\\] \\[main\\] \\[job\\]: shown big=5n\n$`))
    expect(log.isEnabled('debug')).toBe(false)
    expect(log.isEnabled('error')).toBe(true)
  })

  it('writes one JSON object a line by choice', () => {
    logger('trace', 'json').log('trace', 'x', { error: new TypeError('t') })
    const record = JSON.parse(lines[0]!) as Record<string, unknown>
    expect(record).toMatchObject({ level: 'trace', msg: 'x' })
    expect(record['error']).toContain('TypeError: t')
  })
})

describe('createForwardingLogger', () => {
  it('hands on plain records of its level and above, with the fields of its parents', () => {
    const records: unknown[] = []
    const logger = createForwardingLogger('info', (...record) => records.push(structuredClone(record)), {
      thread: 'worker-0',
    })
    logger.log('debug', 'hidden')
    logger.log('info', 'plain')
    const circular: { self?: unknown } = {}
    circular.self = circular
    logger.child({ logger: 'a' }).log('error', 'failed', { circular, call: () => 1, none: null })
    expect(records).toEqual([
      ['info', 'plain', { thread: 'worker-0' }],
      [
        'error',
        'failed',
        { thread: 'worker-0', logger: 'a', circular: '[object Object]', call: '() => 1', none: null },
      ],
    ])
  })
})
