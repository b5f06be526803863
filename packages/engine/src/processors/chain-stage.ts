import type { ItemNumbering } from '../core/item-numbering.ts'
import type { TokenSeparator } from '../core/token-separator.ts'

/** A user's function as a chain holds it. */
export type StageFunction = (...args: never[]) => unknown

/** One stage of a chain of stateless stages. */
export type ChainStage =
  | { readonly kind: 'map' | 'filter' | 'flatMap'; readonly name: string; readonly fn: StageFunction }
  | { readonly kind: 'peek'; readonly name: string; readonly shouldLog: StageFunction; readonly toText: StageFunction }
  /** What `flatMap` with a stock tokenizer becomes: texts in, their tokens out. */
  | { readonly kind: 'tokenize'; readonly name: string; readonly separator: TokenSeparator }

/** Whether a stage may give several items for one, so that it may be half done when the output is full. */
export function givesSeveral(stage: ChainStage): boolean {
  return stage.kind === 'flatMap' || stage.kind === 'tokenize'
}

/**
 * Runs entries `from` … `to` of a batch through all stages, appending results to `output`.
 *
 * It stops early when `output` holds `capacity` entries or a lazily read flatMap result or a text is half read; see
 * {@link ChainProgram.isSuspended}. The results of one flatMap array always go in whole, so `output` may exceed
 * `capacity`. Answers the index of the first entry that is not consumed.
 */
export interface ChainProgram {
  run(batch: ChainInput, from: number, to: number, output: ChainOutput, capacity: number): number
  /**
   * Whether iterators of flatMap, or texts being cut into tokens, are half read: call {@link resume} before anything
   * else.
   */
  readonly isSuspended: boolean
  /** Goes on with half-read iterators until they end or `output` holds `capacity` entries. */
  resume(output: ChainOutput, capacity: number): void
}

/** What a chain reads of a batch. */
export interface ChainInput {
  readonly items: readonly unknown[]
  readonly timestamps: Float64Array | null
}

/** What a chain writes of a batch. */
export interface ChainOutput {
  count: number
  readonly items: unknown[]
  readonly timestamps: Float64Array | null
  numbers: Int32Array | null
  numbering: ItemNumbering | null
  reserve(capacity: number): void
}

/** What a program needs from outside. */
export interface ChainEnvironment {
  readonly vertexName: string
  /** Called by peek stages. */
  log(text: string): void
}
