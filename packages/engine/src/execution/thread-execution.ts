import { assert } from '../base/assert.ts'
import type { Batch } from '../core/batch.ts'
import type { JobContext, ProcessorContext, SupplierContext } from '../core/processor-context.ts'
import type { ProcessorSupplier } from '../core/processor-supplier.ts'
import type { MetricRegistry } from '../platform/metrics.ts'
import type { Collector } from './collector.ts'
import { createCollector } from './collector-factory.ts'
import { Conveyor } from './conveyor.ts'
import { CooperativeWorker } from './cooperative-worker.ts'
import type { Doorbell } from './doorbell.ts'
import { EdgeOutbox } from './edge-outbox.ts'
import type { ExecutionPlan, PlannedVertex } from './execution-plan.ts'
import { processorError } from './processor-error.ts'
import { ProcessorTasklet } from './processor-tasklet.ts'
import { NO_SNAPSHOT_REQUEST, NO_SNAPSHOTS, type ThreadSnapshots } from './snapshot-output.ts'
import { TaskletMetrics } from './tasklet-metrics.ts'
import { ThreadQueues } from './thread-queues.ts'
import { WatermarkCoalescer } from './watermark-coalescer.ts'

/** What a {@link ThreadExecution} is made of. */
export interface ThreadExecutionOptions {
  readonly plan: ExecutionPlan
  readonly thread: number
  readonly job: JobContext
  /** The buffer with all rings; null when the plan has a single thread. */
  readonly shared: SharedArrayBuffer | null
  /** null when the plan has a single thread. */
  readonly doorbell: Doorbell | null
  /** null when the execution takes no snapshots. */
  readonly snapshots?: ThreadSnapshots | null
  /** Whether state is given through {@link ThreadExecution.restore} between init and run. */
  readonly restores?: boolean
  /** Makes the metrics of one processor. */
  metricsFor(tags: Readonly<Record<string, string>>): MetricRegistry
  isStopped(): boolean
  /** Shows others which tasklet is being called; see CooperativeWorkerOptions. */
  readonly calling?: Int32Array
}

/**
 * The part of one execution that runs on one thread: its processors, tasklets and queues.
 * Life: {@link init}, {@link run}, {@link close}, each once, whatever the one before did.
 */
export class ThreadExecution {
  readonly #options: ThreadExecutionOptions
  readonly #queues: ThreadQueues
  readonly #tasklets: ProcessorTasklet[] = []
  readonly #metrics: TaskletMetrics[] = []
  readonly #suppliers: { readonly supplier: ProcessorSupplier; readonly context: SupplierContext }[] = []
  #worker: CooperativeWorker | null = null

  constructor(options: ThreadExecutionOptions) {
    this.#options = options
    this.#queues = new ThreadQueues(options)
  }

