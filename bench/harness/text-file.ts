import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { linePool } from '../workloads/generator.ts'

/** The folder of files that are made, and that the peers are told. */
export const DATA_DIRECTORY = join(import.meta.dirname, '..', 'data')

const TEXT_FILE = join(DATA_DIRECTORY, 'words', 'lines.txt')
const LINES = 1_450_000

/** The text of word_count_file, 29 M words in 199.8 MB: made when it is not there. Answers its path. */
export function textFile(): string {
  if (existsSync(TEXT_FILE)) return TEXT_FILE
  const pool = linePool()
  const block = Buffer.from(pool.map((line) => `${line}\n`).join(''), 'latin1')
  mkdirSync(dirname(TEXT_FILE), { recursive: true })
  const unfinished = `${TEXT_FILE}.unfinished`
  const file = openSync(unfinished, 'w')
  for (let lines = 0; lines < LINES; lines += pool.length) writeSync(file, block)
  closeSync(file)
  renameSync(unfinished, TEXT_FILE)
  return TEXT_FILE
}
