import { NacelleError } from '../base/nacelle-error.ts'
import { previewOf, promiseError, userFunctionError } from '../core/user-error.ts'
import type { ChainStage } from './chain-stage.ts'

/** A flatMap result or a text's tokens, an iterator in progress, with the timestamp of the item it came from. */
export interface HalfRead {
  /** Index of the stage it came from. */
  readonly stage: number
  readonly iterator: Iterator<unknown>
  readonly timestamp: number
  /**
   * The item it came from, for the message when the iterator throws; arrays and tokens throw nothing and go without.
   */
  readonly item?: unknown
}

/** Errors of a chain, made in one place for compiled and interpreted programs. */
export class ChainChecks {
  readonly #vertexName: string
  readonly #stages: readonly ChainStage[]

  constructor(vertexName: string, stages: readonly ChainStage[]) {
    this.#vertexName = vertexName
    this.#stages = stages
  }

  /** What a stage's function threw, with place and item. */
  failure(thrown: unknown, stage: number, item: unknown): NacelleError {
    return userFunctionError(thrown, this.#place(stage, item))
  }

  /** A stage's function returned something with a `then`. */
  promise(stage: number, item: unknown): NacelleError {
    return promiseError(this.#place(stage, item))
  }

  /**
   * The iterator of a flatMap result; the result is not an array. @throws NacelleError ERR_NOT_ITERABLE or
   * ERR_PROMISE_RETURNED
   */
  iteratorOf(result: unknown, stage: number, item: unknown): Iterator<unknown> {
    if (isThenable(result)) throw this.promise(stage, item)
    const iterable = result as Iterable<unknown> | null | undefined
    if (iterable === null || iterable === undefined || typeof iterable[Symbol.iterator] !== 'function') {
      throw new NacelleError(
        'ERR_NOT_ITERABLE',
        `stage '${this.#stages[stage]!.name}' of vertex '${this.#vertexName}' returned ${previewOf(result)}, at item ${previewOf(item)}: a flatMap function returns an array or another iterable`,
        { details: { vertex: this.#vertexName, stage: this.#stages[stage]!.name, item: previewOf(item) } },
      )
    }
    return iterable[Symbol.iterator]()
  }

  /** A tokenizer was given something that is no string. */
  notText(stage: number, item: unknown): NacelleError {
    const { name } = this.#stages[stage]!
    return new NacelleError(
      'ERR_NOT_TEXT',
      `stage '${name}' of vertex '${this.#vertexName}' cuts text into tokens, but its item is no string: ${previewOf(item)}`,
      { details: { vertex: this.#vertexName, stage: name, item: previewOf(item) } },
    )
  }

  #place(stage: number, item: unknown) {
    return { vertex: this.#vertexName, what: `stage '${this.#stages[stage]!.name}'`, item }
  }
}

/** Whether a value looks like a promise. */
export function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
