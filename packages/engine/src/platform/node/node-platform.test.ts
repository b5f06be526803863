import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../network.ts'
import { NODE_CLOCK } from './node-clock.ts'
import { NODE_NETWORK } from './node-network.ts'
import { NODE_RANDOM } from './node-random.ts'
import { NODE_THREADS, workerEntryUrl } from './node-threads.ts'
import { NODE_TIMERS } from './node-timers.ts'

describe('clock, timers and random of Node', () => {
  it('never goes back, and the monotonic clock is the system-wide one', () => {
    const before = Number(process.hrtime.bigint()) / 1e6
    const now = NODE_CLOCK.monotonicMs()
    expect(NODE_CLOCK.monotonicMs()).toBeGreaterThanOrEqual(now)
    const after = Number(process.hrtime.bigint()) / 1e6
    // A millisecond of leeway: the offset between the two clocks is measured, not known.
    expect(now).toBeGreaterThanOrEqual(before - 1)
    expect(now).toBeLessThanOrEqual(after + 1)
  })

  it('calls back unless it is cancelled', async () => {
    const calls: string[] = []
    NODE_TIMERS.after(0, () => calls.push('cancelled')).cancel()
    await new Promise<void>((resolve) => {
      NODE_TIMERS.after(1, () => {
        calls.push('after')
        resolve()
      })
    })
    await NODE_TIMERS.nextTurn()
    expect(calls).toEqual(['after'])
  })

  it('draws 32 bits and ids', () => {
    for (let i = 0; i < 100; i++) {
      const bits = NODE_RANDOM.uint32()
      expect(bits >>> 0).toBe(bits)
    }
    expect(NODE_RANDOM.uuid()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })
})

describe('threads of Node', () => {
  let folder: string
  const entry = (text: string): URL => {
    const path = join(folder, `entry-${Math.random()}.mjs`)
    writeFileSync(path, text)
    return pathToFileURL(path)
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'threads-test-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('exchanges messages and ends', async () => {
    const url = entry(`import { parentPort, workerData } from 'node:worker_threads'
      parentPort.once('message', (message) => parentPort.postMessage(workerData + message))`)
    const thread = NODE_THREADS.start<string, string>(url, 'a', { name: 'worker' })
    const answer = new Promise((resolve) => thread.onMessage(resolve))
    const exit = new Promise((resolve) => thread.onExit(resolve))
    thread.post('b')
    expect(await answer).toBe('ab')
    expect(await exit).toBeNull()
  })

  it('tells what ended a thread, also late', async () => {
    const thread = NODE_THREADS.start(entry(`throw new RangeError('inside')`), null, { name: 'worker' })
    const error = await new Promise<Error | null>((resolve) => thread.onExit(resolve))
    expect(error).toMatchObject({ name: 'RangeError', message: 'inside' })
    expect(await new Promise((resolve) => thread.onExit(resolve))).toBe(error)
  })

  it('tells of process.exit inside a thread', async () => {
    const thread = NODE_THREADS.start(entry(`process.exit(3)`), null, { name: 'worker' })
    expect(await new Promise<Error | null>((resolve) => thread.onExit(resolve))).toMatchObject({
      message: 'the thread ended with code 3',
    })
  })

  it('ends a thread that never yields', async () => {
    const thread = NODE_THREADS.start<null, string>(
      entry(`import { parentPort } from 'node:worker_threads'; parentPort.postMessage('on'); for (;;) {}`),
      null,
      { name: 'worker' },
    )
    await new Promise((resolve) => thread.onMessage(resolve))
    const exit = new Promise((resolve) => thread.onExit(resolve))
    await thread.terminate()
    expect(await exit).toBeNull()
  })

  it('finds entries beside modules, run from source or built', () => {
    expect(workerEntryUrl('file:///p/src/local/a.ts', './worker-entry').href).toBe(
      'file:///p/src/local/worker-entry.ts',
    )
    expect(workerEntryUrl('file:///p/dist/local/a.js', './worker-entry').href).toBe(
      'file:///p/dist/local/worker-entry.js',
    )
  })

  it('has at least one core', () => {
    expect(NODE_THREADS.availableParallelism).toBeGreaterThanOrEqual(1)
  })
})

describe('network of Node', () => {
  it('carries bytes both ways and tells the end', async () => {
    const accepted = Promise.withResolvers<Connection>()
    const listener = await NODE_NETWORK.listen({ host: '127.0.0.1', port: 0 }, accepted.resolve)
    const dialled = await NODE_NETWORK.connect(listener.address, 5000)
    const served = await accepted.promise
    served.onData((bytes) => served.send(bytes.map((byte) => byte + 1)))
    const echo = new Promise<Uint8Array>((resolve) => dialled.onData(resolve))
    dialled.send(Uint8Array.of(1, 2, 3))
    expect([...(await echo)]).toEqual([2, 3, 4])
    const closed = new Promise((resolve) => served.onClose(resolve))
    dialled.close()
    expect(await closed).toBeNull()
    await listener.close()
    await expect(NODE_NETWORK.connect(listener.address, 5000)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
