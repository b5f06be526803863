import { assert } from '../base/assert.ts'
import { generateFunction } from '../base/generated-code.ts'
import { ChainChecks } from './chain-checks.ts'
import { chainSource } from './chain-source.ts'
import { type ChainInput, type ChainStage, givesSeveral, type StageFunction } from './chain-stage.ts'

/** Takes an item into a user's sink; may answer a promise that has to settle before the next. */
export type ReceiveFunction = (sink: never, item: never, timestamp: number) => unknown

/** The loop as generated. */
type SinkRun = (batch: ChainInput, from: number, to: number, output: typeof NO_OUTPUT, capacity: number) => number

/** What a {@link SinkChain} is made of. */
export interface SinkChainOptions {
  readonly vertexName: string
  /** Stages in front of the sink; no flatMap, no tokenizer. */
  readonly stages: readonly ChainStage[]
  readonly receive: ReceiveFunction
  readonly timed: boolean
  log(text: string): void
}

/**
 * Stateless stages with a sink at their end as one generated loop. An item that only a map makes and only the sink
 * reads then often needs no object at all: the compiler sees both ends.
 */
export class SinkChain {
  /** What `receive` answered when it was a promise; the loop has stopped behind that item. */
  promise: PromiseLike<unknown> | null = null
  /** The item that {@link promise} belongs to. */
  promiseItem: unknown = undefined
  readonly #run: SinkRun

  constructor(options: SinkChainOptions) {
    const { stages, receive, timed, vertexName } = options
    assert(!stages.some(givesSeveral), 'a sink chain has no stage that gives several items for one')
    const checks = new ChainChecks(vertexName, [
      ...stages,
      { kind: 'map', name: 'receive', fn: receive as StageFunction },
    ])
    const { text, names, values } = chainSource(stages, timed, {
      text: (x, time, stop) => `const answer = receive(chain.sink, ${x}, ${time});
if (answer !== undefined && typeof answer === 'object' && answer !== null && typeof answer.then === 'function') { chain.promise = answer; chain.promiseItem = ${x}; ${stop} }`,
      names: ['receive'],
      values: [receive],
    })
    const make = generateFunction<{ run: SinkRun }>('sink-chain', ['chain', 'checks', 'log', ...names], text)
    this.#run = make(this, checks, options.log, ...values).run
  }

  /** The user's sink object. */
  sink: unknown = undefined

  /** Gives entries `from` … `to` to the sink; answers the index of the first that is not consumed. */
  run(batch: ChainInput, from: number, to: number): number {
    return this.#run(batch, from, to, NO_OUTPUT, Number.POSITIVE_INFINITY)
  }
}

/** Stands where chains have their output batch. */
const NO_OUTPUT = {
  count: 0,
  items: [] as unknown[],
  timestamps: null as Float64Array | null,
  numbers: null,
  numbering: null,
  reserve: (_capacity: number) => {},
}
