// The pipelines that must not compile: `npm run types` checks each; here it is only seen that they are there and say
// why.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const directory = new URL('types/', import.meta.url)
const files = readdirSync(directory).filter((name) => name.endsWith('.test-d.ts'))
const refusals = files.flatMap((name) =>
  readFileSync(new URL(name, directory), 'utf8')
    .split('\n')
    .filter((line) => line.includes('@ts-expect-error')),
)

describe('the pipelines that must not compile', () => {
  it('are many', () => {
    expect(refusals.length).toBeGreaterThanOrEqual(150)
  })

  it('say why', () => {
    expect(refusals.filter((line) => !/@ts-expect-error: \S.{5,}/.test(line))).toEqual([])
  })
})