  /** Makes and initialises this thread's processors. Rejects with the first failure. */
  async init(): Promise<void> {
    for (const planned of this.#options.plan.vertices) await this.#initVertex(planned)
    const { job, doorbell, snapshots } = this.#options
    this.#worker = new CooperativeWorker({
      tasklets: snapshots === null || snapshots === undefined ? this.#tasklets : [...this.#tasklets, snapshots.writer],
      clock: job.platform.clock,
      timers: job.platform.timers,
      doorbell,
      isStopped: this.#options.isStopped,
      ...(this.#options.calling && { calling: this.#options.calling }),
      onTurn: () => this.#publishMetrics(),
    })
    // All settle before the first failure is told: what is still being opened could not be closed.
    const results = await Promise.allSettled(this.#tasklets.map((tasklet) => tasklet.init()))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** Gives a processor of this thread entries of a snapshot that are its own. */
  restore(vertexName: string, localProcessorIndex: number, entries: Batch): void {
    const tasklet = this.#tasklets.find(
      ({ context }) => context.vertexName === vertexName && context.localProcessorIndex === localProcessorIndex,
    )
    assert(tasklet !== undefined, `processor ${localProcessorIndex} of vertex '${vertexName}' is not on this thread`)
    tasklet.restore(entries)
  }

  /** Runs until all tasklets are done or the execution is stopped. Rejects with the first failure. */
  async run(): Promise<void> {
    await this.#worker!.run()
  }

  /** Closes processors and suppliers. What they throw is logged and changes nothing. */
  async close(error: unknown): Promise<void> {
    const { logger } = this.#options.job
    for (const tasklet of this.#tasklets) {
      try {
        await tasklet.close(error)
      } catch (closeError) {
        logger.log('warn', `closing processor ${tasklet.name} failed: ${String(closeError)}`)
      }
    }
    for (const { supplier, context } of this.#suppliers) {
      try {
        await supplier.close?.(error)
      } catch (closeError) {
        logger.log('warn', `closing the supplier of vertex '${context.vertexName}' failed: ${String(closeError)}`)
      }
    }
    this.#publishMetrics()
  }

  async #initVertex(planned: PlannedVertex): Promise<void> {
    const localIndices = planned.threadOf.flatMap((thread, index) => (thread === this.#options.thread ? [index] : []))
    if (localIndices.length === 0) return
    const { vertex, localParallelism } = planned
    const { job } = this.#options
    const supplierContext: SupplierContext = {
      ...job,
      vertexName: vertex.name,
      localParallelism,
      totalParallelism: localParallelism * job.memberCount,
    }
    const supplier = vertex.metaSupplier.get()
    this.#suppliers.push({ supplier, context: supplierContext })
    const contexts = localIndices.map((index) => this.#contextOf(supplierContext, index))
    try {
      await supplier.init?.(supplierContext)
    } catch (error) {
      throw processorError(error, contexts[0]!, 'supplier init')
    }
    const processors = supplier.get(localIndices)
    localIndices.forEach((index, i) => this.#addTasklet(planned, index, processors[i]!, contexts[i]!))
  }

  #contextOf(supplierContext: SupplierContext, localProcessorIndex: number): ProcessorContext {
    const { memberIndex, localParallelism, vertexName } = supplierContext
    return {
      ...supplierContext,
      localProcessorIndex,
      globalProcessorIndex: memberIndex * localParallelism + localProcessorIndex,
      metrics: this.#options.metricsFor({ vertex: vertexName, processor: String(localProcessorIndex) }),
      wake: () => this.#worker?.wake(),
    }
  }

  #addTasklet(
    planned: PlannedVertex,
    index: number,
    processor: ReturnType<ProcessorSupplier['get']>[number],
    context: ProcessorContext,
  ): void {
    const { sizes } = this.#options.plan
    const snapshotOutput = this.#options.snapshots?.outputFor(context) ?? NO_SNAPSHOTS
    const collectors: Collector[] = planned.outbound.map((edge) =>
      createCollector(edge, this.#queues.producers(edge, index), sizes),
    )
    const outbox = new EdgeOutbox({
      collectors,
      layout: { kind: 'items', timed: planned.vertex.timed },
      capacity: sizes.batchCapacity,
      snapshot: snapshotOutput,
      vertexName: planned.vertex.name,
    })
    const inputs = planned.inbound
      .map((edge) => ({ edge, queues: this.#queues.consumers(edge, index) }))
      .filter((input) => input.queues.length > 0)
    const coalescer = new WatermarkCoalescer(inputs.reduce((sum, input) => sum + input.queues.length, 0))
    let firstQueue = 0
    const conveyors = inputs.map(({ edge, queues }) => {
      const conveyor = new Conveyor({
        ordinal: edge.edge.destinationOrdinal,
        priority: edge.edge.priority,
        queues,
        coalescer,
        firstQueue,
      })
      firstQueue += queues.length
      return conveyor
    })
    const tasklet = new ProcessorTasklet({
      processor,
      context,
      outbox,
      conveyors,
      coalescer,
      restores: this.#options.restores ?? false,
      snapshotRequest: this.#options.snapshots?.request ?? NO_SNAPSHOT_REQUEST,
      snapshotOutput,
    })
    this.#tasklets.push(tasklet)
    this.#metrics.push(new TaskletMetrics(tasklet, context.metrics))
  }

  #publishMetrics(): void {
    for (const metrics of this.#metrics) metrics.publish()
  }
}
