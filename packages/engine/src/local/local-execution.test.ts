import { describe, expect, it } from 'vitest'
import { encodeError } from '../base/encoded-error.ts'
import { AbstractProcessor } from '../core/abstract-processor.ts'
import { DAG } from '../core/dag.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { FakeThreadHost, type FakeThreadInside } from '../platform/fake/fake-threads.ts'
import { prewarmThread, startLocalExecution } from './local-execution.ts'
import type { FromThread, ToThread } from './thread-messages.ts'

const ENTRY = new URL('memory:worker-entry')

/** What a thread was told, and a way to answer. */
interface Inside {
  readonly told: string[]
  say(message: FromThread): void
  exit(error: Error | null): void
}

/** An execution with threads that do as the test says; `threads` in order of their start. */
function execution({ threads = 2, prewarmed = 0, stopGraceMs = undefined as number | undefined } = {}) {
  const platform = fakePlatform()
  const insides: Inside[] = []
  const main = (inside: FakeThreadInside): void => {
    const told: string[] = []
    inside.onMessage((message) => void told.push((message as ToThread).type))
    insides.push({ told, say: (message) => inside.post(message), exit: (error) => inside.exit(error) })
  }
  const threadHost = new FakeThreadHost(platform.timers, new Map([[ENTRY.href, main]]))
  const dag = new DAG()
  dag.newVertex('source', () => new (class extends AbstractProcessor {})())
  const running = startLocalExecution({
    jobName: 'job',
    guarantee: 'none',
    bundlePath: '/bundle.mjs',
    args: [],
    dag,
    threads,
    platform,
    threadHost,
    workerEntry: ENTRY,
    prewarmed: Array.from({ length: prewarmed }, (_, i) => prewarmThread(threadHost, ENTRY, i)),
    ...(stopGraceMs !== undefined && { stopGraceMs }),
  })
  let outcome: unknown = 'running'
  running.completion.then(
    () => {
      outcome = 'done'
    },
    (error: unknown) => {
      outcome = error
    },
  )
  platform.timers.advance(0)
  return {
    platform,
    running,
    insides,
    /** Delivers messages, lets time pass, and answers how the execution has ended, if it has. */
    after: async (ms: number): Promise<unknown> => {
      platform.timers.advance(ms)
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
      return outcome
    },
    everyone: (message: FromThread): void => {
      for (const inside of insides) inside.say(message)
    },
  }
}

const failed = (message: string): FromThread => ({ type: 'failed', error: encodeError(new Error(message)) })

