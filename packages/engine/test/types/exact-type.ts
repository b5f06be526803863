/** Whether two types are the same; `any` is the same as nothing but `any`. */
export type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false

/**
 * Refuses to compile when the type of a value is not exactly `Expected`: `exactly<BatchStage<string>>()(stage)`. Only
 * the compiler reads its callers.
 */
export declare function exactly<Expected>(): <Actual>(
  value: Actual,
  ...different: Equal<Actual, Expected> extends true ? [] : [expected: Expected, actual: Actual]
) => void
