import { partitionOf } from '../base/key-hash.ts'
import type { Processor } from '../core/processor.ts'
import { ownerOfPartition } from '../execution/partition-owner.ts'
import { ProcessorRig, type ProcessorRigOptions } from './processor-rig.ts'
import type { RigEntry } from './recording-queue.ts'
import { valueText } from './reference/value-text.ts'

/** What happens to a vertex: entries come to the processors that own their keys, watermarks to all. */
export type RunStep = { readonly entry: RigEntry } | { readonly watermark: number }

/** A vertex that may be stopped and started again. */
export interface InterruptibleVertex {
  create(): Processor
  readonly options: ProcessorRigOptions
}

/** Where a run is cut, and how many processors there are before and after. */
export interface Interruption {
  /** Steps before the snapshot. */
  readonly at: number
  readonly before: number
  readonly after: number
}

/** All that the vertex emits, each as a line, when nothing happens to it. */
export function uninterruptedRun(vertex: InterruptibleVertex, steps: readonly RunStep[]): readonly string[] {
  const processors = new Processors(vertex, 1)
  processors.take(steps)
  return processors.complete()
}

/**
 * The same when a snapshot is taken, from which other processors start. Those of before go on for a while, as they do
 * while a snapshot is being encoded; what they emit then counts for nothing.
 *
 * @param stepsAnew makes the steps, with values of their own: processors keep accumulators that they are given
 */
export function interruptedRun(
  vertex: InterruptibleVertex,
  stepsAnew: () => readonly RunStep[],
  { at, before, after }: Interruption,
): readonly string[] {
  const first = new Processors(vertex, before)
  const steps = stepsAnew()
  first.take(steps.slice(0, at))
  const emitted = first.snapshot()
  first.take(steps.slice(at))
  const chunks = first.rigs.flatMap((rig) => rig.saved)
  const second = new Processors(vertex, after)
  for (const rig of second.rigs) rig.restore(chunks)
  second.take(stepsAnew().slice(at))
  return [...emitted, ...second.complete()].sort()
}

class Processors {
  readonly rigs: readonly ProcessorRig[]

  constructor({ create, options }: InterruptibleVertex, parallelism: number) {
    this.rigs = Array.from(
      { length: parallelism },
      (_, processorIndex) => new ProcessorRig(create(), { ...options, parallelism, processorIndex }),
    )
  }

  take(steps: readonly RunStep[]): void {
    for (const step of steps) {
      if ('watermark' in step) for (const rig of this.rigs) rig.feedWatermark(step.watermark)
      else this.rigs[ownerOfPartition(partitionOf(step.entry.key), this.rigs.length)]!.feedKeyed([step.entry])
    }
  }

  /** What was emitted in front of the barrier. */
  snapshot(): readonly string[] {
    for (const rig of this.rigs) rig.barrier()
    return this.#lines()
  }

  complete(): readonly string[] {
    for (const rig of this.rigs) rig.complete()
    return this.#lines().sort()
  }

  #lines(): string[] {
    return this.rigs.flatMap(({ events }) =>
      events.flatMap((event) => (event.kind === 'item' ? [`${valueText(event.item)} @ ${event.timestamp}`] : [])),
    )
  }
}
