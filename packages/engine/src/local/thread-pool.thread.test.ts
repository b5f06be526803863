import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../platform/fake/recording-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import { runJobModule } from './run-job.ts'
import { ThreadPool } from './thread-pool.ts'

const job = join(import.meta.dirname, '..', '..', 'test', 'jobs', 'lines.ts')

describe('ThreadPool', () => {
  it('runs one job after the other on the same threads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nacelle-pool-'))
    const pool = new ThreadPool()
    for (const text of ['a\nb\n', 'c\n']) {
      const output = new RecordingOutput()
      const platform = createNodePlatform({ logger: new RecordingLogger(), output })
      writeFileSync(join(folder, 'lines.txt'), text)
      await runJobModule(job, [join(folder, 'lines.txt')], { threads: 2, pool, platform })
      expect(output.text).toBe(`value\n─────\n${text}`)
      expect(pool.size).toBe(2)
    }
    rmSync(folder, { recursive: true })
    await pool.close()
    expect(pool.size).toBe(0)
  })
})
