import { tokensOf } from '../core/token-separator.ts'
import { ChainChecks, type HalfRead, isThenable } from './chain-checks.ts'
import type { ChainEnvironment, ChainInput, ChainOutput, ChainProgram, ChainStage } from './chain-stage.ts'

/**
 * The plain form of a chain: every stage of every item by a call. It is the reference that compiled chains are tested
 * against.
 */
export class InterpretedChain implements ChainProgram {
  readonly #stages: readonly ChainStage[]
  readonly #environment: ChainEnvironment
  readonly #checks: ChainChecks
  /** Half-read iterators, the innermost last. */
  #halfRead: HalfRead[] = []

  constructor(stages: readonly ChainStage[], environment: ChainEnvironment) {
    this.#stages = stages
    this.#environment = environment
    this.#checks = new ChainChecks(environment.vertexName, stages)
  }

  get isSuspended(): boolean {
    return this.#halfRead.length > 0
  }

  run(batch: ChainInput, from: number, to: number, output: ChainOutput, capacity: number): number {
    for (let i = from; i < to; i++) {
      if (output.count >= capacity) return i
      this.#apply(0, batch.items[i], batch.timestamps === null ? 0 : batch.timestamps[i]!, output, capacity)
      if (this.isSuspended) return i + 1
    }
    return to
  }

  resume(output: ChainOutput, capacity: number): void {
    while (this.#halfRead.length > 0) {
      const top = this.#halfRead.pop()!
      const outer = this.#halfRead
      this.#halfRead = []
      this.#read(top, output, capacity)
      // What the inner iterators left half read lies inside what the outer ones have left.
      this.#halfRead = [...outer, ...this.#halfRead]
      if (output.count >= capacity) return
    }
  }

  #apply(first: number, input: unknown, timestamp: number, output: ChainOutput, capacity: number): void {
    let item = input
    for (let k = first; k < this.#stages.length; k++) {
      const stage = this.#stages[k]!
      if (stage.kind === 'peek') {
        if (this.#call(stage.shouldLog, k, item)) this.#environment.log(String(this.#call(stage.toText, k, item)))
        continue
      }
      if (stage.kind === 'tokenize') {
        if (typeof item !== 'string') throw this.#checks.notText(k, item)
        return this.#flatten(tokensOf(item, stage.separator), k, item, timestamp, output, capacity)
      }
      const result = this.#call(stage.fn, k, item)
      if (stage.kind === 'flatMap') return this.#flatten(result, k, item, timestamp, output, capacity)
      if (isThenable(result)) throw this.#checks.promise(k, item)
      if (stage.kind === 'filter') {
        if (!result) return
      } else {
        if (result === null || result === undefined) return
        item = result
      }
    }
    if (output.timestamps !== null) {
      output.reserve(output.count + 1)
      output.timestamps[output.count] = timestamp
    }
    output.items[output.count++] = item
  }

  #flatten(
    result: unknown,
    stage: number,
    item: unknown,
    timestamp: number,
    output: ChainOutput,
    capacity: number,
  ): void {
    if (!Array.isArray(result)) {
      this.#read({ stage, iterator: this.#checks.iteratorOf(result, stage, item), timestamp, item }, output, capacity)
      return
    }
    for (let j = 0; j < result.length; j++) {
      if (result[j] === null || result[j] === undefined) continue
      this.#apply(stage + 1, result[j], timestamp, output, capacity)
      if (this.isSuspended) {
        this.#halfRead.unshift({ stage, iterator: result.slice(j + 1).values(), timestamp })
        return
      }
    }
  }

  #read(half: HalfRead, output: ChainOutput, capacity: number): void {
    for (;;) {
      if (output.count >= capacity) {
        this.#halfRead.unshift(half)
        return
      }
      let next: IteratorResult<unknown>
      try {
        next = half.iterator.next()
      } catch (error) {
        throw this.#checks.failure(error, half.stage, half.item)
      }
      if (next.done === true) return
      if (next.value === null || next.value === undefined) continue
      this.#apply(half.stage + 1, next.value, half.timestamp, output, capacity)
      if (this.isSuspended) {
        this.#halfRead.unshift(half)
        return
      }
    }
  }

  #call(fn: (...args: never[]) => unknown, stage: number, item: unknown): unknown {
    try {
      return fn(item as never)
    } catch (error) {
      throw this.#checks.failure(error, stage, item)
    }
  }
}
