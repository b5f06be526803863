import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../platform/logger.ts'
import type { Timers } from '../platform/timers.ts'

/** What tells a process from another that got its number later. */
interface ProcessRecord {
  readonly pid: number
  /** Clock ticks between the start of the machine and that of the process. */
  readonly startTicks: string
  /** Stands on the command line of the process. */
  readonly token: string
}

/** How often an ended process is looked at, and how often at most. */
const LOOK_MS = 10
const LOOKS_MAX = 200

/**
 * The execution processes of a member, noted in its data folder: whoever opens the folder next ends those that have
 * outlived their member. A process is only ended when its number, its start time and the token on its command line all
 * agree with the note: numbers are used again.
 *
 * This needs `/proc`. Elsewhere leftovers end by themselves only, when they notice that the member has gone.
 */
export class ProcessRecords {
  readonly #folder: string

  /** @param folder holds one small file for each process */
  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** Notes a process that was just started. */
  add(pid: number, token: string): void {
    const startTicks = startTicksOf(pid)
    if (startTicks === null) return
    const record: ProcessRecord = { pid, startTicks, token }
    writeFileSync(this.#pathOf(pid), JSON.stringify(record))
  }

  /** Forgets a process that has ended. */
  remove(pid: number): void {
    rmSync(this.#pathOf(pid), { force: true })
  }

  /** Ends what is left of former members, and waits until it has gone: for two seconds at most. */
  async endLeftovers(logger: Logger, timers: Timers): Promise<void> {
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name)
      const record = parsedRecord(readFileSync(path, 'utf8'))
      if (record !== null && isRunning(record)) {
        logger.log('warn', `Ending the execution process ${record.pid}, which has outlived its member`)
        await end(record, logger, timers)
      }
      rmSync(path, { force: true })
    }
  }

  #pathOf(pid: number): string {
    return join(this.#folder, `${pid}.json`)
  }
}

async function end(record: ProcessRecord, logger: Logger, timers: Timers): Promise<void> {
  try {
    process.kill(record.pid, 'SIGKILL')
  } catch (error) {
    // It has ended meanwhile, or belongs to somebody else: then it is not ours to wait for.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
    logger.log('warn', `The execution process ${record.pid} cannot be ended: ${String(error)}`)
    return
  }
  for (let look = 0; look < LOOKS_MAX && isRunning(record); look++) {
    await new Promise<void>((resolve) => void timers.after(LOOK_MS, resolve))
  }
  if (isRunning(record)) logger.log('warn', `The execution process ${record.pid} does not end`)
}

/** Null for what is no record: a file that was cut off when the machine stopped. */
function parsedRecord(text: string): ProcessRecord | null {
  let value: Partial<Record<keyof ProcessRecord, unknown>> | null
  try {
    value = JSON.parse(text) as Partial<Record<keyof ProcessRecord, unknown>> | null
  } catch {
    // A cut off file is no JSON.
    return null
  }
  const { pid, startTicks, token } = value ?? {}
  const isRecord =
    Number.isSafeInteger(pid) && (pid as number) > 1 && typeof startTicks === 'string' && typeof token === 'string'
  return isRecord && token !== '' ? { pid: pid as number, startTicks, token } : null
}

function isRunning(record: ProcessRecord): boolean {
  if (startTicksOf(record.pid) !== record.startTicks) return false
  const commandLine = readIfThere(`/proc/${record.pid}/cmdline`)
  return commandLine !== null && commandLine.split('\0').includes(`--token=${record.token}`)
}

/** Null when there is no such process, or only what nobody has waited for yet; or no `/proc`. */
function startTicksOf(pid: number): string | null {
  const stat = readIfThere(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The name of the program, in parentheses, may contain anything. Behind it: state (3rd field) to start time (22nd).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? null : (fields[19] ?? null)
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended, or this system has no such files.
    return null
  }
}
