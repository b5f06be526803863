import type { OpaqueMultiOperation } from '../aggregate/opaque-operation.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { anyOperations } from './any-operation.ts'
import { givenText } from './given-text.ts'
import type { StageKind, StageOf } from './stage-kind.ts'
import type { AggregateFields, UserFunction } from './transform.ts'

/** An input of an aggregation that is being built. */
export interface NamedInput {
  readonly name: string
  readonly nodeId: number
  /** null = no key. */
  readonly keyFunction: UserFunction | null
}

/** What an aggregation is to its builder. */
export interface BuilderFields<In extends StageKind, Out extends StageKind> {
  /** Checks another input, which a user has given, and answers what the aggregation needs of it. */
  readonly inputOf: (stage: StageOf<In, never>) => Omit<NamedInput, 'name'>
  /** Adds the node and makes the stage around it. */
  readonly finish: (upstream: readonly number[], fields: AggregateFields) => StageOf<Out, never>
}

/**
 * An aggregation over any number of inputs that is being built: each has a name, by which the operation knows it.
 * Immutable: `add` answers a new builder.
 *
 * ```ts
 * orders.groupingKey((order) => order.user)
 *   .aggregateBuilder('orders')
 *   .add('clicks', clicks.groupingKey((click) => click.user))
 *   .build(coAggregateOperation({ orders: toList<Order>(), clicks: counting<Click>() }))
 * // BatchStage<Entry<string, { orders: Order[]; clicks: number }>>
 * ```
 *
 * @typeParam I the types of items by the names of inputs, @typeParam In the kind of stage that inputs are,
 *   @typeParam Out the kind of stage that comes out, for a type of results
 */
export class AggregateBuilder<I, In extends StageKind, Out extends StageKind> {
  readonly #fields: BuilderFields<In, Out>
  readonly #inputs: readonly NamedInput[]
  /** Only for the compiler. */
  declare protected readonly itemTypes: I

  constructor(fields: BuilderFields<In, Out>, inputs: readonly NamedInput[]) {
    this.#fields = fields
    this.#inputs = inputs
    for (const [i, { name }] of inputs.entries()) {
      if (typeof name !== 'string' || name === '') {
        throw argumentError(
          `aggregateBuilder: the name of an input is a text that is not empty, not ${givenText(name)}`,
        )
      }
      if (inputs.findIndex((other) => other.name === name) !== i) {
        throw argumentError(`aggregateBuilder: there are two inputs named '${name}': each has a name of its own`)
      }
    }
  }

  /** Adds an input, of the same kind as the first: cut and grouped as that is. */
  add<N extends string, T>(
    name: N,
    stage: StageOf<In, T>,
  ): AggregateBuilder<{ readonly [P in N | keyof I]: P extends keyof I ? I[P] : T }, In, Out> {
    const input = this.#fields.inputOf(stage as StageOf<In, never>)
    return new AggregateBuilder(this.#fields, [...this.#inputs, { ...input, name }])
  }

  /**
   * Ends in the results of an operation that has an input for each name, by `coAggregateOperation` or one of your own.
   */
  build<R>(operation: OpaqueMultiOperation<I, R>): StageOf<Out, R> {
    const inputs = this.#inOrderOf(operation)
    return this.#fields.finish(
      inputs.map(({ nodeId }) => nodeId),
      {
        keyFunctions: inputs[0]!.keyFunction === null ? null : inputs.map(({ keyFunction }) => keyFunction!),
        operations: anyOperations('build', operation, inputs.length),
      },
    )
  }

  /** The inputs in the order in which the operation has them. */
  #inOrderOf(operation: unknown): readonly NamedInput[] {
    const named: unknown = (operation as { readonly inputs?: unknown } | null | undefined)?.inputs
    if (typeof named !== 'object' || named === null || Array.isArray(named)) {
      throw argumentError(`build takes an operation over inputs with names, not ${givenText(operation)}`)
    }
    const wanted = Object.keys(named)
    const given = this.#inputs.map(({ name }) => name)
    if (wanted.toSorted().join('\n') !== given.toSorted().join('\n')) {
      const [ofOperation, ofBuilder] = [wanted, given].map((names) => names.map((name) => `'${name}'`).join(', '))
      throw argumentError(`build takes an operation over the inputs ${ofBuilder}, not one over ${ofOperation}`)
    }
    return wanted.map((name) => this.#inputs.find((input) => input.name === name)!)
  }
}

function argumentError(message: string): NacelleError {
  return new NacelleError('ERR_ARGUMENT', message)
}
