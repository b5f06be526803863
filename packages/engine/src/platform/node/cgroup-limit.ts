import { readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** Reads a file as text; null when it is not there or may not be read. */
export type ReadText = (path: string) => string | null

const ROOT = '/sys/fs/cgroup'

/**
 * How many cores the control groups of this process allow: a fraction, or null without a limit. The tightest limit on
 * the way from the group of the process up to the root counts, with version 1 and version 2 of the interface.
 */
export function cgroupCpuLimit(read: ReadText = readSystemFile): number | null {
  const groups = read('/proc/self/cgroup')
  if (groups === null) return null
  let limit: number | null = null
  for (const line of groups.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined) continue
    if (controllers === '')
      limit = lower(
        limit,
        limitUpwards(path, (folder) => version2Limit(read, folder)),
      )
    else if (controllers.split(',').includes('cpu')) {
      for (const mount of ['cpu', 'cpu,cpuacct'])
        limit = lower(
          limit,
          limitUpwards(path, (folder) => version1Limit(read, mount, folder)),
        )
    }
  }
  return limit
}

function limitUpwards(path: string, limitOf: (folder: string) => number | null): number | null {
  let limit: number | null = null
  for (let folder = path; ; folder = posix.dirname(folder)) {
    limit = lower(limit, limitOf(folder))
    if (folder === '/') return limit
  }
}

/** `cpu.max` holds quota and period in microseconds, or `max` for no quota. */
function version2Limit(read: ReadText, folder: string): number | null {
  const [quota, period] = (read(posix.join(ROOT, folder, 'cpu.max')) ?? '').trim().split(' ')
  return ratio(Number(quota), Number(period))
}

function version1Limit(read: ReadText, mount: string, folder: string): number | null {
  const quota = read(posix.join(ROOT, mount, folder, 'cpu.cfs_quota_us'))
  const period = read(posix.join(ROOT, mount, folder, 'cpu.cfs_period_us'))
  return quota === null || period === null ? null : ratio(Number(quota), Number(period))
}

function ratio(quota: number, period: number): number | null {
  return quota > 0 && period > 0 ? quota / period : null
}

function lower(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}

function readSystemFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not Linux, or a kernel without this file: no limit is known.
    return null
  }
}
