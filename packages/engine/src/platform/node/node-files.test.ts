import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { filesConformance } from '../files.conformance.ts'
import { NodeFiles } from './node-files.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nacelle-files-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

filesConformance('Node', () => ({
  files: new NodeFiles(),
  directory: mkdtempSync(join(root, 'case-')),
  compress: (format, plain) => (format === 'gzip' ? gzipSync(plain) : zstdCompressSync(plain)),
}))

it('tells links apart and follows them only in stat', () => {
  const files = new NodeFiles()
  const directory = mkdtempSync(join(root, 'links-'))
  files.makeDirectory(join(directory, 'real'))
  symlinkSync(join(directory, 'real'), join(directory, 'way'))
  symlinkSync(join(directory, 'nowhere'), join(directory, 'broken'))
  expect(files.list(directory)).toEqual([
    { name: 'broken', kind: 'link' },
    { name: 'real', kind: 'directory' },
    { name: 'way', kind: 'link' },
  ])
  expect(files.stat(join(directory, 'way'))?.kind).toBe('directory')
  expect(files.stat(join(directory, 'broken'))).toBeNull()
})

it('reads gzip files of several members', async () => {
  const files = new NodeFiles()
  const path = join(root, 'members.gz')
  const file = files.openForAppending(path)
  file.append(gzipSync('one '))
  file.append(gzipSync('two'))
  file.close()
  const compressed = files.openCompressed(path, 'gzip')
  let text = ''
  for (let piece = await compressed.read(); piece !== null; piece = await compressed.read())
    text += new TextDecoder().decode(piece)
  expect(text).toBe('one two')
})
