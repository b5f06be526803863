import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ControlLink } from './control-link.ts'
import { checkFromExecution, checkToExecution, FROM_EXECUTION_BYTES_MAX } from './control-message-checks.ts'
import type { FromExecution } from './control-messages.ts'

/** A stream whose other end is the test. */
class TestStream extends Duplex {
  readonly written: Buffer[] = []
  override _read(): void {}
  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.written.push(bytes)
    done()
  }
}

/** A member's end of a link. */
function memberEnd(messagesPerSecondMax?: number) {
  const stream = new TestStream()
  const received: FromExecution[] = []
  const closed: (Error | null)[] = []
  const clock = { nowMs: 0 }
  const link = new ControlLink<unknown, FromExecution>({
    stream,
    messageBytesMax: FROM_EXECUTION_BYTES_MAX,
    ...(messagesPerSecondMax !== undefined && { messagesPerSecondMax }),
    monotonicMs: () => clock.nowMs,
    check: checkFromExecution,
    onMessage: (message) => received.push(message),
    onClose: (error) => closed.push(error),
  })
  return { stream, link, received, closed, clock }
}

function frame(message: unknown): Buffer {
  const body = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message))
  const head = Buffer.alloc(4)
  head.writeUInt32LE(body.length)
  return Buffer.concat([head, body])
}

const HELLO = frame({ type: 'hello' })
const isProtocolError = expect.objectContaining({ code: 'ERR_EXECUTION_PROCESS_PROTOCOL' })

describe('ControlLink', () => {
  it('brings messages across however they are cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 })), (cuts) => {
        const { stream, received, closed } = memberEnd()
        const calls = [1, 2, 3].map((call) => frame({ type: 'snapshotFinished', call }))
        const bytes = Buffer.concat([HELLO, ...calls])
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        for (let i = 1; i < edges.length; i++) stream.emit('data', bytes.subarray(edges[i - 1], edges[i]))
        expect(received.map(({ type }) => type)).toEqual(['hello', ...calls.map(() => 'snapshotFinished')])
        expect(closed).toEqual([])
      }),
    )
  })

  it('understands at one end what was sent at the other', () => {
    const { stream, link } = memberEnd()
    link.send({ type: 'start' })
    const sent = Buffer.concat(stream.written)
    expect(sent.readUInt32LE(0)).toBe(sent.length - 4)
    expect(checkToExecution(JSON.parse(sent.subarray(4).toString()))).toEqual({ type: 'start' })
  })

  it.each([
    ['is no JSON', frame('x')],
    ['is no UTF-8', Buffer.from([2, 0, 0, 0, 0xff, 0xfe])],
    ['is empty', Buffer.alloc(4)],
    ['is of an unknown type', frame({ type: 'constructor' })],
    ['is null', frame('null')],
    ['lacks a property', frame({ type: 'snapshotFinished' })],
    ['has a property of another kind', frame({ type: 'snapshotFinished', call: -1 })],
    ['is nested without end', frame(`${'{"cause":'.repeat(50_000)}1${'}'.repeat(50_000)}`)],
  ])('is closed by a message that %s, and hears nothing behind it', (_what, bytes) => {
    const { stream, received, closed } = memberEnd()
    stream.emit('data', Buffer.concat([bytes, HELLO]))
    stream.emit('data', HELLO)
    expect(received).toEqual([])
    expect(closed).toEqual([isProtocolError])
  })

  it('refuses a long message by its head', () => {
    const { stream, closed } = memberEnd()
    stream.emit('data', Buffer.from([0xff, 0xff, 0xff, 0xff]))
    expect(closed).toEqual([isProtocolError])
  })

  it('is closed by more messages than are allowed, and takes as many as are', () => {
    const { stream, received, closed, clock } = memberEnd(10)
    for (let second = 0; second < 60; second++) {
      clock.nowMs += 1000
      for (let i = 0; i < 10; i++) stream.emit('data', HELLO)
    }
    expect([received.length, closed]).toEqual([600, []])
    for (let i = 0; i < 200; i++) stream.emit('data', HELLO)
    expect(closed).toEqual([isProtocolError])
  })

  it('says that the other end has gone', () => {
    const { stream, link, closed } = memberEnd()
    stream.emit('error', new Error('connection reset'))
    stream.emit('end')
    expect(closed).toEqual([null])
    expect(link.isClosed).toBe(true)
    link.send({ type: 'start' })
    expect(stream.written).toEqual([])
  })

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array(),
            fc.jsonValue().map((value) => frame(value)),
          ),
        ),
        (pieces) => {
          const { stream, closed } = memberEnd(100)
          for (const piece of pieces) stream.emit('data', piece)
          expect(closed.length).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 500 },
    )
  })
})
