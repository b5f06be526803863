import { AggregateOperations } from '../../aggregate/aggregate-operations.ts'
import { processorMetaSupplier } from '../../core/processor-supplier.ts'
import type { AnyAggregateOperation, TimestampSpec, Transform, UserFunction } from '../../pipeline/transform.ts'
import type { ReferenceBindings, ReferenceInput } from '../reference/reference-interpreter.ts'
import type { ReferenceItem } from '../reference/reference-item.ts'
import { valueText } from '../reference/value-text.ts'
import { contentTime, filterFunction, flatMapFunction, keyFunction, mapFunction } from './generated-functions.ts'
import { generatedCoOperation, generatedOperation } from './generated-operations.ts'
import { batchSource, sourceItems, streamSource, timedItems, wrappedTime } from './generated-source.ts'
import type { PipelineDescription, SourceDescription, StageBody } from './pipeline-description.ts'
import { sentenceOf, settleResult } from './result-settling.ts'

/** What the reference interpreter takes, and which node each sink of the description is. */
export interface ReferenceNodes {
  readonly nodes: readonly Transform[]
  readonly bindings: ReferenceBindings
  /** Place of the sink in the description → id of its node. */
  readonly sinks: ReadonlyMap<number, number>
}

/** The logical nodes of a description, made without the Pipeline API, so that it is checked as well. */
export function referenceNodes(description: PipelineDescription): ReferenceNodes {
  const building = new NodeBuilding(description.lateness)
  for (const stage of description.stages) building.add(stage)
  return building
}

type NodeBody = Transform extends infer N
  ? N extends Transform
    ? Omit<N, 'id' | 'name' | 'localParallelism' | 'upstream' | 'timed'>
    : never
  : never

class NodeBuilding implements ReferenceNodes {
  readonly nodes: Transform[] = []
  readonly bindings = {
    inputs: new Map<number, ReferenceInput>(),
    customs: new Map<number, (items: readonly ReferenceItem[]) => readonly ReferenceItem[]>(),
  }
  readonly sinks = new Map<number, number>()
  readonly #lateness: 'never' | 'byItem'
  /** Place in the description → id of its last node. */
  readonly #outputs: number[] = []

  constructor(lateness: 'never' | 'byItem') {
    this.#lateness = lateness
  }

