import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { openEmbeddedGrid } from './embedded-grid.ts'
import { FOLDER_FORMAT } from './folder-format.ts'
import { lockFolder, memberFolder } from './folder-lock.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nacelle-grid-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** A process that holds a data folder until it is killed; answers its pid once it has it. */
async function holdElsewhere(folder: string): Promise<{ pid: number; kill(): Promise<void> }> {
  const module = new URL('folder-lock.ts', import.meta.url).href
  const script = `const { lockFolder } = await import(process.argv[1]); lockFolder(process.argv[2]); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, module, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const kill = async (): Promise<void> => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return { pid: child.pid!, kill }
}

const folderError = (text: string): unknown =>
  expect.objectContaining({ code: 'ERR_GRID_FOLDER', message: expect.stringContaining(text) })

describe('the lock of a data folder', () => {
  it('makes the folder and marks its format', () => {
    const lock = lockFolder(join(root, 'a/b'))
    expect(readFileSync(join(root, 'a/b/format'), 'utf8')).toBe(`nacelle data folder, format ${FOLDER_FORMAT}\n`)
    expect(lock.previousOwner).toBeNull()
    lock.release()
    lock.release()
    expect(readdirSync(join(root, 'a/b')).sort()).toEqual(['format', 'lock'])
  })

  it('is refused within the process that has it, naming folder and process', () => {
    const lock = lockFolder(root)
    const refused = expect.objectContaining({
      code: 'ERR_GRID_FOLDER_IN_USE',
      message: expect.stringContaining(`data folder ${root} is in use by process ${process.pid} on `),
      details: expect.objectContaining({ pid: process.pid }),
    })
    expect(() => lockFolder(root)).toThrow(refused)
    lock.release()
    lockFolder(root).release()
  })

  it('is refused to another process, and free once that was killed', async () => {
    const elsewhere = await holdElsewhere(root)
    expect(() => lockFolder(root)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ pid: elsewhere.pid }) }),
    )
    await elsewhere.kill()
    const { logger, random } = fakePlatform()
    const grid = await openEmbeddedGrid({ folder: root, platform: { logger, random } })
    expect(logger.messages('warn')).toEqual([
      `data folder ${root}: process ${elsewhere.pid} ended without closing it; taken over`,
    ])
    await grid.close()
    const again = lockFolder(root)
    expect(again.previousOwner).toBeNull()
    again.release()
  })

  it('takes a folder over whose first owner was killed before it wrote the format', () => {
    lockFolder(root).release()
    rmSync(join(root, 'format'))
    writeFileSync(join(root, 'owner.json'), '{"pid":')
    const lock = lockFolder(root)
    expect(lock.previousOwner).toBeNull()
    lock.release()
  })

  it('gives each member of a machine a folder of its own, the first that is free', () => {
    const first = memberFolder(root)
    const second = memberFolder(root)
    const third = memberFolder(root)
    expect([first, second, third].map(({ folder }) => folder)).toEqual(
      [1, 2, 3].map((number) => join(root, `member-${number}`)),
    )
    second.release()
    const again = memberFolder(root)
    expect(again.folder).toBe(second.folder)
    for (const lock of [first, again, third]) lock.release()
  })

  it('is released when the grid that was given it is closed', async () => {
    const lock = memberFolder(root)
    const grid = await openEmbeddedGrid({ folder: lock, platform: fakePlatform() })
    expect(memberFolderName()).toBe('member-2')
    await grid.close()
    expect(memberFolderName()).toBe('member-1')
  })

  function memberFolderName(): string {
    const lock = memberFolder(root)
    lock.release()
    return lock.folder.slice(root.length + 1)
  }
})

describe('the format of a data folder', () => {
  it.each([
    ['of a newer version', `nacelle data folder, format ${FOLDER_FORMAT + 1}\n`, 'written by a newer Nacelle'],
    ['of an older version', 'nacelle data folder, format 0\n', 'written by an older Nacelle'],
    ['that says something else', 'format 1\n', 'Nacelle did not write'],
    ['that is torn', 'nacelle data folder, format 1', 'Nacelle did not write'],
    ['that is empty', '', 'Nacelle did not write'],
  ])('%s is refused, and nothing is touched', (_, text, message) => {
    writeFileSync(join(root, 'format'), text)
    expect(() => lockFolder(root)).toThrow(folderError(message))
    expect(() => lockFolder(root)).toThrow(folderError(root))
    expect(readdirSync(root)).toEqual(['format'])
  })

  it('is missed in a folder of something else, which is not touched', async () => {
    for (const name of ['a.txt', 'b.txt', 'c.txt', 'd.txt']) writeFileSync(join(root, name), '')
    const opening = openEmbeddedGrid({ folder: root, platform: fakePlatform() })
    await expect(opening).rejects.toThrow("has no file 'format', but others (a.txt, b.txt, c.txt, …)")
    expect(readdirSync(root)).toHaveLength(4)
  })

  it('cannot be in a file', () => {
    writeFileSync(join(root, 'file'), '')
    expect(() => lockFolder(join(root, 'file'))).toThrow(folderError('cannot be used'))
    expect(() => lockFolder(join(root, 'file/below'))).toThrow(folderError('cannot be used'))
  })

  it('is looked for in the folders of members too', () => {
    mkdirSync(join(root, 'member-1'))
    writeFileSync(join(root, 'member-1', 'photo.jpg'), '')
    expect(() => memberFolder(root)).toThrow(folderError('photo.jpg'))
  })
})