describe('a local execution', () => {
  it('starts its threads when all are ready, and is done when all are', async () => {
    const { insides, after, everyone } = execution()
    insides[0]!.say({ type: 'ready' })
    await after(0)
    expect(insides.map(({ told }) => told)).toEqual([['load'], ['load']])
    insides[1]!.say({ type: 'ready' })
    await after(0)
    expect(insides.map(({ told }) => told)).toEqual([
      ['load', 'start'],
      ['load', 'start'],
    ])
    insides[1]!.say({ type: 'done' })
    expect(await after(0)).toBe('running')
    everyone({ type: 'done' })
    expect(await after(0)).toBe('done')
  })

  it('ends with the first failure, when all threads have closed what they had opened', async () => {
    const { insides, after, everyone } = execution()
    everyone({ type: 'ready' })
    await after(0)
    insides[1]!.say(failed('first'))
    insides[0]!.say(failed('second'))
    expect(await after(5000)).toBe('running')
    insides[0]!.say({ type: 'stopped' })
    expect(await after(0)).toBe('running')
    insides[1]!.say({ type: 'stopped' })
    expect(await after(0)).toMatchObject({ message: 'first' })
    // Running threads see the stop word; they need no message.
    expect(insides[0]!.told).toEqual(['load', 'start'])
  })

  it('tells threads to stop that do not run yet', async () => {
    const { insides, after, running } = execution({ threads: 3 })
    insides[1]!.say({ type: 'opening' })
    insides[2]!.say({ type: 'ready' })
    await after(0)
    running.cancel()
    await after(0)
    expect(insides.map(({ told }) => told)).toEqual([
      ['load', 'stop'],
      ['load', 'stop'],
      ['load', 'stop'],
    ])
    for (const inside of insides) inside.say({ type: 'stopped' })
    expect(await after(0)).toMatchObject({ code: 'ERR_CANCELLED' })
  })

  it('does not tell a thread to stop that is closing already', async () => {
    const { insides, after, everyone } = execution()
    everyone({ type: 'ready' })
    await after(0)
    insides[0]!.say({ type: 'closing' })
    insides[1]!.say(failed('late'))
    await after(0)
    expect(insides[0]!.told).toEqual(['load', 'start'])
  })

  it('ends threads that do not come back in time', async () => {
    const { after, everyone, running } = execution()
    everyone({ type: 'ready' })
    await after(0)
    running.cancel()
    running.cancel()
    expect(await after(999)).toBe('running')
    expect(await after(1)).toMatchObject({ code: 'ERR_CANCELLED' })
  })

  it('gives threads the time it is told to give', async () => {
    const { after, running } = execution({ stopGraceMs: 700 })
    running.cancel()
    expect(await after(699)).toBe('running')
    expect(await after(1)).toMatchObject({ code: 'ERR_CANCELLED' })
  })

  it('gives threads that open or close ten seconds', async () => {
    const { insides, after, running, platform } = execution()
    insides[0]!.say({ type: 'closing' })
    insides[1]!.say({ type: 'opening' })
    await after(0)
    running.cancel()
    expect(await after(9999)).toBe('running')
    expect(await after(1)).toMatchObject({ code: 'ERR_CANCELLED' })
    expect(platform.timers.pendingCount).toBe(0)
  })

  it('fails when a thread ends on its own', async () => {
    const { insides, after, everyone } = execution()
    everyone({ type: 'ready' })
    await after(0)
    insides[0]!.exit(new Error('out of memory'))
    await after(0)
    insides[1]!.say({ type: 'stopped' })
    expect(await after(0)).toMatchObject({
      code: 'ERR_THREAD_ENDED',
      message: "worker thread 0 of job 'job' ended unexpectedly: out of memory",
      cause: { message: 'out of memory' },
    })
  })

  it('counts a failure of a thread that was done already', async () => {
    const { insides, after, everyone } = execution()
    everyone({ type: 'ready' })
    await after(0)
    insides[0]!.say({ type: 'done' })
    insides[0]!.say(failed('a timer that was left'))
    insides[1]!.say({ type: 'stopped' })
    expect(await after(0)).toMatchObject({ message: 'a timer that was left' })
  })

  it('uses threads that were started ahead, and ends those it does not need', async () => {
    const { insides, after } = execution({ threads: 2, prewarmed: 3 })
    await after(0)
    expect(insides.map(({ told }) => told)).toEqual([['load'], ['load'], []])
  })

  it('takes no notice of cancellation afterwards', async () => {
    const { after, everyone, running, platform } = execution()
    everyone({ type: 'ready' })
    everyone({ type: 'done' })
    expect(await after(0)).toBe('done')
    running.cancel()
    expect(platform.timers.pendingCount).toBe(0)
  })

  it('passes logs and output on', async () => {
    const { insides, after, platform } = execution()
    insides[0]!.say({ type: 'output', text: 'a\n' })
    insides[1]!.say({ type: 'log', level: 'warn', message: 'late', fields: { thread: 'x' } })
    insides[0]!.say({ type: 'output', text: 'b\n' })
    await after(0)
    expect(platform.output.text).toBe('a\nb\n')
    expect(platform.logger.entries).toEqual([{ level: 'warn', message: 'late', fields: { thread: 'x' } }])
  })
})
