import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gridConformance } from '../grid/grid.conformance.ts'
import type { Grid } from '../grid/grid.ts'
import { bytesOf, collect, pieces, rejects, textOf } from '../grid/grid-under-test.conformance.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { NODE_RANDOM } from '../platform/node/node-random.ts'
import { NODE_THREADS } from '../platform/node/node-threads.ts'
import type { Thread, ThreadHost } from '../platform/threads.ts'
import { blobPath, spacePath } from './blob-path.ts'
import { openEmbeddedGrid } from './embedded-grid.ts'

/** Threads of Node, of which the last one started can be taken away. */
class FragileThreads implements ThreadHost {
  readonly availableParallelism = 1
  #last: Thread<unknown, unknown> | null = null
  /** Whether the next messages reach the thread. */
  isCut = false

  start<In, Out>(entry: URL, data: unknown, options: { readonly name: string }): Thread<In, Out> {
    const thread = NODE_THREADS.start<In, Out>(entry, data, options)
    this.#last = thread as unknown as Thread<unknown, unknown>
    return {
      threadId: thread.threadId,
      post: (message) => {
        if (!this.isCut) thread.post(message)
      },
      // Answers are not heard while the thread is cut off, so that a write may be done without anybody knowing.
      onMessage: (listener) =>
        thread.onMessage((message) => {
          if (!this.isDeaf) listener(message)
          else this.onUnheard?.()
        }),
      onExit: (listener) => thread.onExit(listener),
      terminate: () => thread.terminate(),
    }
  }

  isDeaf = false
  onUnheard: (() => void) | null = null

  async end(): Promise<void> {
    await this.#last?.terminate()
  }
}

const platform = { random: NODE_RANDOM, logger: fakePlatform().logger }

gridConformance('embedded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nacelle-grid-'))
  const threads = new FragileThreads()
  const open: Grid[] = []
  const connect = async (): Promise<Grid> => {
    const grid = await openEmbeddedGrid({ folder, platform, threadHost: threads })
    open.push(grid)
    return grid
  }
  const grid = await connect()
  const fileOf = (space: string, id: string): string => join(folder, 'blobs', spacePath(space), blobPath(id))
  return {
    grid,
    makeIndeterminate: async (call, isDone) => {
      const unheard = new Promise<void>((resolve) => {
        threads.onUnheard = resolve
      })
      threads.isCut = !isDone
      threads.isDeaf = isDone
      const called = call(grid)
      // A call for blobs asks no thread.
      if (isDone) await Promise.race([unheard, called])
      else await new Promise((resolve) => setImmediate(resolve))
      await threads.end()
      await called
      threads.isCut = threads.isDeaf = false
      expect(grid.state()).toBe('down')
      await rejects(grid.kv('b').get('k'), 'ERR_GRID_UNAVAILABLE')
      await grid.close()
      return connect()
    },
    damageBlob: async (space, { id, size }, how) => {
      const path = fileOf(space, id)
      if (how === 'remove') rmSync(path)
      else if (how === 'truncate') truncateSync(path, size >> 1)
      else {
        const bytes = readFileSync(path)
        bytes[size >> 1]! ^= 1
        writeFileSync(path, bytes)
      }
    },
    reopen: async () => {
      await grid.close()
      return connect()
    },
    dispose: async () => {
      for (const each of open) await each.close()
      rmSync(folder, { recursive: true })
    },
  }
})

describe('the grid of a data folder', () => {
  const withFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'nacelle-grid-'))
    try {
      await use(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  it('is durable and alone', () =>
    withFolder(async (folder) => {
      const grid = await openEmbeddedGrid({ folder, platform })
      expect(grid.info).toMatchObject({ engine: 'embedded', durability: 'fsync', replicas: 1 })
      await grid.close()
    }))

  it('leaves neither unfinished blobs nor empty folders behind', () =>
    withFolder(async (folder) => {
      const grid = await openEmbeddedGrid({ folder, platform })
      const blobs = grid.blobs('s')
      await blobs.write('a/b/c', pieces('content'))
      await blobs.write('a/b/c', pieces('content'))
      await rejects(blobs.write('a/b/c', pieces('other')), 'ERR_GRID_CONFLICT')
      expect(readdirSync(join(folder, 'unfinished'))).toEqual([])
      await blobs.delete('a/b/c')
      expect(readdirSync(join(folder, 'blobs', 's'))).toEqual([])
      writeFileSync(join(folder, 'unfinished', 'x'), 'of a writer that was killed')
      await grid.close()
      await (await openEmbeddedGrid({ folder, platform })).close()
      expect(readdirSync(join(folder, 'unfinished'))).toEqual([])
    }))

  it('has blobs written and deleted in one folder at once', () =>
    withFolder(async (folder) => {
      const grid = await openEmbeddedGrid({ folder, platform })
      const blobs = grid.blobs('s')
      const work = Array.from({ length: 40 }, async (_, i) => {
        const ref = await blobs.write(`d/e/${i}`, pieces(`${i}`))
        expect(textOf(await collect(blobs.read(ref)))).toBe(`${i}`)
        await blobs.delete(`d/e/${i}`)
      })
      await Promise.all(work)
      expect(await collect(blobs.list(''))).toEqual([])
      await grid.close()
    }))

  it('is down once its thread has ended, and says so', () =>
    withFolder(async (folder) => {
      const threads = new FragileThreads()
      const grid = await openEmbeddedGrid({ folder, platform, threadHost: threads })
      const states: string[] = []
      grid.onState((state) => states.push(state))
      const changes = grid.kv('b').watch('', { signal: new AbortController().signal })[Symbol.asyncIterator]()
      await changes.next()
      threads.isCut = true
      const write = grid.kv('b').put('k', bytesOf('v'))
      const read = grid.kv('b').get('k')
      await threads.end()
      await Promise.all([rejects(write, 'ERR_GRID_INDETERMINATE'), rejects(read, 'ERR_GRID_UNAVAILABLE')])
      expect(states).toEqual(['down'])
      expect((await changes.next()).value).toEqual({ type: 'resync' })
      await grid.close()
    }))
})
