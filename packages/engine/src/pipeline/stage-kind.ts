/**
 * How methods that batch and stream stages share can answer a stage of their own kind: a kind is a function on types,
 * from the type of items to the type of stage. `interface BatchKind extends StageKind { readonly stage:
 * BatchStage<this['item']> }`
 */
export interface StageKind {
  readonly item: unknown
  readonly stage: unknown
}

/** The stage of kind `F` whose items are `T`. */
export type StageOf<F extends StageKind, T> = (F & { readonly item: T })['stage']
