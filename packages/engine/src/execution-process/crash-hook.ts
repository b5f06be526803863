import { NacelleError } from '../base/nacelle-error.ts'
import { HOOK_POINTS } from '../jobs/hook-point.ts'

/**
 * Moments in an execution process at which tests end it: it can be started; all blobs of a snapshot are durable and the
 * member does not know it yet; all processors have been told of phase 2 and the member does not know it yet.
 */
const EXECUTION_HOOK_POINTS = ['execution.ready', 'execution.snapshotTaken', 'execution.snapshotFinished'] as const

export type ExecutionHookPoint = (typeof EXECUTION_HOOK_POINTS)[number]

/** The setting of a member's environment, and the one without which it counts for nothing. */
const VARIABLE = 'NACELLE_CRASH_AT'
const SWITCH = 'NACELLE_TEST_HOOKS'

/**
 * Where a process is to end itself, for tests of crashes: the name of a hook point, and behind a colon how often it is
 * passed before (`commit.decided:3` = the third time). Null when nobody asks for that.
 *
 * @throws NacelleError ERR_CRASH_POINT when there is no such point: a test that ends nothing would show nothing
 */
export function crashSetting(environment: Readonly<Record<string, string | undefined>>): string | null {
  const setting = environment[VARIABLE]
  if (setting === undefined || setting === '' || environment[SWITCH] !== '1') return null
  const { point } = parsed(setting)
  const points: readonly string[] = [...HOOK_POINTS, ...EXECUTION_HOOK_POINTS]
  if (points.includes(point)) return setting
  throw new NacelleError(
    'ERR_CRASH_POINT',
    `${VARIABLE}: there is no point '${point}' to end a process at; there are ${points.join(', ')}`,
  )
}

/** Ends this process by SIGKILL when it comes to the point of the setting, as often as that says. */
export function crashHook(setting: string): (point: string) => void {
  const { point: wanted, times } = parsed(setting)
  let passed = 0
  return (point) => {
    if (point === wanted && ++passed === times) process.kill(process.pid, 'SIGKILL')
  }
}

function parsed(setting: string): { readonly point: string; readonly times: number } {
  const [point = '', times = '1'] = setting.split(':')
  return { point, times: Math.max(1, Number.parseInt(times, 10) || 1) }
}
