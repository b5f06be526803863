import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NacelleError } from '../base/nacelle-error.ts'
import { defineJob, type JobDefinition } from './job-definition.ts'
import { buildPipeline, loadJob } from './load-job.ts'

let folder: string
let count = 0
const module = (text: string): string => {
  const path = join(folder, `module-${count++}.mjs`)
  writeFileSync(path, text)
  return path
}
const refusal = async (promise: Promise<unknown>): Promise<NacelleError> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(NacelleError)
  return error as NacelleError
}
const job = (config: string): string =>
  `export default { kind: 'nacelle.job', config: ${config}, build: () => ({ readFrom() {} }) }`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-test-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('loadJob', () => {
  it('answers the job that a module exports by default', async () => {
    const definition = await loadJob(module(job(`{ name: 'words' }`)))
    expect(definition.config.name).toBe('words')
    expect(await buildPipeline(definition, [])).toHaveProperty('readFrom')
  })

  it.each([
    ['', 'has no default export (it exports nothing)'],
    ['export const a = 1, b = 2', `has no default export (it exports only 'a', 'b')`],
    ['export default 42', 'is a number, not a job'],
    ['export default function main() {}', 'is the function main, not a job'],
    ['export default () => 1', 'is a function, not a job'],
    ['export default undefined', 'is undefined, not a job'],
    ['export default { name: "x" }', 'is a plain object, not a job'],
    ['export default new Map()', 'is an object of class Map, not a job'],
    ['export default Promise.resolve(1)', 'is a promise'],
    ['export default { readFrom() {} }', 'is a Pipeline, not a job'],
  ])('refuses a module with %j', async (text, message) => {
    const error = await refusal(loadJob(module(text)))
    expect(error.code).toBe('ERR_NOT_A_JOB')
    expect(error.message).toContain(message)
    expect(error.message).toContain('export default defineJob(')
  })

  it('wraps what a module throws while it is imported', async () => {
    const error = await refusal(loadJob(module(`throw new RangeError('too early')`)))
    expect(error.code).toBe('ERR_JOB_IMPORT')
    expect(error.message).toContain('RangeError: too early')
    expect((error.cause as Error).stack).toContain('module-')
  })

  it('wraps thrown values that are no errors', async () => {
    expect((await refusal(loadJob(module(`throw 'text'`)))).message).toContain('"text" was thrown')
  })

  it.each([
    ['{}', 'the job has no name'],
    ['{ name: "" }', 'an empty string'],
    ['null', 'the job has no name'],
    [`{ name: 'x', guarantee: 'exactly-once' }`, `job 'x': guarantee must be`],
  ])('refuses the settings %s', async (config, message) => {
    const error = await refusal(loadJob(module(job(config))))
    expect(error.code).toBe('ERR_JOB_CONFIG')
    expect(error.message).toContain(message)
  })
})

describe('buildPipeline', () => {
  it('hands over the arguments and awaits the builder', async () => {
    const seen: (readonly string[])[] = []
    const pipeline = { readFrom: () => undefined }
    const definition = defineJob({ name: 'x' }, async (args) => {
      seen.push(args)
      return pipeline as never
    })
    expect(await buildPipeline(definition, ['-a', 'b'])).toBe(pipeline)
    expect(seen).toEqual([['-a', 'b']])
  })

  it('wraps what the builder throws', async () => {
    const cause = new Error('no input named')
    const error = await refusal(
      buildPipeline(
        defineJob({ name: 'x' }, () => Promise.reject(cause)),
        [],
      ),
    )
    expect(error).toMatchObject({ code: 'ERR_JOB_BUILD', cause })
    expect(error.message).toBe(`building the pipeline of job 'x' failed: Error: no input named`)
  })

  it('refuses a builder that answers something else', async () => {
    const forgetful: JobDefinition = defineJob({ name: 'x' }, () => undefined as never)
    const error = await refusal(buildPipeline(forgetful, []))
    expect(error.code).toBe('ERR_NOT_A_PIPELINE')
    expect(error.message).toContain('answered undefined')
    expect(error.message).toContain(`is a 'return' missing?`)
  })
})
