import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { PipelineDescription } from './pipeline-description.ts'
import { replay } from './pipeline-fuzz.ts'

const folder = new URL('regressions/', import.meta.url)
const files = globSync('*.json', { cwd: folder }).sort()

/** Pipelines in which the engine and the reference once differed; a file for each, as `npm run fuzz` prints them. */
describe('pipelines that once differed', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThan(0)
  })

  it.each(files)('%s', { timeout: 60_000 }, async (file) => {
    const given = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as PipelineDescription | PipelineDescription[]
    expect(await replay(Array.isArray(given) ? given : [given], 1)).toEqual([])
  })
})
