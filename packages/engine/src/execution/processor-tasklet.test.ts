import { describe, expect, it } from 'vitest'
import { AbstractProcessor } from '../core/abstract-processor.ts'
import { Batch } from '../core/batch.ts'
import type { Inbox } from '../core/inbox.ts'
import type { Processor } from '../core/processor.ts'
import type { ProcessingGuarantee, ProcessorContext } from '../core/processor-context.ts'
import type { Watermark } from '../core/watermark.ts'
import { fakePlatform } from '../platform/fake/fake-platform.ts'
import { Conveyor } from './conveyor.ts'
import { EdgeOutbox } from './edge-outbox.ts'
import { POLL_BARRIER, POLL_BATCH, POLL_DONE, POLL_NOTHING, POLL_WATERMARK } from './edge-queue.ts'
import { LocalQueue } from './local-queue.ts'
import { ProcessorTasklet } from './processor-tasklet.ts'
import type { SnapshotRequest } from './snapshot-output.ts'
import { SpreadingCollector } from './spreading-collector.ts'
import { DONE, MADE_PROGRESS, NO_PROGRESS } from './tasklet.ts'
import { WatermarkCoalescer } from './watermark-coalescer.ts'

const layout = { kind: 'items', timed: false } as const

/** Passes items on and writes down what it is called with. */
class RecordingProcessor extends AbstractProcessor {
  readonly calls: string[] = []
  /** Items it takes from an inbox at a time. */
  appetite = Number.POSITIVE_INFINITY

  override process(ordinal: number, inbox: Inbox): void {
    for (let taken = 0; taken < this.appetite && !inbox.isEmpty(); taken++) {
      if (!this.outbox.offer(inbox.peek())) return
      this.calls.push(`${ordinal}:${String(inbox.poll())}`)
    }
  }

  override tryProcessWatermark(watermark: Watermark): boolean {
    if (!super.tryProcessWatermark(watermark)) return false
    this.calls.push(`w${watermark}`)
    return true
  }

  override completeEdge(ordinal: number): boolean {
    this.calls.push(`edge ${ordinal} done`)
    return true
  }

  override saveToSnapshot(): boolean {
    this.calls.push('save')
    return this.outbox.offerToSnapshot('key', this.calls.length)
  }

  override snapshotCommitPrepare(): boolean {
    this.calls.push('prepare')
    return true
  }

  override snapshotCommitFinish(success: boolean): boolean {
    this.calls.push(`commit ${success}`)
    return true
  }
}

interface Rig {
  readonly tasklet: ProcessorTasklet
  readonly inputs: LocalQueue[][]
  readonly output: LocalQueue
  readonly request: { -readonly [K in keyof SnapshotRequest]: SnapshotRequest[K] }
  readonly saved: unknown[]
  send(queue: LocalQueue, ...items: unknown[]): void
  run(): void
  received(): string[]
}

