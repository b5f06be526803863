import { expect, it } from 'vitest'
import { filesConformance } from '../files.conformance.ts'
import { FakeClock } from './fake-clock.ts'
import { fakeCompressed, MemoryFiles } from './memory-files.ts'

filesConformance('memory', () => {
  const files = new MemoryFiles(new FakeClock())
  files.makeDirectory('/case')
  return { files, directory: '/case', compress: fakeCompressed }
})

it('fails as it is told', () => {
  const files = new MemoryFiles(new FakeClock())
  files.write('secret/key', 'x')
  files.failWith('/secret', 'EACCES')
  expect(() => files.list('secret')).toThrow(expect.objectContaining({ code: 'EACCES', path: 'secret' }))
  files.failWith('/secret', null)
  expect(files.list('secret')).toEqual([{ name: 'key', kind: 'file' }])
})
