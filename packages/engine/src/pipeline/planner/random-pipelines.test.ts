import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AggregateOperations } from '../../aggregate/aggregate-operations.ts'
import { AggregateOperation } from '../../aggregate/operation-builder.ts'
import { SinkBuilder } from '../../connectors/sink-builder.ts'
import { Sinks } from '../../connectors/sinks.ts'
import { Sources } from '../../connectors/sources.ts'
import { TestSources } from '../../connectors/test-sources.ts'
import { AbstractProcessor } from '../../core/abstract-processor.ts'
import type { DAG } from '../../core/dag.ts'
import { dagToDot } from '../../core/dag-dot.ts'
import { dagToJson } from '../../core/dag-json.ts'
import { BatchStage } from '../batch-stage.ts'
import { Pipeline } from '../pipeline.ts'
import type { Sink } from '../sink.ts'
import { StreamStage } from '../stream-stage.ts'
import { words } from '../tokenizers.ts'
import type { UntimedStreamStage } from '../untimed-stream-stage.ts'
import { sliding } from '../window-definition.ts'

const { aggregateOperation2, coAggregateOperation, counting, toList } = AggregateOperations

type AnyStage = BatchStage<unknown> | StreamStage<unknown> | UntimedStreamStage<unknown>

/** One step of building: what is done, and numbers from which it takes its choices. */
interface Step {
  readonly kind: (typeof KINDS)[number]
  readonly on: number
  readonly choice: number
}

const KINDS = [
  'source',
  'map',
  'filter',
  'flatMap',
  'peek',
  'words',
  'merge',
  'addTimestamps',
  'aggregate',
  'aggregate2',
  'rolling',
  'custom',
  'keyedCustom',
  'distinct',
  'sink',
  'parallelism',
  'name',
] as const

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), on: fc.nat(50), choice: fc.nat(50) }),
  { maxLength: 30 },
)

const key = (item: unknown): string => String(item)
const timestampOf = (item: unknown): number => Number(item)
const uncombined = AggregateOperation.withCreate(() => ({ n: 0 }))
  .andAccumulate((sum, _item: unknown) => {
    sum.n++
  })
  .andExportFinish((sum) => sum.n)
const byName = coAggregateOperation({ c: toList<unknown>(), b: counting<unknown>(), a: counting<unknown>() })
const operations = [counting<unknown>(), toList<unknown>(), uncombined]
const wideSink = SinkBuilder.sink('wide', () => null)
  .receive<unknown>(() => {})
  .preferredLocalParallelism(-1)
  .build()
const sinks: readonly Sink<unknown>[] = [
  Sinks.noop(),
  wideSink,
  Sinks.table(),
  Sinks.collector<unknown>([]),
  { ...wideSink, name: 'keyed', input: { kind: 'partitioned', keyFunction: key } },
]

/** Builds a pipeline out of steps; whatever is left without a reader gets a sink. */
class RandomBuilding {
  readonly pipeline = Pipeline.create()
  readonly #stages: AnyStage[] = []

  build(given: readonly Step[]): Pipeline {
    this.#addSource(0)
    for (const step of given) this.#take(step)
    const read = new Set(this.pipeline.transforms.flatMap(({ upstream }) => upstream))
    for (const stage of this.#stages) if (!read.has(stage.nodeId)) stage.writeTo(wideSink)
    return this.pipeline
  }

  #addSource(choice: number): void {
    const { pipeline } = this
    const made = [
      () => pipeline.readFrom(TestSources.items<unknown>(1)),
      () => pipeline.readFrom(TestSources.itemsDistributed<unknown>(1)),
      () => pipeline.readFrom<unknown>(Sources.files('a')),
      () => pipeline.readFrom<unknown>(TestSources.longStream(1)).withNativeTimestamps(choice),
      () => pipeline.readFrom<unknown>(TestSources.itemStream(1)).withTimestamps(timestampOf, choice),
      () => pipeline.readFrom<unknown>(TestSources.longStream(1)).withoutTimestamps(),
      () => pipeline.readFrom<unknown>(TestSources.itemStream(1)).withIngestionTimestamps(),
    ]
    this.#stages.push(made[choice % made.length]!())
  }

