import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What the job prints. */
const RESULT = 'the first result'

/** Milliseconds from the start of `jet run` to the moment when the first result of a job can be read on its output. */
export async function firstResultMs(threads: number): Promise<number> {
  const jet = fileURLToPath(new URL('bin/jet.mjs', import.meta.resolve('nacelle/package.json')))
  const job = fileURLToPath(new URL('../workloads/first-result.ts', import.meta.url))
  const beginMs = performance.now()
  const child = spawn(process.execPath, [jet, 'run', '--threads', String(threads), job, RESULT], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let elapsedMs: number | null = null
  const read = (text: string): void => {
    output += text
    if (elapsedMs === null && output.includes(RESULT)) elapsedMs = performance.now() - beginMs
  }
  child.stdout.setEncoding('utf8').on('data', read)
  child.stderr.setEncoding('utf8').on('data', read)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0 || elapsedMs === null) throw new Error(`jet run ended with ${code} and without the result:\n${output}`)
  return elapsedMs
}