  add(stage: StageBody): void {
    const id = this.#nodesOf(stage)
    if (stage.kind === 'sink') this.sinks.set(this.#outputs.length, id)
    this.#outputs.push(id)
  }

  #nodesOf(stage: StageBody): number {
    switch (stage.kind) {
      case 'source':
        return this.#source(stage.source)
      case 'map':
        return this.#node({ kind: 'map', fn: mapFunction(stage.fn) }, stage.from)
      case 'filter':
        return this.#node({ kind: 'filter', fn: filterFunction(stage.fn) }, stage.from)
      case 'flatMap':
        return this.#node({ kind: 'flatMap', fn: flatMapFunction(stage.fn) }, stage.from)
      case 'tokens':
        return this.#node(
          { kind: 'flatMap', fn: (item: unknown) => tokensOf(sentenceOf(item, stage.separator), stage.separator) },
          stage.from,
        )
      case 'peek':
        return this.#node({ kind: 'peek', shouldLog: () => false, toText: String }, stage.from)
      case 'merge':
        return this.#node({ kind: 'merge' }, stage.from, stage.other)
      case 'addTimestamps': {
        const timestampOf = stage.by === 'field' ? wrappedTime : contentTime
        return this.#node({ kind: 'addTimestamps', timestampOf, allowedLagMs: stage.allowedLagMs }, stage.from)
      }
      case 'rolling':
        return this.#rolling(stage)
      case 'aggregate':
      case 'window':
        return this.#aggregate(stage)
      case 'distinct':
        return this.#distinct(stage)
      case 'custom': {
        const id = this.#node({ kind: 'custom', keyFunction: null, metaSupplier: NEVER_RUN }, stage.from)
        this.bindings.customs.set(id, (items) => items)
        return id
      }
      case 'sink':
        return this.#node(
          {
            kind: 'sink',
            sink: { name: 'sink', description: {}, metaSupplier: NEVER_RUN, input: { kind: 'unicast' } },
          },
          ...stage.from,
        )
    }
  }

  #source(source: SourceDescription): number {
    const { timestamps } = source
    const spec = timestamps === 'none' ? null : timestampSpec(source)
    const id =
      source.kind === 'stream'
        ? this.#node({ kind: 'streamSource', source: streamSource(source), timestamps: spec })
        : this.#node({ kind: 'batchSource', source: batchSource(source) })
    this.bindings.inputs.set(id, {
      items: sourceItems(source),
      timestamps: timedItems(source).map(({ t }) => t),
      lateness: this.#lateness,
    })
    return id
  }

  #rolling(stage: Extract<StageBody, { kind: 'rolling' }>): number {
    const keyOf = stage.key === null ? null : keyFunction(stage.key)
    const { operation, settled } = generatedOperation(
      stage.operation,
      stage.of === 'key' ? (keyOf ?? (() => 'all')) : undefined,
    )
    const id = this.#node({ kind: 'rollingAggregate', keyFunction: keyOf, operation }, stage.from)
    return this.#behind(id, { kind: 'map', fn: settleResult(stage, settled) })
  }

  #aggregate(stage: Extract<StageBody, { kind: 'aggregate' | 'window' }>): number {
    const upstream = [stage.from, ...stage.others]
    const keyFunctions: readonly UserFunction[] | null =
      stage.key === null ? null : upstream.map(() => keyFunction(stage.key!))
    let operations: readonly AnyAggregateOperation[]
    let settled: (result: unknown) => unknown
    if (stage.others.length === 0) {
      const made = generatedOperation(stage.operations[0]!)
      operations = [made.operation]
      settled = made.settled
    } else {
      const made = generatedCoOperation(stage.operations, stage.together)
      operations = made.operation.ordinals as readonly unknown[] as readonly AnyAggregateOperation[]
      settled = made.settled
    }
    const id =
      stage.kind === 'aggregate'
        ? this.#node({ kind: 'aggregate', keyFunctions, operations }, ...upstream)
        : this.#node({ kind: 'windowAggregate', window: windowOf(stage), keyFunctions, operations }, ...upstream)
    return this.#behind(id, { kind: 'map', fn: settleResult(stage, settled) })
  }

  #distinct(stage: Extract<StageBody, { kind: 'distinct' }>): number {
    const keyOf = stage.key === null ? valueText : keyFunction(stage.key)
    const operation = AggregateOperations.pickAny() as AnyAggregateOperation
    const id = this.#node({ kind: 'aggregate', keyFunctions: [keyOf], operations: [operation] }, stage.from)
    const { key } = stage
    return this.#behind(id, {
      kind: 'map',
      fn: (entry: { readonly value: unknown }) => (key === null ? entry.value : keyOf(entry.value)),
    })
  }

  /** A node behind the stages at these places. */
  #node(body: NodeBody, ...places: readonly number[]): number {
    return this.#push(
      body,
      places.map((place) => this.#outputs[place]!),
    )
  }

  #behind(id: number, body: NodeBody): number {
    return this.#push(body, [id])
  }

  #push(body: NodeBody, upstream: readonly number[]): number {
    const id = this.nodes.length
    this.nodes.push({ ...body, id, name: body.kind, localParallelism: -1, upstream, timed: false } as Transform)
    return id
  }
}

function timestampSpec({ timestamps, allowedLagMs }: SourceDescription): TimestampSpec {
  if (timestamps === 'ingestion') return { kind: 'ingestion' }
  if (timestamps === 'native') return { kind: 'native', allowedLagMs }
  return { kind: 'function', timestampOf: wrappedTime, allowedLagMs }
}

function windowOf({ slideByMs, slides }: Extract<StageBody, { kind: 'window' }>) {
  return { kind: 'sliding', sizeMs: slideByMs * slides, slideByMs } as const
}

/** White space as `\s` has it, or one character. */
function tokensOf(text: string, separator: string | null): readonly string[] {
  return separator === null ? (text.match(/\S+/g) ?? []) : text.split(separator)
}

/** The reference runs no processors. */
const NEVER_RUN = processorMetaSupplier(() => {
  throw new Error('the reference interpreter runs no processors')
})