function rig(
  processor: Processor,
  options: {
    edges?: readonly { queues: number; priority?: number }[]
    guarantee?: ProcessingGuarantee
    queueSize?: number
  } = {},
): Rig {
  const edges = options.edges ?? [{ queues: 1 }]
  const inputs = edges.map(({ queues }) => Array.from({ length: queues }, () => new LocalQueue(layout, 4, 1024)))
  const coalescer = new WatermarkCoalescer(inputs.flat().length)
  let firstQueue = 0
  const conveyors = edges.map(({ queues, priority = 0 }, ordinal) => {
    const conveyor = new Conveyor({ ordinal, priority, queues: inputs[ordinal]!, coalescer, firstQueue })
    firstQueue += queues
    return conveyor
  })
  const output = new LocalQueue(layout, 4, options.queueSize ?? 1024)
  const saved: unknown[] = []
  const snapshotOutput = {
    offer: (key: unknown, value: unknown) => saved.push([key, value]) > 0,
    barrier: (id: number) => saved.push(`barrier ${id}`) > 0,
    offerColumns: (_state: unknown, _from: number, to: number) => to,
    entries: 0,
    paused: () => {},
    finished: (id: number) => void saved.push(`finished ${id}`),
    ended: () => {},
  }
  const outbox = new EdgeOutbox({
    collectors: [new SpreadingCollector([output], layout, 4)],
    layout,
    capacity: 4,
    snapshot: snapshotOutput,
    vertexName: 'v',
  })
  const request = {
    requestedId: 0,
    terminal: false,
    exportOnly: false,
    finishedId: 0,
    finishedWithSuccess: false,
    isOver: true,
  }
  const context = {
    vertexName: 'v',
    platform: fakePlatform(),
    localProcessorIndex: 0,
    guarantee: options.guarantee ?? 'exactlyOnce',
  } as unknown as ProcessorContext
  const tasklet = new ProcessorTasklet({
    processor,
    context,
    outbox,
    conveyors,
    coalescer,
    restores: false,
    snapshotRequest: request,
    snapshotOutput,
  })
  void tasklet.init()
  return {
    tasklet,
    inputs,
    output,
    request,
    saved,
    send(queue, ...items) {
      const batch = new Batch(layout, items.length)
      items.forEach((item, i) => (batch.items[i] = item))
      batch.count = items.length
      expect(queue.offerBatch(batch)).not.toBeNull()
    },
    run() {
      for (let i = 0; i < 100; i++) if (tasklet.call() !== MADE_PROGRESS) return
      throw new Error('the tasklet makes progress for ever')
    },
    received() {
      const texts: string[] = []
      for (;;) {
        const kind = output.poll()
        if (kind === POLL_NOTHING) return texts
        if (kind === POLL_BATCH) texts.push(...output.batch.items.slice(0, output.batch.count).map(String))
        if (kind === POLL_WATERMARK) texts.push(`w${output.watermark}`)
        if (kind === POLL_BARRIER) texts.push(`barrier ${output.barrierId}`)
        if (kind === POLL_DONE) texts.push('done')
      }
    },
  }
}

