import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import type { ColumnType } from '../../core/batch.ts'
import type { KeyFunction, Projection } from '../../core/edge.ts'
import type { Processor } from '../../core/processor.ts'
import type { Vertex } from '../../core/vertex.ts'
import { AccumulateByKeyProcessor } from '../../processors/aggregation/accumulate-by-key-processor.ts'
import { AccumulateProcessor } from '../../processors/aggregation/accumulate-processor.ts'
import { AggregateByKeyProcessor } from '../../processors/aggregation/aggregate-by-key-processor.ts'
import { AggregateProcessor } from '../../processors/aggregation/aggregate-processor.ts'
import { CombineByKeyProcessor } from '../../processors/aggregation/combine-by-key-processor.ts'
import { CombineProcessor } from '../../processors/aggregation/combine-processor.ts'
import { RollingAggregateProcessor } from '../../processors/aggregation/rolling-aggregate-processor.ts'
import { AccumulateByFrameProcessor } from '../../processors/windows/accumulate-by-frame-processor.ts'
import { CombineToSlidingWindowProcessor } from '../../processors/windows/combine-to-sliding-window-processor.ts'
import { SlidingWindowProcessor } from '../../processors/windows/sliding-window-processor.ts'
import type { AggregateFields, AnyAggregateOperation, Transform } from '../transform.ts'
import type { DagWriter } from './dag-writer.ts'
import { isSamePlacement, type Placement, placementOf, SINGLE_PLACEMENT, widePlacement } from './placement.ts'

/** The vertices that the items of each input of an aggregation come from. */
export type Inputs = readonly (readonly Vertex[])[]

type AggregateTransform = Extract<Transform, { readonly kind: 'aggregate' | 'windowAggregate' }>
type RollingTransform = Extract<Transform, { readonly kind: 'rollingAggregate' }>

/**
 * Plans an aggregation. When accumulators can be combined it has two stages: the first stands on the threads that the
 * items come from, one for each input, and only its partial results cross to the second. Otherwise the items' keys and
 * values cross to a single stage.
 */
export function planAggregate(node: AggregateTransform, inputs: Inputs, writer: DagWriter): Vertex {
  const stages = node.kind === 'aggregate' ? batchStages(node) : windowStages(node)
  const placement = node.keyFunctions === null ? SINGLE_PLACEMENT : widePlacement(node.localParallelism)
  const twoStage = node.operations.every((operation) => operation.combine !== null)
  const description = {
    ...stages.description,
    keyed: node.keyFunctions !== null,
    operations: node.operations.map(({ name }) => name),
    stages: twoStage ? 2 : 1,
  }
  const { timed } = node
  if (!twoStage) {
    // An input that several vertices feed, a merge, has several edges: each brings values of its operation.
    const operations = inputs.flatMap((from, i) => from.map(() => node.operations[i]!))
    const vertex = writer.addProcessors(() => stages.single(operations), placement, {
      name: node.name,
      timed,
      description,
    })
    for (const [i, from] of inputs.entries())
      connectProjected(writer, from, vertex, {
        keyFunction: node.keyFunctions?.[i] ?? null,
        operation: stages.projectsGlobal || node.keyFunctions !== null ? node.operations[i]! : null,
      })
    return vertex
  }
  const firstStages = inputs.map((from, i) => {
    const first = writer.addProcessors(() => stages.first(i), placementAlong(from), {
      name: `${node.name}-prepare`,
      timed,
      description: { ...description, input: i },
    })
    writer.connectStateless(from, first)
    return first
  })
  const second = writer.addProcessors(stages.second, placement, { name: node.name, timed, description })
  for (const [i, first] of firstStages.entries()) {
    const columns = stateTypes(node.operations[i]!)
    const edge = writer.edge(first, second)
    writer.connect(
      node.keyFunctions === null
        ? edge.allToOne().distributed().keyed(columns)
        : edge.partitioned(node.keyFunctions[i]!).distributed().keyed(columns),
    )
  }
  return second
}

