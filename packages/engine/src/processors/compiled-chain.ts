import { generateFunction } from '../base/generated-code.ts'
import { ChainChecks, type HalfRead } from './chain-checks.ts'
import { chainSource } from './chain-source.ts'
import type { ChainEnvironment, ChainInput, ChainOutput, ChainProgram, ChainStage } from './chain-stage.ts'
import { type TextTokenizer, TokenIterator } from './text-tokenizer.ts'

/** `run` as generated. */
type RunFunction = (batch: ChainInput, from: number, to: number, output: ChainOutput, capacity: number) => number
/** What follows one stage that gives several items, as generated: takes one of its results. */
type TailFunction = (item: unknown, timestamp: number, output: ChainOutput, capacity: number) => void

/** What the generated text evaluates to. */
interface GeneratedChain {
  readonly run: RunFunction
  readonly tails: readonly (TailFunction | null)[]
}

/**
 * A chain as one generated function around the user's closures: no call of ours, no allocation of ours per item.
 * Arrays returned by flatMap and the tokens of texts are looped over in place; other iterables, rare and possibly
 * endless, are read through {@link read}.
 */
export class CompiledChain implements ChainProgram {
  /** Half-read iterators, the innermost last. */
  #halfRead: HalfRead[] = []
  readonly #run: RunFunction
  readonly #tails: readonly (TailFunction | null)[]
  readonly #checks: ChainChecks
  /** Mirrors `halfRead.length > 0` for the generated code. */
  isSuspended = false

  constructor(stages: readonly ChainStage[], environment: ChainEnvironment, timed: boolean) {
    this.#checks = new ChainChecks(environment.vertexName, stages)
    const { text, names, values } = chainSource(stages, timed)
    const make = generateFunction<GeneratedChain>('chain', ['chain', 'checks', 'log', ...names], text)
    const made = make(this, this.#checks, environment.log, ...values)
    this.#run = made.run
    this.#tails = made.tails
  }

  run(batch: ChainInput, from: number, to: number, output: ChainOutput, capacity: number): number {
    return this.#run(batch, from, to, output, capacity)
  }

  resume(output: ChainOutput, capacity: number): void {
    while (this.#halfRead.length > 0) {
      const top = this.#halfRead.pop()!
      const outer = this.#halfRead
      this.#halfRead = []
      this.isSuspended = false
      this.#readOn(top, output, capacity)
      this.#halfRead = [...outer, ...this.#halfRead]
      this.isSuspended = this.#halfRead.length > 0
      if (output.count >= capacity) return
    }
  }

  /** For the generated code: reads a flatMap result that is not an array. */
  read(result: unknown, stage: number, item: unknown, timestamp: number, output: ChainOutput, capacity: number): void {
    this.#readOn({ stage, iterator: this.#checks.iteratorOf(result, stage, item), timestamp, item }, output, capacity)
  }

  /**
   * For the generated code: something inside entry `next - 1` of an array is half read; the rest waits outside of it.
   */
  suspendArray(array: readonly unknown[], next: number, stage: number, timestamp: number): void {
    this.#suspend({ stage, iterator: array.slice(next).values(), timestamp })
  }

  /**
   * For the generated code: the output is full, or something inside the last token is half read; the rest of the text
   * waits.
   */
  suspendText(tokenizer: TextTokenizer, text: string, position: number, stage: number, timestamp: number): void {
    this.#suspend({ stage, iterator: new TokenIterator(tokenizer, text, position), timestamp })
  }

  #readOn(half: HalfRead, output: ChainOutput, capacity: number): void {
    const tail = this.#tails[half.stage]!
    for (;;) {
      if (output.count >= capacity) return this.#suspend(half)
      let next: IteratorResult<unknown>
      try {
        next = half.iterator.next()
      } catch (error) {
        throw this.#checks.failure(error, half.stage, half.item)
      }
      if (next.done === true) return
      tail(next.value, half.timestamp, output, capacity)
      if (this.isSuspended) return this.#suspend(half)
    }
  }

  /** Inner levels come first, so each further one lies outside of those before. */
  #suspend(half: HalfRead): void {
    this.#halfRead.unshift(half)
    this.isSuspended = true
  }
}
