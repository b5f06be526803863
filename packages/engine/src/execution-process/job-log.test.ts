import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/fake/fake-clock.ts'
import { FakeTimers } from '../platform/fake/fake-timers.ts'
import type { Timers } from '../platform/timers.ts'
import { JobLog } from './job-log.ts'
import { readJobLog } from './job-log-reader.ts'

const SIZES = { fileBytesMax: 1000, filesMax: 3 }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nacelle-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const timers = () => new FakeTimers(new FakeClock())

async function read(): Promise<string> {
  let text = ''
  for await (const bytes of readJobLog(folder, { timers: timers(), isLive: () => false })) {
    text += Buffer.from(bytes).toString()
  }
  return text
}

describe('JobLog', () => {
  it('is read as it was written, over several openings', async () => {
    for (const lines of ['one\n', 'two\nthree\n']) {
      const log = new JobLog(folder, SIZES)
      log.write(lines)
      log.close()
    }
    expect(await read()).toBe('one\ntwo\nthree\n')
  })

  it('keeps the last files only', async () => {
    const log = new JobLog(folder, SIZES)
    for (let i = 0; i < 500; i++) {
      log.write(`${String(i).padStart(9, '0')}\n`)
      log.flush()
    }
    log.close()
    const files = readdirSync(folder)
    expect(files).toHaveLength(SIZES.filesMax)
    for (const file of files) expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(SIZES.fileBytesMax)
    const numbers = (await read()).trim().split('\n').map(Number)
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i))
    expect(numbers.at(-1)).toBe(499)
  })

  it('keeps lines of several writers whole', async () => {
    const log = new JobLog(folder, SIZES)
    log.writePiece('a', 'from a')
    log.writePiece('b', 'from b\nand ')
    log.writePiece('a', ' and a\n')
    log.writePiece('b', 'b again')
    log.close()
    expect((await read()).trim().split('\n').toSorted()).toEqual(['and b again', 'from a and a', 'from b'])
  })

  it('is followed over changes of file until it ends', async () => {
    const log = new JobLog(folder, SIZES)
    log.write('begin\n')
    log.flush()
    // Each pause of the reader is over at once.
    const prompt: Timers = {
      after: (_delayMs, callback) => {
        setImmediate(callback)
        return { cancel: () => undefined }
      },
      every: () => ({ cancel: () => undefined }),
      nextTurn: async () => undefined,
    }
    let text = ''
    let written = 0
    for await (const bytes of readJobLog(folder, { timers: prompt, isLive: () => written < 400 })) {
      text += Buffer.from(bytes).toString()
      for (let i = 0; i < 40 && written < 400; i++) log.write(`line ${written++}\n`)
      log.flush()
    }
    expect(text).toBe(`begin\n${Array.from({ length: 400 }, (_, i) => `line ${i}\n`).join('')}`)
    log.close()
  })

  it('ends for a follower who gives up', async () => {
    const log = new JobLog(folder, SIZES)
    log.write('begin\n')
    log.flush()
    const abort = new AbortController()
    const seen: string[] = []
    for await (const bytes of readJobLog(folder, { timers: timers(), isLive: () => true, signal: abort.signal })) {
      seen.push(Buffer.from(bytes).toString())
      abort.abort()
    }
    expect(seen).toEqual(['begin\n'])
    log.close()
  })
})
