import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import type { BlobRef } from '../grid/blob-store.ts'
import type { Grid } from '../grid/grid.ts'
import { collect, textOf } from '../grid/grid-under-test.conformance.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { NODE_RANDOM } from '../platform/node/node-random.ts'
import { openEmbeddedGrid } from './embedded-grid.ts'

const KILLS = 8

/** Writes without end, several at once, and says on its standard output what was acknowledged. */
const WRITER = `
const [gridModule, randomModule, folder] = process.argv.slice(1)
const { openEmbeddedGrid } = await import(gridModule)
const { NODE_RANDOM } = await import(randomModule)
const logger = { log() {}, isEnabled: () => false, child: () => logger }
const grid = await openEmbeddedGrid({ folder, platform: { random: NODE_RANDOM, logger } })
const say = (what) => process.stdout.write(JSON.stringify(what) + '\\n')
say({ open: true })
const kv = grid.kv('b'), journal = grid.journal('j'), blobs = grid.blobs('s')
async function counter(key) {
  let entry = await kv.get(key)
  let count = entry === null ? 0 : Number(Buffer.from(entry.value).toString())
  let revision = entry?.revision
  for (;;) {
    const value = Buffer.from(String(++count))
    revision = revision === undefined ? await kv.create(key, value) : await kv.update(key, value, revision)
    say({ key, count })
  }
}
async function records() {
  let { last } = await journal.bounds()
  for (;;) {
    const texts = Array.from({ length: 3 }, (_, i) => Buffer.from('record ' + (last + 1n + BigInt(i))))
    last = (await journal.append(texts, { expectedLast: last })).last
    say({ last: String(last) })
  }
}
async function files() {
  for (;;) {
    const id = 'blob/' + NODE_RANDOM.uuid()
    const piece = Buffer.alloc(40_000, id)
    say({ ref: await blobs.write(id, (async function* () { for (let i = 0; i < 20; i++) yield piece })()) })
  }
}
await Promise.all([counter('x'), counter('y'), counter('z'), records(), files()])
`

/** What the writers were told is done. */
interface Acknowledged {
  readonly counts: Map<string, number>
  last: bigint
  readonly refs: BlobRef[]
}

type Line = { open: true } | { key: string; count: number } | { last: string } | { ref: BlobRef }

/** Lets a writer work until it has said `lines` lines, and kills it there. */
async function writeAndKill(folder: string, lines: number, acknowledged: Acknowledged): Promise<void> {
  const url = (path: string): string => new URL(path, import.meta.url).href
  const modules = [url('embedded-grid.ts'), url('../platform/node/node-random.ts')]
  const child = spawn(process.execPath, ['--input-type=module', '--eval', WRITER, ...modules, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let heard = 0
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line
    if ('key' in line) acknowledged.counts.set(line.key, line.count)
    else if ('last' in line) acknowledged.last = BigInt(line.last)
    else if ('ref' in line) acknowledged.refs.push(line.ref)
    if (++heard === lines) child.kill('SIGKILL')
  }
  expect((await ended)[1]).toBe('SIGKILL')
}

describe('a process that is killed while it writes', () => {
  it('has every write that was acknowledged, and of the others all or nothing', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nacelle-grid-'))
    const acknowledged: Acknowledged = { counts: new Map(), last: 0n, refs: [] }
    for (let kill = 0; kill < KILLS; kill++) {
      await writeAndKill(folder, 2 + (NODE_RANDOM.uint32() % 300), acknowledged)
      const grid = await openEmbeddedGrid({ folder, platform: { ...fakePlatform(), random: NODE_RANDOM } })
      await check(grid, acknowledged)
      await grid.close()
    }
    expect(acknowledged.counts.size + acknowledged.refs.length).toBeGreaterThan(0)
    rmSync(folder, { recursive: true })
  })

  async function check(grid: Grid, acknowledged: Acknowledged): Promise<void> {
    for (const [key, count] of acknowledged.counts) {
      const found = Number(textOf((await grid.kv('b').get(key))!.value))
      // One more may have been done without its answer being heard, or several that were said but not yet read.
      expect(found).toBeGreaterThanOrEqual(count)
    }
    const { first, last } = await grid.journal('j').bounds()
    expect(first).toBe(1n)
    expect(last).toBeGreaterThanOrEqual(acknowledged.last)
    expect(last % 3n).toBe(0n)
    const signal = new AbortController().signal
    const records = await collect(grid.journal('j').read(0n, { follow: false, signal }))
    expect(records.map(({ payload }) => textOf(payload))).toEqual(
      Array.from({ length: Number(last) }, (_, i) => `record ${i + 1}`),
    )
    for (const ref of acknowledged.refs) {
      const bytes = Buffer.concat(await collect(grid.blobs('s').read(ref)))
      expect(bytes.equals(Buffer.concat(Array.from({ length: 20 }, () => Buffer.alloc(40_000, ref.id))))).toBe(true)
    }
    for await (const { size } of grid.blobs('s').list('')) expect(size).toBe(800_000)
  }
})
