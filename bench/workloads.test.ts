import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureOwnRun } from './harness/own-run.ts'
import { WORKLOADS, workloadNamed } from './harness/workload-table.ts'
import { BARE_LOOPS, bareInput } from './limits/bare-loops.ts'
import { checksumText } from './workloads/checksum.ts'
import { linePool, WORDS_PER_LINE } from './workloads/generator.ts'

const TEXT_LINES = 2000

let directory = ''
let textFile = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'nacelle-workloads-'))
  textFile = join(directory, 'lines.txt')
  writeFileSync(
    textFile,
    linePool()
      .slice(0, TEXT_LINES)
      .map((line) => `${line}\n`)
      .join(''),
  )
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function bareChecksum(workload: string, events: number): string {
  const { rows, sum } = BARE_LOOPS[workload]!(events, bareInput(workload, textFile))
  return checksumText(rows, sum)
}

const THROUGHPUT = WORKLOADS.filter((workload) => !workload.isPaced).map(({ name }) => name)

describe('bare loops', () => {
  it.each([
    ['q5', 500_000],
    ['q5_2s', 3_000_000],
    ['rolling_sum', 15_000_000],
  ])('reach the published checksum of %s', (workload, events) => {
    expect(bareChecksum(workload, events)).toBe(workloadNamed(workload).checksums[events])
  })

  it('count the same words in bytes and in strings', () => {
    expect(bareChecksum('word_count_split', 200_000)).toBe(bareChecksum('word_count', 200_000))
  })
})

describe('workloads', () => {
  const sizes: Readonly<Record<string, number>> = {
    q5: 500_000,
    q5_2s: 3_000_000,
    word_count_file: TEXT_LINES * WORDS_PER_LINE,
  }

  it.each(THROUGHPUT.flatMap((workload) => [1, 2].map((threads) => [workload, threads] as const)))(
    'have the results of the bare loop: %s with %i threads',
    async (workload, threads) => {
      const events = sizes[workload] ?? 200_000
      const result = await measureOwnRun({ workload, events, threads, warmups: 0, textFile })
      expect(result).toMatchObject({ engine: 'nacelle', workload, events, checksum: bareChecksum(workload, events) })
      expect(result.cpu_s).toBeGreaterThan(0)
    },
  )
})
