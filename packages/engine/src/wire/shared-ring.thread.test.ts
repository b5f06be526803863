import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import type { RingTortureData } from '../testing/ring-torture-thread.ts'
import { tortureSizes } from '../testing/torture-sizes.ts'
import { SharedRing } from './shared-ring.ts'

describe('SharedRing between two threads', () => {
  it.each([
    [64, 60_000],
    [1000, 200_000],
    [65_536, 100_000],
  ])('of %i bytes carries %i messages in order and intact', async (dataBytes, messages) => {
    const seed = 20_260_000 + dataBytes
    const buffer = new SharedArrayBuffer(SharedRing.bytesFor(dataBytes))
    const data: RingTortureData = { buffer, dataBytes, messages, seed }
    const worker = new Worker(new URL('../testing/ring-torture-thread.ts', import.meta.url), { workerData: data })
    const ended = once(worker, 'exit')
    let failure: unknown = null
    worker.on('error', (error) => {
      failure = error
    })
    const ring = new SharedRing(buffer, 0, dataBytes)
    const nextSize = tortureSizes(seed, ring.messageBytesMax)
    let received = 0
    let damaged = 0
    while (received < messages && failure === null) {
      const at = ring.peek()
      if (at === -1) {
        // The worker starts, or fails, on our event loop.
        await new Promise(setImmediate)
        continue
      }
      const bytes = ring.messageBytes
      if (bytes !== nextSize()) damaged++
      const { u8 } = ring.region
      for (let i = at; i < at + bytes; i++) {
        if (u8[i] !== (received & 255)) damaged++
      }
      ring.release()
      received++
    }
    await ended
    expect(failure).toBeNull()
    expect({ received, damaged, left: ring.usedBytes }).toEqual({ received: messages, damaged: 0, left: 0 })
  })
})
