import type { JobHead } from '../documents/job-head.ts'
import type { JobEffect } from './job-effect.ts'
import type { HeadPurpose, JobFacts } from './job-state.ts'
import type { Step } from './step.ts'

/** Begins to change the head. Until it is known whether that has happened, nothing else does. */
export function writeHead(
  facts: JobFacts,
  change: Partial<JobHead>,
  purpose: HeadPurpose,
  effects: readonly JobEffect[] = [],
): Step {
  const head: JobHead = {
    ...facts.head,
    snapshotIdMax: facts.snapshotIdMax,
    ...change,
    write: facts.head.write + 1,
  }
  return {
    state: { kind: 'writingHead', facts, head, purpose, phase: 'sent', tries: 0, mayBeApplied: false, deferred: [] },
    effects: [...effects, { type: 'writeHead', head, expected: facts.revision }],
  }
}
