import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NacelleError } from '../base/nacelle-error.ts'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../platform/fake/recording-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { type RunningJob, runJobModule, startJobModule } from './run-job.ts'

const job = (name: string): string => fileURLToPath(new URL(`../../test/jobs/${name}.ts`, import.meta.url))

let folder = ''
let journal = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nacelle-execution-'))
  journal = join(folder, 'journal.txt')
})
afterEach(() => rmSync(folder, { recursive: true }))

const noted = (): readonly string[] =>
  existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').slice(0, -1).toSorted() : []

/** Waits until a job has noted something. */
async function wasNoted(text: string): Promise<void> {
  while (!noted().includes(text)) await delay(5)
}

const start = (kind: string): Promise<RunningJob> =>
  startJobModule(job('opens-and-closes'), [journal, kind], { threads: 2, platform: platform().platform })

function platform() {
  const logger = new RecordingLogger()
  const output = new RecordingOutput()
  return { logger, output, platform: createNodePlatform({ logger, output }) }
}

const failureOf = (running: RunningJob): Promise<unknown> =>
  running.execution.completion.then(
    () => null,
    (error: unknown) => error,
  )

const everyone = (what: 'opened' | 'closed'): readonly string[] =>
  ['sink 0', 'sink 1', 'source 0', 'source 1'].map((name) => `${name} ${what}`)

describe('a job on worker threads', () => {
  it('brings results, logs and figures to the main thread', async () => {
    const { logger, output, platform: ports } = platform()
    const text = await runJobModule(job('echo'), ['a', 'b'], { threads: 2, platform: ports })
    expect(text.itemsIn).toBe(2)
    expect(text.itemsOut).toBe(2)
    expect(text.sources.map(({ items, bytesTotal }) => [items, bytesTotal])).toEqual([[2, null]])
    expect(output.text).toBe('position  argument\n────────  ────────\n       0  "a"\n       1  "b"\n')
    expect(logger.entries).toEqual([])
  })

  it('closes everything when it is cancelled', async () => {
    const running = await start('endless')
    await wasNoted('running')
    running.execution.cancel()
    expect(await failureOf(running)).toMatchObject({ code: 'ERR_CANCELLED' })
    expect(noted()).toEqual([...everyone('opened'), ...everyone('closed'), 'running'].toSorted())
  })

  it('closes what was being opened when it is cancelled before it runs', async () => {
    const running = await start('endless')
    running.execution.cancel()
    expect(await failureOf(running)).toMatchObject({ code: 'ERR_CANCELLED' })
    const opened = noted().filter((line) => line.endsWith('opened'))
    expect(noted().filter((line) => line.endsWith('closed'))).toEqual(
      opened.map((line) => line.replace('opened', 'closed')),
    )
  })

  it('stops all threads by the first failure, and closes what is open on each', async () => {
    const running = await start('throw')
    expect(await failureOf(running)).toMatchObject({
      code: 'ERR_USER_FUNCTION',
      message: expect.stringContaining('threw Error: enough'),
      cause: { message: 'enough', stack: expect.stringMatching(/\.mjs:\d+:\d+/) },
    })
    expect(noted().filter((line) => line.endsWith('closed'))).toEqual(everyone('closed'))
  })

  it('closes what was opened when something else could not be', async () => {
    const running = await start('create')
    expect(await failureOf(running)).toMatchObject({ message: expect.stringContaining('no connection') })
    // The one source that failed has nothing to close.
    const opened = noted().filter((line) => line.endsWith('opened') && line !== 'source 1 opened')
    expect(opened).toContain('sink 1 opened')
    expect(noted().filter((line) => line.endsWith('closed'))).toEqual(
      opened.map((line) => line.replace('opened', 'closed')),
    )
  })

  it('fails by what nobody caught in a timer, and closes everything', async () => {
    const failure = await failureOf(await start('timer'))
    expect(failure).toBeInstanceOf(NacelleError)
    expect(failure).toMatchObject({
      code: 'ERR_UNCAUGHT',
      message: expect.stringMatching(
        /^TypeError: Cannot read properties of null .* nobody caught it \(worker thread 1\)$/,
      ),
      cause: { name: 'TypeError' },
    })
    expect(noted().filter((line) => line.endsWith('closed'))).toEqual(everyone('closed'))
  })

  it('refuses to start where a signal has come already', async () => {
    await expect(
      startJobModule(job('echo'), [], { signal: AbortSignal.abort(new Error('never mind')) }),
    ).rejects.toThrow('never mind')
  })

  it('is cancelled by a signal', async () => {
    const controller = new AbortController()
    const { platform: ports } = platform()
    const running = runJobModule(job('opens-and-closes'), [journal, 'endless'], {
      threads: 2,
      platform: ports,
      signal: controller.signal,
    })
    const aborted = wasNoted('running').then(() => controller.abort())
    await expect(running).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
    await aborted
  })

  it('ends a thread that does not come back from a function', async () => {
    const running = await startJobModule(job('endless'), [journal, 'stuck'], {
      threads: 2,
      platform: platform().platform,
    })
    await wasNoted('stuck')
    running.execution.cancel()
    expect(await failureOf(running)).toMatchObject({ code: 'ERR_CANCELLED' })
  })
})