/** Plans a rolling aggregation: every item's key and values cross to the processor that has the key. */
export function planRollingAggregate(node: RollingTransform, from: readonly Vertex[], writer: DagWriter): Vertex {
  const { keyFunction, operation, name, timed } = node
  const keyed = keyFunction !== null
  const placement = keyed ? widePlacement(node.localParallelism) : SINGLE_PLACEMENT
  const vertex = writer.addProcessors(() => new RollingAggregateProcessor({ operation, keyed }), placement, {
    name,
    timed,
    description: { kind: 'rollingAggregate', keyed, operation: operation.name },
  })
  connectProjected(writer, from, vertex, { keyFunction, operation: keyed ? operation : null })
  return vertex
}

/** The processors of one aggregation. */
interface AggregateStages {
  first(input: number): Processor
  second(): Processor
  /** @param operations of each ordinal */
  single(operations: readonly AnyAggregateOperation[]): Processor
  /** Whether a single stage without keys gets value columns; whole items otherwise. */
  readonly projectsGlobal: boolean
  readonly description: Readonly<Record<string, unknown>>
}

function batchStages({ keyFunctions, operations }: AggregateFields): AggregateStages {
  const operation = operations[0]!
  const description = { kind: 'aggregate' }
  if (keyFunctions === null) {
    return {
      first: (input) => new AccumulateProcessor({ operation: operations[input]! }),
      second: () => new CombineProcessor({ operation }),
      single: (operations) => new AggregateProcessor({ operations }),
      projectsGlobal: false,
      description,
    }
  }
  return {
    first: (input) =>
      new AccumulateByKeyProcessor({ keyFunction: keyFunctions[input]!, operation: operations[input]! }),
    second: () => new CombineByKeyProcessor({ operation }),
    single: (operations) => new AggregateByKeyProcessor({ operations }),
    projectsGlobal: false,
    description,
  }
}

function windowStages(node: Extract<Transform, { readonly kind: 'windowAggregate' }>): AggregateStages {
  const { keyFunctions, operations, window } = node
  const operation = operations[0]!
  const keyed = keyFunctions !== null
  return {
    first: (input) =>
      new AccumulateByFrameProcessor({
        keyFunction: keyFunctions?.[input] ?? null,
        operation: operations[input]!,
        frameSizeMs: window.slideByMs,
      }),
    second: () => new CombineToSlidingWindowProcessor({ operation, window, keyed }),
    single: (operations) => new SlidingWindowProcessor({ operations, window, keyed }),
    projectsGlobal: true,
    description: { kind: 'windowAggregate', sizeMs: window.sizeMs, slideByMs: window.slideByMs },
  }
}

/**
 * Where the first stage stands: along the vertices that feed it when these are alike, so that items do not change
 * threads.
 */
function placementAlong(from: readonly Vertex[]): Placement {
  const [first, ...others] = from.map(placementOf)
  return first !== undefined && others.every((other) => isSamePlacement(first, other)) ? first : widePlacement(-1)
}

/** What crosses to a single stage. */
interface Crossing {
  /** null = all items go to one processor. */
  readonly keyFunction: KeyFunction | null
  /** Its values cross instead of items; null = the items themselves. */
  readonly operation: AnyAggregateOperation | null
}

function connectProjected(writer: DagWriter, from: readonly Vertex[], to: Vertex, crossing: Crossing): void {
  const { keyFunction, operation } = crossing
  for (const vertex of from) {
    const edge = writer.edge(vertex, to)
    if (keyFunction === null) {
      const toOne = edge.allToOne().distributed()
      writer.connect(operation === null ? toOne : toOne.projected(projectionOf(operation)))
    } else {
      const byKey = edge.partitioned(keyFunction).distributed()
      writer.connect(operation === null ? byKey : byKey.projected(projectionOf(operation)))
    }
  }
}

function projectionOf(operation: AnyAggregateOperation): Projection {
  return { columns: columnarFormOf(operation).values, owner: operation.name }
}

function stateTypes(operation: AnyAggregateOperation): readonly ColumnType[] {
  return columnarFormOf(operation).state.map(({ type }) => type)
}
