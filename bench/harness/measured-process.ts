import { spawn } from 'node:child_process'
import type { RunResult } from './run-result.ts'

/** A program that prints its result as a line of JSON behind this sign. */
const SIGN = '@'

/** How much of a failed program's error output is shown. */
const ERROR_TEXT_MAX = 4000

export interface MeasuredProgram {
  readonly command: string
  readonly args: readonly string[]
  /** What it is, for messages. */
  readonly title: string
  /** Milliseconds after which it is ended. */
  readonly timeoutMs: number
}

/**
 * Runs a program in a process of its own and answers the result it printed.
 *
 * @throws Error with the program's error output when it failed or printed no result
 */
export async function runMeasured(program: MeasuredProgram): Promise<RunResult> {
  const { command, args, title, timeoutMs } = program
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-ERROR_TEXT_MAX)))
  const end = await new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${title}: ${command} did not start: ${error.message}`)))
    child.once('close', (code, signal) => resolve(signal ?? String(code)))
  })
  const line = output.split('\n').find((text) => text.startsWith(SIGN))
  if (end !== '0' || line === undefined) {
    throw new Error(
      `${title} ended with ${end}${line === undefined ? ' and without a result' : ''}:\n${errors || output}`,
    )
  }
  return JSON.parse(line.slice(SIGN.length)) as RunResult
}

/** Prints the result of this process. */
export function printResult(result: RunResult): void {
  process.stdout.write(`${SIGN}${JSON.stringify(result)}\n`)
}
