import type { JobRecord } from './documents/job-record.ts'
import {
  onExecutionCompleted,
  onJobRemoved,
  onRemovalFailed,
  onRemovalTimer,
  onResultFailed,
  onResultTimer,
  onResultWritten,
  onTerminationWhileClosing,
} from './machine/end-transitions.ts'
import {
  defer,
  onHeadRead,
  onHeadUnavailable,
  onHeadUnknown,
  onHeadUnreadable,
  onHeadWritten,
  onRetryTimer,
} from './machine/head-transitions.ts'
import type { JobEffect } from './machine/job-effect.ts'
import type { EventOf, JobEvent } from './machine/job-event.ts'
import type { JobState, StateKind, StateOf } from './machine/job-state.ts'
import { executionOf } from './machine/job-view.ts'
import { refusalIn } from './machine/refusal.ts'
import { onExecutionEnded, onExportWhileRunning, onTerminationWhileRunning } from './machine/running-transitions.ts'
import {
  onExportFailed,
  onExportWritten,
  onManifestWritten,
  onSnapshotFailed,
  onSnapshotFinished,
  onSnapshotSaved,
  onSnapshotTimer,
} from './machine/snapshot-transitions.ts'
import {
  onAdopted,
  onInitFailed,
  onInitialized,
  onNeedlessResume,
  onStartPermitted,
  onStartRefused,
  onStartTimer,
  onTerminationWhileStarting,
  onTerminationWhileWaiting,
} from './machine/start-transitions.ts'
import { refuse, type Step } from './machine/step.ts'
import { stepDown } from './machine/step-down.ts'
import {
  onExportWhileSuspended,
  onResume,
  onSuspendedExportFailed,
  onSuspendedExportWritten,
  onTerminationWhileSuspended,
} from './machine/suspension-transitions.ts'

type Transition<K extends StateKind, T extends JobEvent['type']> = (state: StateOf<K>, event: EventOf<T>) => Step
type Row<K extends StateKind> = { readonly [T in JobEvent['type']]?: Transition<K, T> }

/**
 * Every transition of a job. A pair that is not here changes nothing: a command is refused with the state's name, and
 * whatever else happens is dropped, as it is an answer that came too late.
 *
 * Invariants, over any order of events:
 * - M1: an execution is made only when the one before it was closed, by `complete` and its answer.
 * - M2: ids of snapshots rise strictly with each try, also over damaged ones.
 * - M3: sinks are told to release a snapshot only after the write of the head that names it was acknowledged.
 * - M4: an execution restores the snapshot of the last acknowledged head, and nothing else.
 * - M5: `ended` and `deposed` are never left, and nothing is done in them.
 * - M6: while it is not known whether a head was written, no execution is made and no snapshot is begun or released.
 * - M7: every snapshot that was begun is finished once, unless its execution ended before.
 * - M8: every command is answered once.
 * - M9: the host is asked nothing about an execution after its `complete`.
 */
const TRANSITIONS: { readonly [K in StateKind]: Row<K> } = {
  unclaimed: {
    adopted: onAdopted,
  },
  waiting: {
    startPermitted: onStartPermitted,
    startRefused: onStartRefused,
    timerFired: onStartTimer,
    terminationRequested: onTerminationWhileWaiting,
    resumeRequested: onNeedlessResume,
  },
  starting: {
    initialized: onInitialized,
    initFailed: onInitFailed,
    terminationRequested: onTerminationWhileStarting,
    resumeRequested: onNeedlessResume,
  },
  running: {
    executionEnded: onExecutionEnded,
    timerFired: onSnapshotTimer,
    snapshotSaved: onSnapshotSaved,
    snapshotFailed: onSnapshotFailed,
    manifestWritten: onManifestWritten,
    manifestFailed: onSnapshotFailed,
    exportWritten: onExportWritten,
    exportFailed: onExportFailed,
    snapshotFinished: onSnapshotFinished,
    terminationRequested: onTerminationWhileRunning,
    exportRequested: onExportWhileRunning,
    resumeRequested: onNeedlessResume,
  },
  closing: {
    executionCompleted: onExecutionCompleted,
    terminationRequested: onTerminationWhileClosing,
  },
  suspended: {
    resumeRequested: onResume,
    terminationRequested: onTerminationWhileSuspended,
    exportRequested: onExportWhileSuspended,
  },
  exportingSuspended: {
    exportWritten: onSuspendedExportWritten,
    exportFailed: onSuspendedExportFailed,
  },
  writingHead: {
    headWritten: onHeadWritten,
    headUnavailable: onHeadUnavailable,
    headUnknown: onHeadUnknown,
    headRead: onHeadRead,
    headUnreadable: onHeadUnreadable,
    timerFired: onRetryTimer,
    executionEnded: defer,
    terminationRequested: defer,
    resumeRequested: defer,
    exportRequested: defer,
  },
  recordingResult: {
    resultWritten: onResultWritten,
    resultFailed: onResultFailed,
    timerFired: onResultTimer,
  },
  removing: {
    jobRemoved: onJobRemoved,
    removalFailed: onRemovalFailed,
    timerFired: onRemovalTimer,
  },
  ended: {},
  deposed: {},
}

/** The state of a job before its coordinator has claimed it. */
export function unclaimed(record: JobRecord): JobState {
  return { kind: 'unclaimed', record }
}

/** What an event makes of a job: its next state, and what is to be done. */
export function step(state: JobState, event: JobEvent): { state: JobState; effects: readonly JobEffect[] } {
  const effects: JobEffect[] = []
  let current = state
  const events: JobEvent[] = [event]
  for (let next = events.shift(); next !== undefined; next = events.shift()) {
    const taken = stepOnce(current, next)
    current = taken.state
    effects.push(...taken.effects)
    if (taken.replay !== undefined) events.unshift(...taken.replay)
  }
  return { state: current, effects }
}

/** The state after another coordinator was found to have the job, by other means than a write of its head. */
export function depose(state: JobState, why: string): { state: JobState; effects: readonly JobEffect[] } {
  if (state.kind === 'ended' || state.kind === 'deposed') return { state, effects: [] }
  const { replay = [], ...taken } = stepDown(state, why)
  return replay.reduce<{ state: JobState; effects: readonly JobEffect[] }>((so, event) => {
    const next = stepOnce(so.state, event)
    return { state: next.state, effects: [...so.effects, ...next.effects] }
  }, taken)
}

function stepOnce(state: JobState, event: JobEvent): Step {
  // M9: answers about another execution than the one at hand are late.
  if (
    'executionId' in event &&
    event.type !== 'startPermitted' &&
    event.executionId !== executionOf(state)?.executionId
  ) {
    return { state, effects: [] }
  }
  const transition = TRANSITIONS[state.kind][event.type] as Transition<StateKind, JobEvent['type']> | undefined
  if (transition !== undefined) return transition(state, event)
  switch (event.type) {
    case 'terminationRequested':
    case 'resumeRequested':
    case 'exportRequested':
      return { state, effects: [refuse(event.commandId, refusalIn(state, event))] }
    default:
      return { state, effects: [] }
  }
}
