// Runs generated pipelines in the engine and in the reference interpreter until they differ:
//   npm run fuzz -- [--cases N] [--seed S] [--processes P]
//   npm run fuzz -- --replay '<JSON of a pipeline, or of several>'
// A difference is shown with the shrunk pipeline and the command that replays it; the exit code is then 1.
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { NODE_CLOCK } from '../packages/engine/src/platform/node/node-clock.ts'
import { descriptionText } from '../packages/engine/src/testing/generated/description-text.ts'
import type { PipelineDescription } from '../packages/engine/src/testing/generated/pipeline-description.ts'
import {
  type FuzzFailure,
  fuzzInPlace,
  fuzzOnThreads,
  replay,
} from '../packages/engine/src/testing/generated/pipeline-fuzz.ts'

const DEFAULT_CASES = 20_000
/** In-place cases for each job on threads, which holds a dozen pipelines on average. */
const CASES_PER_THREAD_JOB = 150
const PROGRESS_EVERY_MS = 10_000

/** From a process that fuzzes to the one that started it. */
type FuzzMessage = { readonly cases: number; readonly jobs: number } | { readonly failure: string }

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: String(DEFAULT_CASES) },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    processes: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    replay: { type: 'string' },
    part: { type: 'string' },
  },
})
const cases = wholeNumber('cases', values.cases)
const seed = wholeNumber('seed', values.seed)
const processes = wholeNumber('processes', values.processes)

if (values.replay !== undefined) await replayGiven(values.replay)
else if (values.part === undefined) await startParts()
else await runPart(wholeNumber('part', values.part))

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  console.error(`--${name} takes a whole number, not '${text}'`)
  process.exit(2)
}

async function replayGiven(json: string): Promise<void> {
  const given = JSON.parse(json) as PipelineDescription | readonly PipelineDescription[]
  const descriptions = Array.isArray(given) ? given : [given as PipelineDescription]
  const failures = await replay(descriptions)
  for (const failure of failures) console.log(failureText(failure))
  console.log(`${failures.length} differences`)
  process.exitCode = failures.length === 0 ? 0 : 1
}

async function startParts(): Promise<void> {
  console.log(`seed ${seed}: ${cases} cases in ${processes} processes`)
  const counts = Array.from({ length: processes }, () => ({ cases: 0, jobs: 0 }))
  const done = (name: 'cases' | 'jobs') => counts.reduce((sum, count) => sum + count[name], 0)
  const progress = () => console.log(`${done('cases')} cases, ${done('jobs')} jobs on threads, no difference`)
  const timer = setInterval(progress, PROGRESS_EVERY_MS)
  let failed = false
  const children = counts.map((_, part) =>
    fork(import.meta.filename, [`--cases=${cases}`, `--seed=${seed}`, `--processes=${processes}`, `--part=${part}`]),
  )
  const parts = children.map((child, part) => {
    const count = counts[part]!
    child.on('message', (message: FuzzMessage) => {
      if (!('failure' in message)) return void Object.assign(count, message)
      failed = true
      console.log(message.failure)
      for (const other of children) if (other !== child) other.kill()
    })
    return new Promise<void>((resolve) => {
      child.on('exit', (code) => {
        if (code !== 0 && !failed) console.log(`a fuzzing process ended with code ${code}`)
        failed ||= code !== 0
        resolve()
      })
    })
  })
  await Promise.all(parts)
  clearInterval(timer)
  const outcome = failed ? 'a difference was found' : 'no difference'
  console.log(`${done('cases')} cases, ${done('jobs')} jobs on threads, ${outcome} (seed ${seed})`)
  process.exitCode = failed ? 1 : 0
}

async function runPart(part: number): Promise<void> {
  const own = Math.ceil((cases - part) / processes)
  const count = { cases: 0, jobs: 0 }
  const tell = (message: FuzzMessage) => process.send?.(message)
  const tellCount = () => tell({ ...count })
  const partSeed = seed + part * 1_000_003
  const clock = NODE_CLOCK
  const jobs = Math.ceil(own / CASES_PER_THREAD_JOB)
  const failure =
    (await fuzzInPlace({
      cases: own,
      seed: partSeed,
      clock,
      onCase: () => ++count.cases % 100 === 0 && tellCount(),
    })) ?? (await fuzzOnThreads({ cases: jobs, seed: partSeed, clock, onCase: () => ++count.jobs && tellCount() }))
  tellCount()
  if (failure !== null) tell({ failure: failureText(failure) })
  process.disconnect?.()
  process.exitCode = failure === null ? 0 : 1
}

function failureText({ descriptions, variant, difference }: FuzzFailure): string {
  return [
    '',
    `DIFFERENCE with ${JSON.stringify(variant)}`,
    ...descriptions.map(descriptionText),
    difference,
    'Replay it:',
    `  npm run fuzz -- --replay '${JSON.stringify(descriptions).replaceAll("'", String.raw`\u0027`)}'`,
    '',
  ].join('\n')
}
