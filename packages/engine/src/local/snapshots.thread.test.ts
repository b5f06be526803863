import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BlobRef, BlobStore } from '../grid/blob-store.ts'
import { createMemoryGrid } from '../grid/memory-grid.ts'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../platform/fake/recording-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { NODE_THREADS, workerEntryUrl } from '../platform/node/node-threads.ts'
import type { RestoredSnapshot } from '../snapshot/snapshot-reader.ts'
import { type LocalExecution, startLocalExecution } from './local-execution.ts'
import { prepareJob } from './prepare-job.ts'

const JOB = fileURLToPath(new URL('../../test/jobs/counts-with-snapshots.ts', import.meta.url))
const KEYS = 1000
const COUNT = 200

let folder = ''
let journal = ''
let blobs: BlobStore
const running = new Set<LocalExecution>()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nacelle-snapshots-'))
  journal = join(folder, 'journal.txt')
  blobs = createMemoryGrid(platform()).blobs('state')
})
afterEach(async () => {
  for (const execution of running) execution.cancel()
  await Promise.allSettled([...running].map((execution) => execution.completion))
  running.clear()
  rmSync(folder, { recursive: true })
})

const platform = () => createNodePlatform({ logger: new RecordingLogger(), output: new RecordingOutput() })

interface Run {
  readonly threads: number
  /** How many numbers the source has. */
  readonly numbers?: number
  readonly restore?: RestoredSnapshot
}

async function start({ threads, numbers = KEYS * COUNT, restore }: Run): Promise<LocalExecution> {
  const args = [journal, String(numbers), String(COUNT)]
  const { bundle, dag } = await prepareJob({ jobFile: JOB, args })
  const execution = startLocalExecution({
    jobName: 'counts',
    guarantee: 'exactlyOnce',
    bundlePath: bundle.path,
    args,
    dag,
    threads,
    platform: platform(),
    threadHost: NODE_THREADS,
    workerEntry: workerEntryUrl(import.meta.url, './worker-entry'),
    snapshotSink: { blobs, folderOf: (snapshotId) => `snap/${snapshotId}`, shard: 0 },
    restore: restore ?? null,
  })
  execution.completion.catch(() => undefined)
  running.add(execution)
  await execution.ready
  return execution
}

async function takeSnapshot(execution: LocalExecution, snapshotId: number, terminal = false) {
  const shard = await execution.takeSnapshot({ snapshotId, terminal, exportOnly: false })
  await execution.finishSnapshot(snapshotId, true)
  return { ...shard, snapshotId, blobs }
}

/** Waits until every key has been noted, and a while longer for what should not come. */
async function notedKeys(): Promise<readonly string[]> {
  const lines = (): readonly string[] =>
    existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').slice(0, -1) : []
  while (lines().length < KEYS) await delay(5)
  await delay(50)
  return lines().toSorted()
}

const EVERY_KEY_ONCE = Array.from({ length: KEYS }, (_, key) => `${key} ${COUNT}`).toSorted()

describe('snapshots of a job on worker threads', () => {
  for (const [before, after] of [
    [1, 2],
    [2, 1],
    [2, 3],
  ] as const) {
    it(`are taken of ${before} threads while items flow, and restored into ${after}`, async () => {
      const first = await start({ threads: before, numbers: (KEYS * COUNT) / 2 })
      const shards = [await takeSnapshot(first, 1), await takeSnapshot(first, 2), await takeSnapshot(first, 3)]
      first.cancel()
      await expect(first.completion).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
      expect(Object.keys(shards.at(-1)!.refs).toSorted()).toEqual(['numbers', 'rolling-aggregate'])
      await start({ threads: after, restore: shards[1]! })
      expect(await notedKeys()).toEqual(EVERY_KEY_ONCE)
    })
  }

  it('end the execution when they are terminal, with nothing lost', async () => {
    const first = await start({ threads: 2, numbers: (KEYS * COUNT) / 2 })
    const shard = await takeSnapshot(first, 7, true)
    await first.completion
    await start({ threads: 2, restore: shard })
    expect(await notedKeys()).toEqual(EVERY_KEY_ONCE)
  })

  it('refuse to start from what is damaged, naming the blob', async () => {
    const first = await start({ threads: 2 })
    const shard = await takeSnapshot(first, 1)
    first.cancel()
    const damaged: Pick<BlobStore, 'read'> = {
      async *read(ref: BlobRef) {
        for await (const piece of blobs.read(ref)) {
          const copy = piece.slice()
          copy[copy.length >> 1]! ^= 4
          yield copy
        }
      },
    }
    await expect(start({ threads: 2, restore: { ...shard, blobs: damaged } })).rejects.toMatchObject({
      code: 'ERR_SNAPSHOT_DAMAGED',
      message: expect.stringContaining("blob 'snap/1/"),
    })
    expect(existsSync(journal)).toBe(false)
  })

  it('fail without harm to the execution when they cannot be stored', async () => {
    blobs.write = (id) => Promise.reject(new Error(`no space for ${id}`))
    const execution = await start({ threads: 2 })
    await expect(takeSnapshot(execution, 1)).rejects.toMatchObject({
      code: 'ERR_SNAPSHOT_FAILED',
      message: expect.stringContaining('no space for snap/1/'),
    })
    await execution.finishSnapshot(1, false)
    expect(await notedKeys()).toEqual(EVERY_KEY_ONCE)
  })
})
