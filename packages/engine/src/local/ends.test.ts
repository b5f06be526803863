import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SinkBuilder } from '../connectors/sink-builder.ts'
import { Sinks } from '../connectors/sinks.ts'
import { SourceBuilder } from '../connectors/source-builder.ts'
import { Sources } from '../connectors/sources.ts'
import { TestSources } from '../connectors/test-sources.ts'
import { DAG } from '../core/dag.ts'
import { Edge } from '../core/edge.ts'
import type { ProcessorMetaSupplier } from '../core/processor-supplier.ts'
import { Vertex } from '../core/vertex.ts'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../platform/fake/recording-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { runInPlace } from './in-place-execution.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nacelle-ends-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Runs a source straight into a sink, with real files, clock and event loop. */
async function run(
  source: ProcessorMetaSupplier,
  sink: ProcessorMetaSupplier,
  options: { readonly parallelism?: number; readonly timed?: boolean; readonly signal?: AbortSignal } = {},
) {
  const output = new RecordingOutput()
  const platform = createNodePlatform({ logger: new RecordingLogger(), output })
  const { parallelism = 2, timed = false, signal } = options
  const dag = new DAG()
  const from = dag.vertex(new Vertex('source', source, { timed }))
  const to = dag.vertex(new Vertex('sink', sink, { timed }))
  dag.edge(Edge.between(from, to))
  await runInPlace(dag, { platform, parallelism, ...(signal && { signal }) })
  return output.text
}

const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i} of ${'é'.repeat(i % 7)}`)

describe('files in, files out', () => {
  it.each([
    ['lines.txt', (plain: Buffer) => plain],
    ['lines.gz', gzipSync],
    ['lines.zst', zstdCompressSync],
  ] as const)('copies %s in parallel', async (name, compress) => {
    const path = join(root, name)
    const out = join(root, `out-${name}`)
    writeFileSync(path, compress(Buffer.from(lines.join('\n'))))
    await run(
      Sources.files(path, { splitBytes: 50_000 }).metaSupplier,
      Sinks.files<string>({ directory: out }).metaSupplier,
    )
    const files = readdirSync(out).toSorted()
    expect(files).toEqual(['part-0.txt', 'part-1.txt'])
    const copied = files.flatMap((file) => readFileSync(join(out, file), 'utf8').split('\n').slice(0, -1))
    expect(copied.toSorted()).toEqual(lines.toSorted())
  })

  it('shows a table when the job is done', async () => {
    const path = join(root, 'words.txt')
    writeFileSync(path, 'b a\n\nc')
    const text = await run(
      Sources.files(path).tokenized!({ kind: 'words' }),
      Sinks.table<string>({ sort: (a, b) => (a < b ? -1 : 1), limit: 2 }).metaSupplier,
    )
    expect(text).toBe('value\n─────\na\nb\n2 of 3 rows\n')
  })

  it('fails with the pattern that matches nothing', async () => {
    await expect(
      run(Sources.files('*.none', { directory: root }).metaSupplier, Sinks.noop().metaSupplier),
    ).rejects.toThrow("no file matches '*.none'")
  })
})

describe('user-written ends', () => {
  it('waits for promises on both sides', async () => {
    const source = SourceBuilder.batch('slow', async () => ({ next: 0 }))
      .fillBuffer<number>(async (state, buffer) => {
        await delay(1)
        for (let i = 0; i < 700; i++) buffer.add(state.next++)
        if (state.next === 7000) buffer.close()
      })
      .build()
    const received: number[] = []
    const sink = SinkBuilder.sink('slow', () => received)
      .receive<number>((array, item) => {
        array.push(item)
        return item % 1000 === 0 ? delay(1) : undefined
      })
      .flush(() => delay(1))
      .build()
    await run(source.metaSupplier, sink.metaSupplier, { parallelism: 1 })
    expect(received).toEqual(Array.from({ length: 7000 }, (_, i) => i))
  })

  it('ends an endless stream when told to', async () => {
    const controller = new AbortController()
    const received: number[] = []
    const sink = SinkBuilder.sink('first hundred', () => received)
      .receive<number>((array, item) => {
        array.push(item)
        if (array.length === 100) controller.abort()
      })
      .build()
    const policy = {
      timestampOf: 'native',
      allowedLagMs: 0,
      idleTimeoutMs: 0,
      watermarkStrideMs: 1,
      watermarkOffsetMs: 0,
    } as const
    await run(TestSources.longStream(20_000).metaSupplier(policy), sink.metaSupplier, {
      parallelism: 1,
      timed: true,
      signal: controller.signal,
    })
    expect(received.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('closes what it has opened when something fails', async () => {
    const closed: string[] = []
    const source = SourceBuilder.batch('numbers', () => 'source')
      .fillBuffer<number>((_s, buffer) => buffer.add(1))
      .destroy((name) => void closed.push(name))
      .build()
    const sink = SinkBuilder.sink('bad', () => 'sink')
      .receive<number>(() => {
        throw new Error('no')
      })
      .destroy((name) => void closed.push(name))
      .build()
    await expect(run(source.metaSupplier, sink.metaSupplier)).rejects.toThrow('no')
    expect(closed.toSorted()).toEqual(['sink', 'source'])
  })
})