  #take({ kind, on, choice }: Step): void {
    const stage = this.#stages[on % this.#stages.length]!
    if (kind === 'source') return this.#addSource(choice)
    if (kind === 'parallelism') return void stage.setLocalParallelism((choice % 4) + 1)
    if (kind === 'name') return void stage.setName(['a', 'b', 'a-2'][choice % 3]!)
    if (kind === 'sink') return void stage.writeTo(sinks[choice % sinks.length]!)
    const next = this.#transformed(stage, kind, choice)
    if (next !== null) this.#stages.push(next)
  }

  #transformed(stage: AnyStage, kind: Step['kind'], choice: number): AnyStage | null {
    const operation = operations[choice % operations.length]!
    switch (kind) {
      case 'map':
        return stage.map((item) => item)
      case 'filter':
        return stage.filter(() => true)
      case 'flatMap':
        return stage.flatMap((item) => [item])
      case 'words':
        return stage.map(key as (item: unknown) => string).flatMap(words())
      case 'merge':
        return this.#merged(stage, choice)
      case 'addTimestamps':
        return stage instanceof StreamStage ? null : stage.addTimestamps(timestampOf, choice)
      case 'aggregate':
        return aggregated(stage, operation, choice)
      case 'aggregate2':
        return this.#coAggregated(stage, choice)
      case 'rolling':
        return choice % 2 === 0
          ? stage.rollingAggregate(operation as typeof uncombined)
          : stage.groupingKey(key).rollingAggregate(operation as typeof uncombined)
      case 'custom':
        return stage.customTransform('custom', () => new PassingProcessor())
      case 'keyedCustom':
        return stage.groupingKey(key).customTransform('keyed-custom', () => new PassingProcessor())
      case 'distinct':
        return stage instanceof BatchStage ? stage.groupingKey(key).distinct() : null
      default:
        return stage.peek()
    }
  }

  #merged(stage: AnyStage, choice: number): AnyStage {
    const alike = this.#stages.filter((other) => other.constructor === stage.constructor)
    return (stage as BatchStage<unknown>).merge(alike[choice % alike.length] as BatchStage<unknown>)
  }

  #coAggregated(stage: AnyStage, choice: number): AnyStage | null {
    const both = aggregateOperation2(counting<unknown>(), toList<unknown>())
    const other = this.#stages.find((each) => each.constructor === stage.constructor)!
    if (stage instanceof BatchStage) {
      const second = other as BatchStage<unknown>
      if (choice % 3 === 0) return stage.aggregateBuilder('a').add('b', second).add('c', stage).build(byName)
      if (choice % 2 === 0) return stage.aggregate2(second, both)
      return stage.groupingKey(key).aggregate2(second.groupingKey(key), both)
    }
    if (!(stage instanceof StreamStage)) return null
    const second = other as StreamStage<unknown>
    const windowed = stage.window(sliding((choice + 1) * 20, (choice + 1) * 10))
    if (choice % 2 === 0) return windowed.aggregate2(second, both)
    return windowed.groupingKey(key).aggregate2(second.groupingKey(key), both)
  }
}

class PassingProcessor extends AbstractProcessor {}

function aggregated(stage: AnyStage, given: (typeof operations)[number], choice: number): AnyStage | null {
  const operation = given as typeof uncombined
  if (stage instanceof BatchStage) {
    return choice % 2 === 0 ? stage.aggregate(operation) : stage.groupingKey(key).aggregate(operation)
  }
  if (!(stage instanceof StreamStage)) return null
  const windowed = stage.window(sliding((choice + 1) * 30, (choice + 1) * 10))
  return choice % 2 === 0 ? windowed.aggregate(operation) : windowed.groupingKey(key).aggregate(operation)
}

function planOf(given: readonly Step[], preserveOrder = false): DAG {
  return new RandomBuilding().build(given).setPreserveOrder(preserveOrder).toDag()
}

describe('the plan of any pipeline', () => {
  it('is a valid DAG without loose ends, the same each time', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (given, preserveOrder) => {
        const dag = planOf(given, preserveOrder)
        expect(dag.validate()).toHaveLength(dag.vertices.length)
        for (const vertex of dag.vertices) {
          const isSource = String(vertex.description['kind']).endsWith('Source')
          const isSink = vertex.description['kind'] === 'sink'
          expect(dag.inboundEdges(vertex).length === 0).toBe(isSource)
          expect(dag.outboundEdges(vertex).length === 0).toBe(isSink)
        }
        expect(dagToJson(planOf(given, preserveOrder))).toBe(dagToJson(dag))
        expect(dagToDot(dag)).toContain('digraph')
      }),
      { numRuns: 300 },
    )
  })

  it('agrees on timestamps: what reads several inputs by time has them on all', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const dag = planOf(given)
        for (const vertex of dag.vertices) {
          const kind = String(vertex.description['kind'])
          const inputs = dag.inboundEdges(vertex).map(({ source }) => source.timed)
          if (kind === 'windowAggregate') expect(inputs.every(Boolean)).toBe(true)
          if (kind === 'addTimestamps') expect(inputs.some(Boolean)).toBe(false)
          if (kind === 'chain' || kind === 'custom' || kind === 'rollingAggregate') {
            expect(new Set([vertex.timed, ...inputs]).size).toBe(1)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  it('exchanges items between members where keys or a single processor ask for it, and nowhere else', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (given, preserveOrder) => {
        const dag = planOf(given, preserveOrder)
        for (const edge of dag.edges) {
          const exchanges = edge.routing === 'partitioned' || edge.routing === 'allToOne'
          expect(edge.locality).toBe(exchanges ? 'distributed' : 'local')
          const { forceTotalParallelism } = edge.destination.metaSupplier
          // A processor that is one in the cluster is on another member than most of those that feed it.
          if (forceTotalParallelism === 1 && edge.source.metaSupplier.forceTotalParallelism !== 1) {
            expect(edge.routing).toBe('allToOne')
          }
          if (preserveOrder) expect(['isolated', 'partitioned', 'allToOne']).toContain(withoutFirstStage(edge))
        }
      }),
      { numRuns: 200 },
    )
  })
})

/** First stages of aggregations may stand wide: what they make has no order. */
function withoutFirstStage({ routing, destination }: DAG['edges'][number]): string {
  return destination.name.includes('-prepare') ? 'isolated' : routing
}
