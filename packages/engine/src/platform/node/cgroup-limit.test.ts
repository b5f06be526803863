import { describe, expect, it } from 'vitest'
import { cgroupCpuLimit } from './cgroup-limit.ts'
import { usableCores } from './node-threads.ts'

const limitOf = (files: Readonly<Record<string, string>>) => cgroupCpuLimit((path) => files[path] ?? null)

describe('cgroupCpuLimit', () => {
  it('knows none where there are no control groups', () => {
    expect(limitOf({})).toBeNull()
  })

  it('reads version 2, inside a container', () => {
    expect(limitOf({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '150000 100000\n' })).toBe(1.5)
    expect(limitOf({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' })).toBeNull()
  })

  it('takes the tightest limit on the way up', () => {
    const files = {
      '/proc/self/cgroup': '0::/kubepods/pod1/container\n',
      '/sys/fs/cgroup/kubepods/pod1/container/cpu.max': '400000 100000',
      '/sys/fs/cgroup/kubepods/pod1/cpu.max': '200000 100000',
      '/sys/fs/cgroup/kubepods/cpu.max': 'max 100000',
    }
    expect(limitOf(files)).toBe(2)
  })

  it('reads version 1', () => {
    const files = {
      '/proc/self/cgroup': '12:memory:/a\n4:cpu,cpuacct:/a\n0::/system.slice\n',
      '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us': '300000\n',
      '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    }
    expect(limitOf(files)).toBe(3)
  })
})

describe('usableCores', () => {
  it.each([
    [8, null, 8],
    [8, 2.5, 2],
    [8, 0.3, 1],
    [2, 16, 2],
  ])('of %s shown and a limit of %s are %s', (shown, limit, expected) => {
    expect(usableCores(shown, limit)).toBe(expected)
  })
})
