/**
 * Moments of the protocols at which a process may be ended on purpose, to show that another one goes on correctly from
 * there. A head is `deciding` when its write is about to be sent, and `decided` when it is acknowledged and nobody here
 * has acted on it.
 */
export const HOOK_POINTS = [
  'submit.named',
  'submit.recorded',
  'intent.written',
  'start.deciding',
  'start.decided',
  'init.done',
  'snapshot.saved',
  'manifest.written',
  'commit.deciding',
  'commit.decided',
  'release.done',
  'export.written',
  'suspend.deciding',
  'suspend.decided',
  'resume.deciding',
  'resume.decided',
  'fallBack.deciding',
  'fallBack.decided',
  'end.deciding',
  'end.decided',
  'result.written',
  'removal.recordDeleted',
] as const

export type HookPoint = (typeof HOOK_POINTS)[number]
