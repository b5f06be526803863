import { describe, expect, it } from 'vitest'
import type { NacelleError } from '../base/nacelle-error.ts'
import { AbstractProcessor } from '../core/abstract-processor.ts'
import { DAG } from '../core/dag.ts'
import { Edge } from '../core/edge.ts'
import { DEFAULT_SIZES, planExecution } from '../execution/execution-plan.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { CallWatchdog } from './call-watchdog.ts'
import { ThreadActivity } from './thread-activity.ts'

const DEADLINE_MS = 5000

class Idle extends AbstractProcessor {}

/** Two cooperative threads, and one for a sink that may block. */
function watched() {
  const dag = new DAG()
  const source = dag.newVertex('source', () => new Idle())
  const sink = dag.newVertex('sink', () => new Idle(), { isCooperative: false, localParallelism: 1 })
  dag.edge(Edge.between(source, sink))
  const plan = planExecution(dag, {
    cooperativeThreads: 2,
    sizes: DEFAULT_SIZES,
    placement: 'threads',
    ringFootprint: () => 64,
  })
  const { timers } = fakePlatform()
  const stuck: NacelleError[] = []
  const watchdog = new CallWatchdog({
    jobName: 'trades',
    plan,
    deadlineMs: DEADLINE_MS,
    timers,
    onStuck: (error) => stuck.push(error),
  })
  const threads = Array.from({ length: plan.threads }, (_, i) => new ThreadActivity(watchdog.memoryFor(i)))
  return { timers, stuck, threads }
}

describe('CallWatchdog', () => {
  it('leaves threads alone whose event loop turns', () => {
    const { timers, stuck, threads } = watched()
    for (let i = 0; i < 100; i++) {
      for (const thread of threads) thread.beat()
      timers.advance(DEADLINE_MS / 4)
    }
    expect(stuck).toEqual([])
  })

  it('names the vertex whose function does not come back, once', () => {
    const { timers, stuck, threads } = watched()
    for (const thread of threads) thread.beat()
    threads[1]!.calling[0] = 1
    for (let i = 0; i < 30; i++) {
      threads[0]!.beat()
      timers.advance(DEADLINE_MS / 10)
    }
    expect(stuck.map((error) => [error.code, error.details])).toEqual([
      ['ERR_CALL_DEADLINE', { job: 'trades', vertex: 'source', thread: 1, deadlineMs: DEADLINE_MS }],
    ])
    expect(stuck[0]!.message).toContain("in vertex 'source'")
  })

  it('says so when nothing was called', () => {
    const { timers, stuck, threads } = watched()
    threads[0]!.beat()
    timers.advance(2 * DEADLINE_MS)
    expect(stuck[0]!.details).toMatchObject({ vertex: null, thread: 0 })
  })

  it('leaves threads alone that have not begun, and those of processors that may block', () => {
    const { timers, stuck, threads } = watched()
    threads[2]!.beat()
    timers.advance(10 * DEADLINE_MS)
    expect(stuck).toEqual([])
  })
})
