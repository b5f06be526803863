import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SharedRing } from './shared-ring.ts'

const OFFSET = 64

function newRing(dataBytes: number): {
  readonly producer: SharedRing
  readonly consumer: SharedRing
  readonly buffer: SharedArrayBuffer
} {
  const buffer = new SharedArrayBuffer(OFFSET + SharedRing.bytesFor(dataBytes))
  return {
    producer: new SharedRing(buffer, OFFSET, dataBytes),
    consumer: new SharedRing(buffer, OFFSET, dataBytes),
    buffer,
  }
}

function put(ring: SharedRing, bytes: number, mark: number): boolean {
  const at = ring.tryReserve(bytes)
  if (at === -1) return false
  expect(at % 8).toBe(0)
  ring.region.u8.fill(mark, at, at + bytes)
  ring.commit(bytes)
  return true
}

function take(ring: SharedRing): { readonly bytes: number; readonly mark: number } | null {
  const at = ring.peek()
  if (at === -1) return null
  const bytes = ring.messageBytes
  const content = ring.region.u8.subarray(at, at + bytes)
  const mark = bytes === 0 ? 0 : content[0]!
  expect(content.every((byte) => byte === mark)).toBe(true)
  ring.release()
  return { bytes, mark }
}

describe('SharedRing', () => {
  it('is a queue, whatever its size and the order of calls', () => {
    const sizes = fc.integer({ min: 64, max: 400 })
    const steps = fc.array(fc.oneof(fc.nat(120), fc.constant('take' as const)), { maxLength: 200 })
    fc.assert(
      fc.property(sizes, steps, (dataBytes, all) => {
        const { producer, consumer } = newRing(dataBytes)
        const waiting: { readonly bytes: number; readonly mark: number }[] = []
        let mark = 0
        for (const step of all) {
          if (step === 'take') {
            expect(take(consumer)).toEqual(waiting.shift() ?? null)
          } else if (step <= producer.messageBytesMax) {
            mark = (mark + 1) % 256
            const taken = put(producer, step, mark)
            if (waiting.length === 0) expect(taken, 'an empty ring takes every message').toBe(true)
            if (taken) waiting.push({ bytes: step, mark: step === 0 ? 0 : mark })
          }
          expect(producer.isEmpty).toBe(waiting.length === 0)
          expect(consumer.usedBytes).toBeGreaterThanOrEqual(waiting.reduce((sum, { bytes }) => sum + bytes + 8, 0))
        }
        while (waiting.length > 0) expect(take(consumer)).toEqual(waiting.shift())
        expect(take(consumer)).toBeNull()
        expect(producer.usedBytes).toBe(0)
      }),
    )
  })

  it('takes the longest message from every position', () => {
    for (const dataBytes of [64, 72, 128, 136, 1000]) {
      const { producer, consumer } = newRing(dataBytes)
      for (let i = 0; i < dataBytes / 4; i++) {
        expect(put(producer, producer.messageBytesMax, 1)).toBe(true)
        expect(take(consumer)?.bytes).toBe(producer.messageBytesMax)
        expect(put(producer, 1, 2)).toBe(true)
        expect(take(consumer)?.mark).toBe(2)
      }
    }
  })

  it('publishes nothing before commit, and only what was committed', () => {
    const { producer, consumer } = newRing(256)
    producer.tryReserve(100)
    expect(consumer.peek()).toBe(-1)
    producer.commit(16)
    expect(consumer.peek()).not.toBe(-1)
    expect(consumer.messageBytes).toBe(16)
    expect(producer.usedBytes).toBe(24)
  })

  it('shows the same message until it is released', () => {
    const { producer, consumer } = newRing(256)
    put(producer, 8, 1)
    put(producer, 8, 2)
    expect(consumer.peek()).toBe(consumer.peek())
    consumer.release()
    expect(take(consumer)?.mark).toBe(2)
  })

  it('refuses wrong use', () => {
    const { producer, consumer } = newRing(256)
    expect(() => producer.tryReserve(producer.messageBytesMax + 1)).toThrow(/longest is/)
    expect(() => producer.commit(8)).toThrow(/without a reservation/)
    expect(() => consumer.release()).toThrow(/release without a message/)
    expect(() => new SharedRing(new SharedArrayBuffer(256), 0, 256)).toThrow(/outside its buffer/)
    expect(() => new SharedRing(new SharedArrayBuffer(256), 4, 64)).toThrow(/aligned/)
  })

  it('never reads outside itself, whatever lies in the shared memory', () => {
    const garbage = fc.array(
      fc.tuple(fc.nat(OFFSET / 4 + 32 + 16), fc.oneof(fc.integer(), fc.integer({ min: -2, max: 20 }))),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(garbage, fc.nat(3), (words, messages) => {
        const { producer, consumer, buffer } = newRing(128)
        for (let i = 0; i < messages; i++) put(producer, 16, i)
        const shared = new Int32Array(buffer)
        for (const [at, word] of words) shared[Math.min(at, shared.length - 1)] = word
        try {
          for (let i = 0; i < 50; i++) {
            const at = consumer.peek()
            if (at === -1) break
            expect(at).toBeGreaterThanOrEqual(OFFSET)
            expect(at + consumer.messageBytes).toBeLessThanOrEqual(buffer.byteLength)
            consumer.release()
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_WIRE' })
        }
      }),
    )
  })
})