describe('ProcessorTasklet', () => {
  it('hands over items, watermarks and the end in their order', () => {
    const processor = new RecordingProcessor()
    const { tasklet, inputs, send, run, received } = rig(processor)
    const queue = inputs[0]![0]!
    send(queue, 'a', 'b')
    queue.offerWatermark(5)
    send(queue, 'c')
    queue.offerDone()
    run()
    expect(processor.calls).toEqual(['0:a', '0:b', 'w5', '0:c', 'edge 0 done'])
    expect(received()).toEqual(['a', 'b', 'w5', 'c', 'done'])
    expect(tasklet.call()).toBe(DONE)
    expect([tasklet.itemsIn, tasklet.itemsOut]).toEqual([3, 3])
  })

  it('offers again what a processor leaves in its inbox', () => {
    const processor = new RecordingProcessor()
    processor.appetite = 1
    const { inputs, send, run } = rig(processor)
    send(inputs[0]![0]!, 1, 2, 3)
    inputs[0]![0]!.offerDone()
    run()
    expect(processor.calls).toEqual(['0:1', '0:2', '0:3', 'edge 0 done'])
  })

  it('takes nothing from a batch that its producer is filling again', () => {
    const processor = new RecordingProcessor()
    const { inputs, send, run } = rig(processor)
    const queue = inputs[0]![0]!
    send(queue, 'a')
    run()
    const reused = queue.offerBatch(new Batch(layout, 4))!
    reused.items[0] = reused.items[1] = 'not sent'
    reused.count = 2
    run()
    expect(processor.calls).toEqual(['0:a'])
  })

  it('waits while the output is full and loses nothing', () => {
    const processor = new RecordingProcessor()
    const { tasklet, inputs, send, received } = rig(processor, { queueSize: 4 })
    const queue = inputs[0]![0]!
    const all = Array.from({ length: 40 }, (_, i) => String(i))
    for (let i = 0; i < all.length; i += 4) send(queue, ...all.slice(i, i + 4))
    queue.offerDone()
    const out: string[] = []
    let refusals = 0
    while (tasklet.state !== 'end') {
      if (tasklet.call() === NO_PROGRESS) {
        refusals++
        out.push(...received())
      }
    }
    out.push(...received())
    expect(out).toEqual([...all, 'done'])
    expect(refusals).toBeGreaterThan(3)
  })

  it('reads inputs of a lower priority number to their end first', () => {
    const processor = new RecordingProcessor()
    const { inputs, send, run } = rig(processor, {
      edges: [
        { queues: 1, priority: 0 },
        { queues: 1, priority: -1 },
      ],
    })
    send(inputs[0]![0]!, 'late')
    send(inputs[1]![0]!, 'first')
    run()
    expect(processor.calls).toEqual(['1:first'])
    inputs[1]![0]!.offerDone()
    run()
    expect(processor.calls).toEqual(['1:first', 'edge 1 done', '0:late'])
  })

  it('coalesces the watermarks of all inputs', () => {
    const processor = new RecordingProcessor()
    const { inputs, run } = rig(processor, { edges: [{ queues: 2 }, { queues: 1 }] })
    inputs[0]![0]!.offerWatermark(9)
    inputs[0]![1]!.offerWatermark(7)
    run()
    expect(processor.calls).toEqual([])
    inputs[1]![0]!.offerWatermark(8)
    run()
    expect(processor.calls).toEqual(['w7'])
  })

  it('under exactly-once reads nothing behind a barrier until all inputs have delivered it', () => {
    const processor = new RecordingProcessor()
    const { inputs, send, run, received, saved } = rig(processor, { edges: [{ queues: 2 }] })
    const [one, two] = inputs[0]! as [LocalQueue, LocalQueue]
    send(one, 'before')
    one.offerBarrier(1, false)
    send(one, 'behind')
    send(two, 'other')
    run()
    expect(processor.calls).toEqual(['0:before', '0:other'])
    two.offerBarrier(1, false)
    run()
    expect(processor.calls).toEqual(['0:before', '0:other', 'save', 'prepare', '0:behind'])
    expect(received()).toEqual(['before', 'other', 'barrier 1', 'behind'])
    expect(saved).toEqual([['key', 3], 'barrier 1'])
  })

  it('under at-least-once goes on reading, and saves when the last barrier is there', () => {
    const processor = new RecordingProcessor()
    const { inputs, send, run } = rig(processor, { edges: [{ queues: 2 }], guarantee: 'atLeastOnce' })
    const [one, two] = inputs[0]! as [LocalQueue, LocalQueue]
    one.offerBarrier(1, false)
    send(one, 'behind')
    run()
    expect(processor.calls).toEqual(['0:behind'])
    two.offerBarrier(1, false)
    run()
    expect(processor.calls).toEqual(['0:behind', 'save', 'prepare'])
  })

  it('does not wait for the barrier of an input that has ended', () => {
    const processor = new RecordingProcessor()
    const { inputs, run } = rig(processor, { edges: [{ queues: 2 }, { queues: 1 }] })
    inputs[0]![0]!.offerBarrier(1, false)
    inputs[0]![1]!.offerDone()
    run()
    expect(processor.calls).toEqual([])
    inputs[1]![0]!.offerDone()
    run()
    expect(processor.calls).toEqual(['edge 1 done', 'save', 'prepare'])
  })

  it('lets a source begin a requested snapshot and hear of its commit', () => {
    let left = 2
    class Source extends RecordingProcessor {
      override complete(): boolean {
        if (left === 0) return true
        if (this.outbox.offer(`item ${left}`)) left--
        return false
      }
    }
    const processor = new Source()
    const { tasklet, request, run, received } = rig(processor, { edges: [] })
    tasklet.call()
    request.requestedId = 1
    tasklet.call()
    request.finishedId = 1
    request.finishedWithSuccess = true
    run()
    expect(processor.calls).toEqual(['save', 'prepare', 'commit true'])
    expect(received()).toEqual(['item 2', 'barrier 1', 'item 1', 'done'])
  })

  it('after a terminal snapshot emits nothing more and ends with its commit', () => {
    const processor = new RecordingProcessor()
    const { tasklet, request, inputs, send, run, received } = rig(processor)
    inputs[0]![0]!.offerBarrier(3, true)
    send(inputs[0]![0]!, 'never')
    run()
    expect(tasklet.state).toBe('awaitCommit')
    request.finishedId = 3
    request.finishedWithSuccess = true
    run()
    expect(processor.calls).toEqual(['save', 'prepare', 'commit true'])
    expect(received()).toEqual(['barrier 3', 'done'])
  })

  it('says which processor threw, and keeps the cause', () => {
    const cause = new Error('boom')
    class Throwing extends AbstractProcessor {
      override process(): void {
        throw cause
      }
    }
    const { inputs, send, tasklet } = rig(new Throwing())
    send(inputs[0]![0]!, 1)
    expect(() => tasklet.call()).toThrow(
      expect.objectContaining({
        code: 'ERR_PROCESSOR_FAILED',
        cause,
        message: expect.stringContaining("vertex 'v' threw Error: boom"),
      }),
    )
  })
})
