import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** How much less than the member an execution process gets of a busy machine. */
const NICENESS = 10

/** How much sooner than the member an execution process is ended by a system that lacks memory; 1000 is the most. */
const OOM_SCORE_MORE = 500
const OOM_SCORE_MAX = 1000

/** Where the program that sets limits of a running process lies; the environment has no search path. */
const PRLIMIT_PATHS = ['/usr/bin/prlimit', '/bin/prlimit', '/usr/sbin/prlimit']

/**
 * Puts this process behind others: in processor time, and when memory is short. What the system does not offer is left
 * as it is: the process runs, only less politely.
 */
export function stepBack(): void {
  // On Linux each thread has its own niceness; those that come later take it over.
  for (const thread of threadIds()) {
    try {
      setPriority(thread, NICENESS)
    } catch {
      // The thread has ended meanwhile.
    }
  }
  try {
    const score = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'))
    writeFileSync('/proc/self/oom_score_adj', String(Math.min(OOM_SCORE_MAX, score + OOM_SCORE_MORE)))
  } catch {
    // Not Linux.
  }
}

/**
 * Bounds the memory of this process to what it has now and `moreBytes`, from outside of JavaScript: heaps, buffers,
 * stacks, whatever can be written. Answers whether that was possible: it takes Linux and the program `prlimit`.
 */
export async function limitMemory(moreBytes: number): Promise<boolean> {
  const program = PRLIMIT_PATHS.find((path) => existsSync(path))
  const dataBytes = dataSegmentBytes()
  if (program === undefined || dataBytes === null) return false
  const limit = Math.ceil(dataBytes + moreBytes)
  return new Promise((resolve) => {
    execFile(program, ['--pid', String(process.pid), `--data=${limit}:${limit}`], (error) => resolve(error === null))
  })
}

function threadIds(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    // Not Linux: there 0 means the whole process.
    return [0]
  }
}

/** Memory of this process that it may write to, touched or not; null where the system does not tell. */
function dataSegmentBytes(): number | null {
  try {
    const kilobytes = /^VmData:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    // Not Linux.
    return null
  }
}
