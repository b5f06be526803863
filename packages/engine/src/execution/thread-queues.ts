import { assert } from '../base/assert.ts'
import type { Doorbell } from './doorbell.ts'
import type { QueueConsumer, QueueProducer } from './edge-queue.ts'
import { ExchangeCheck } from './exchange-check.ts'
import type { ExecutionPlan, PlannedEdge, PlannedQueue } from './execution-plan.ts'
import { LocalQueue } from './local-queue.ts'
import { RingQueueConsumer, RingQueueProducer } from './ring-queue.ts'

/**
 * The queue ends that the processors of one thread hold. A queue within the thread is made when its first end is asked
 * for.
 */
export class ThreadQueues {
  readonly #plan: ExecutionPlan
  readonly #shared: SharedArrayBuffer | null
  readonly #doorbell: Doorbell | null
  readonly #local = new Map<PlannedQueue, LocalQueue>()

  constructor(options: {
    readonly plan: ExecutionPlan
    readonly shared: SharedArrayBuffer | null
    readonly doorbell: Doorbell | null
  }) {
    this.#plan = options.plan
    this.#shared = options.shared
    this.#doorbell = options.doorbell
  }

  /** Producing ends of one producer of an edge, by consumer. */
  producers(planned: PlannedEdge, producer: number): readonly QueueProducer[] {
    return planned.queues
      .filter((queue) => queue.producer === producer)
      .map((queue) => {
        if (queue.ringOffset < 0) return this.#localQueue(planned, queue)
        return new RingQueueProducer(this.#ringOptions(planned, queue), queue.consumerThread)
      })
  }

  /** Consuming ends of one consumer of an edge, by producer. */
  consumers(planned: PlannedEdge, consumer: number): readonly QueueConsumer[] {
    return planned.queues
      .filter((queue) => queue.consumer === consumer)
      .map((queue) => {
        if (queue.ringOffset < 0) return this.#localQueue(planned, queue)
        return new RingQueueConsumer(this.#ringOptions(planned, queue), queue.producerThread)
      })
  }

  #localQueue(planned: PlannedEdge, queue: PlannedQueue): LocalQueue {
    let local = this.#local.get(queue)
    if (local === undefined) {
      const { sizes } = this.#plan
      const { source, routing, queueSize } = planned.edge
      local = new LocalQueue(
        planned.layout,
        sizes.batchCapacity,
        Math.min(sizes.queueSize, queueSize),
        routing === 'isolated' ? null : new ExchangeCheck(source.name),
      )
      this.#local.set(queue, local)
    }
    return local
  }

  #ringOptions(planned: PlannedEdge, queue: PlannedQueue) {
    assert(this.#shared !== null && this.#doorbell !== null, 'a plan with several threads needs shared memory')
    return {
      buffer: this.#shared,
      byteOffset: queue.ringOffset,
      dataBytes: this.#plan.sizes.ringBytes,
      layout: planned.layout,
      vertex: planned.edge.source.name,
      ordinal: planned.edge.sourceOrdinal,
      itemBytesMax: this.#plan.sizes.itemBytesMax,
      doorbell: this.#doorbell,
    }
  }
}
