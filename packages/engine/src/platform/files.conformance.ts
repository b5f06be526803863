import { describe, expect, it } from 'vitest'
import type { CompressionFormat, Files } from './files.ts'

/** What {@link filesConformance} needs from whoever runs it. */
export interface FilesUnderTest {
  readonly files: Files
  /** An empty directory, absolute. */
  readonly directory: string
  compress(format: CompressionFormat, plain: Uint8Array): Uint8Array
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (content: Uint8Array): string => new TextDecoder().decode(content)

/** What every implementation of {@link Files} keeps. */
export function filesConformance(name: string, setUp: () => FilesUnderTest): void {
  const put = ({ files }: FilesUnderTest, path: string, content: Uint8Array): void => {
    const file = files.openForAppending(path, { truncate: true })
    file.append(content)
    file.sync()
    file.close()
  }

  describe(`files: ${name}`, () => {
    it('appends, truncates and reads back', () => {
      const { files, directory } = setUp()
      const path = `${directory}/a.txt`
      for (const piece of ['one ', 'two ']) {
        const file = files.openForAppending(path)
        file.append(bytes(piece))
        file.append(bytes('and '))
        file.close()
      }
      expect(text(files.readAll(path))).toBe('one and two and ')
      const file = files.openForAppending(path, { truncate: true })
      file.append(bytes('new'))
      file.close()
      expect(text(files.readAll(path))).toBe('new')
      expect(files.stat(path)).toMatchObject({ kind: 'file', size: 3 })
    })

    it('reads by position, short at the end and 0 behind it', () => {
      const under = setUp()
      put(under, `${under.directory}/b`, bytes('0123456789'))
      const file = under.files.openForReading(`${under.directory}/b`)
      const target = bytes('..............')
      expect(file.read(target, 2, 4, 3)).toBe(4)
      expect(text(target)).toBe('..3456........')
      expect(file.read(target, 0, 14, 8)).toBe(2)
      expect(text(target)).toBe('893456........')
      expect(file.read(target, 0, 14, 10)).toBe(0)
      expect(file.read(target, 0, 14, 99)).toBe(0)
      file.close()
    })

    it('makes directories, lists what lies in them sorted, answers null for what is not there', () => {
      const under = setUp()
      const { files, directory } = under
      files.makeDirectory(`${directory}/sub/deep`)
      files.makeDirectory(`${directory}/sub`)
      put(under, `${directory}/sub/z`, bytes('z'))
      put(under, `${directory}/sub/B`, bytes(''))
      put(under, `${directory}/sub/a`, bytes(''))
      expect(files.list(`${directory}/sub`)).toEqual([
        { name: 'B', kind: 'file' },
        { name: 'a', kind: 'file' },
        { name: 'deep', kind: 'directory' },
        { name: 'z', kind: 'file' },
      ])
      expect(files.stat(`${directory}/sub`)?.kind).toBe('directory')
      expect(files.stat(`${directory}/none`)).toBeNull()
    })

    it('renames over an existing file and removes', () => {
      const under = setUp()
      const { files, directory } = under
      put(under, `${directory}/from`, bytes('new'))
      put(under, `${directory}/to`, bytes('old'))
      files.rename(`${directory}/from`, `${directory}/to`)
      expect(text(files.readAll(`${directory}/to`))).toBe('new')
      expect(files.stat(`${directory}/from`)).toBeNull()
      files.remove(`${directory}/to`)
      expect(files.stat(`${directory}/to`)).toBeNull()
    })

    it('throws the errors of an operating system', () => {
      const under = setUp()
      const { files, directory } = under
      const missing = `${directory}/none`
      put(under, `${directory}/file`, bytes(''))
      const calls: [string, () => unknown][] = [
        ['ENOENT', () => files.openForReading(missing)],
        ['ENOENT', () => files.openCompressed(missing, 'gzip')],
        ['ENOENT', () => files.readAll(missing)],
        ['ENOENT', () => files.list(missing)],
        ['ENOENT', () => files.remove(missing)],
        ['ENOENT', () => files.rename(missing, `${directory}/x`)],
        ['ENOENT', () => files.openForAppending(`${missing}/x`)],
        ['ENOTDIR', () => files.list(`${directory}/file`)],
        ['EISDIR', () => files.openForAppending(directory)],
        ['EEXIST', () => files.makeDirectory(`${directory}/file`)],
      ]
      for (const [code, call] of calls)
        expect(call, `${code} ${String(call)}`).toThrow(expect.objectContaining({ code }))
    })

    describe.each(['gzip', 'zstd'] as const)('%s', (format) => {
      const readOut = async ({ files }: FilesUnderTest, path: string): Promise<Uint8Array> => {
        const file = files.openCompressed(path, format)
        const pieces: number[] = []
        try {
          for (let piece = await file.read(); piece !== null; piece = await file.read())
            for (const byte of piece) pieces.push(byte)
        } finally {
          file.close()
        }
        expect(file.position).toBe(files.stat(path)?.size)
        return Uint8Array.from(pieces)
      }

      it.each([0, 1, 70_000, 300_000])('gives back %i bytes', async (length) => {
        const under = setUp()
        const plain = Uint8Array.from({ length }, (_, i) => (i * i) % 251)
        put(under, `${under.directory}/c`, under.compress(format, plain))
        expect(await readOut(under, `${under.directory}/c`)).toEqual(plain)
      })

      it('rejects what is damaged or cut short', async () => {
        const under = setUp()
        const path = `${under.directory}/d`
        put(under, path, bytes('this is not compressed at all'))
        await expect(readOut(under, path)).rejects.toThrow()
        const whole = under.compress(
          format,
          Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 253),
        )
        put(under, path, whole.slice(0, whole.length - 10))
        await expect(readOut(under, path)).rejects.toThrow()
      })

      it('may be closed before its end', async () => {
        const under = setUp()
        put(under, `${under.directory}/e`, under.compress(format, new Uint8Array(3_000_000)))
        const file = under.files.openCompressed(`${under.directory}/e`, format)
        expect(await file.read()).not.toBeNull()
        file.close()
      })
    })
  })
}
