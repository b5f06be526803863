import { describe, expect, it } from 'vitest'
import { AggregateOperations } from '../aggregate/aggregate-operations.ts'
import { AggregateOperation } from '../aggregate/operation-builder.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { SinkBuilder } from '../connectors/sink-builder.ts'
import { Sinks } from '../connectors/sinks.ts'
import { SourceBuilder } from '../connectors/source-builder.ts'
import { TestSources } from '../connectors/test-sources.ts'
import { AbstractProcessor } from '../core/abstract-processor.ts'
import { DAG } from '../core/dag.ts'
import { runInPlace } from '../local/in-place-execution.ts'
import { RecordingLogger } from '../platform/fake/recording-logger.ts'
import { RecordingOutput } from '../platform/fake/recording-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import type { BatchStage } from './batch-stage.ts'
import { Pipeline } from './pipeline.ts'
import { words } from './tokenizers.ts'
import { sliding, tumbling } from './window-definition.ts'

interface Trade {
  readonly id: number
  readonly price: number
}

/** What a bad function is given first. */
const FIRST = '{"id":1,"price":5}'
const SECOND = '{"id":2,"price":7}'

/** Adds what is bad behind a source of two trades named `trades`. An answer that is a stage is written to a sink. */
type Build = (trades: BatchStage<Trade>, pipeline: Pipeline) => unknown

/** The error with which a pipeline ends: the same on one processor and on several, with compiled chains and plain ones. */
async function errorOf(build: Build): Promise<NacelleError> {
  const errors: NacelleError[] = []
  for (const [parallelism, interpretedChains] of [
    [1, false],
    [3, false],
    [2, true],
  ] as const) {
    errors.push(await errorOfRun(build, parallelism, interpretedChains))
  }
  const [first, ...others] = errors
  for (const other of others) expect([other.code, other.message]).toEqual([first!.code, first!.message])
  return first!
}

async function errorOfRun(build: Build, parallelism: number, interpretedChains: boolean): Promise<NacelleError> {
  const pipeline = Pipeline.create()
  const platform = createNodePlatform({ logger: new RecordingLogger(), output: new RecordingOutput() })
  try {
    const trades = pipeline
      .readFrom(TestSources.items<Trade>({ id: 1, price: 5 }, { id: 2, price: 7 }))
      .setName('trades')
    const built = build(trades, pipeline) as { writeTo?: (sink: unknown) => void } | undefined
    built?.writeTo?.(Sinks.noop())
    await runInPlace(pipeline.toDag({ interpretedChains }), { platform, parallelism })
  } catch (error) {
    expect(error).toBeInstanceOf(NacelleError)
    return error as NacelleError
  }
  throw new Error('the pipeline ran to its end')
}

/** Functions that throw, an Error and something else. */
const THROWING = [
  ['an Error', new Error('boom'), 'Error: boom'],
  ['a string', 'bang', 'a value that is not an Error: "bang"'],
] as const

type Throwing = () => never

/** An operation one function of which is replaced. */
function operationWith(broken: Partial<Record<'create' | 'accumulate' | 'combine' | 'export' | 'finish', Throwing>>) {
  return AggregateOperation.named('mine')
    .withCreate(broken.create ?? (() => ({ sum: 0 })))
    .andAccumulate(broken.accumulate ?? ((held: { sum: number }, trade: Trade) => void (held.sum += trade.price)))
    .andCombine(broken.combine ?? ((held, other) => void (held.sum += other.sum)))
    .andExport(broken.export ?? ((held) => held.sum))
    .andFinish(broken.finish ?? ((held) => held.sum))
}

function singleStageOperationWith(broken: Partial<Record<'create' | 'accumulate' | 'finish', Throwing>>) {
  return AggregateOperation.named('mine')
    .withCreate(broken.create ?? (() => ({ sum: 0 })))
    .andAccumulate(broken.accumulate ?? ((held: { sum: number }, trade: Trade) => void (held.sum += trade.price)))
    .andExportFinish(broken.finish ?? ((held) => held.sum))
}

const { averagingLong, counting, mapping, maxBy, summingDouble, summingLong, toList } = AggregateOperations

describe.each(THROWING)('a function that throws %s', (_, thrown, text) => {
  const boom: Throwing = () => {
    throw thrown
  }
  const stages: readonly (readonly [string, Build, string])[] = [
    [
      'map',
      (trades) =>
        trades
          .map((trade) => trade)
          .setName('first')
          .map(boom)
          .setName('second'),
      `stage 'second' of vertex 'fused(first, second)'`,
    ],
    ['filter', (trades) => trades.filter(boom).setName('cheap'), `stage 'cheap' of vertex 'cheap'`],
    ['flatMap', (trades) => trades.flatMap(boom), `stage 'flatMap' of vertex 'flatMap'`],
    ['peek', (trades) => trades.peek(boom), `stage 'peek' of vertex 'peek'`],
    ['peek, the condition', (trades) => trades.peek(boom, String), `stage 'peek' of vertex 'peek'`],
    [
      'the key function of an aggregation',
      (trades) => trades.groupingKey(boom).aggregate(counting()),
      `the key function of vertex 'aggregate-prepare'`,
    ],
    [
      'the key function of an aggregation in one stage',
      (trades) => trades.groupingKey(boom).aggregate(singleStageOperationWith({})),
      `the key function of vertex 'trades'`,
    ],
    [
      'the key function of a rolling aggregation',
      (trades) => trades.groupingKey(boom).rollingAggregate(counting()),
      `the key function of vertex 'trades'`,
    ],
    [
      'the key function of a custom vertex',
      (trades) => trades.groupingKey(boom).customTransform('mine', () => new Ignoring()),
      `the key function of vertex 'trades'`,
    ],
    [
      'the key function of a window',
      (trades) =>
        trades
          .addTimestamps(({ id }) => id, 0)
          .groupingKey(boom)
          .window(tumbling(10))
          .aggregate(counting()),
      `the key function of vertex 'window-aggregate-prepare'`,
    ],
    [
      'the timestamp function',
      (trades) => trades.map((trade) => trade).addTimestamps(boom, 0),
      `the timestamp function of vertex 'add-timestamps'`,
    ],
    [
      'a function of mapping',
      (trades) => trades.aggregate(mapping(boom, counting())),
      `a value function of mapping(counting) of vertex 'aggregate-prepare'`,
    ],
    [
      'accumulate',
      (trades) => trades.aggregate(operationWith({ accumulate: boom })),
      `the accumulate function of mine of vertex 'aggregate-prepare'`,
    ],
    [
      'accumulate, by key',
      (trades) => trades.groupingKey(() => 'k').aggregate(operationWith({ accumulate: boom })),
      `the accumulate function of mine of vertex 'aggregate-prepare'`,
    ],
    [
      'accumulate, in windows',
      (trades) =>
        trades
          .addTimestamps(({ id }) => id, 0)
          .window(tumbling(10))
          .aggregate(operationWith({ accumulate: boom })),
      `the accumulate function of mine of vertex 'window-aggregate-prepare'`,
    ],
    [
      'accumulate, rolling',
      (trades) => trades.rollingAggregate(operationWith({ accumulate: boom })),
      `the accumulate function of mine of vertex 'rolling-aggregate'`,
    ],
    [
      'export, rolling',
      (trades) => trades.rollingAggregate(operationWith({ export: boom })),
      `the export function of mine of vertex 'rolling-aggregate'`,
    ],
    [
      'the receive function of a sink',
      (trades) =>
        void trades.writeTo(
          SinkBuilder.sink('broken sink', () => 0)
            .receive<Trade>(boom)
            .build(),
        ),
      `stage 'receive' of vertex 'broken sink'`,
    ],
    [
      'the promise of a sink',
      (trades) =>
        void trades.writeTo(
          SinkBuilder.sink('broken sink', () => 0)
            .receive<Trade>(async () => boom())
            .build(),
        ),
      `the receive function of vertex 'broken sink'`,
    ],
  ]

  it.each(stages)('%s: named with stage, vertex and item', async (_name, build, what) => {
    const error = await errorOf(build)
    expect(error.message).toBe(`${what} threw ${text}, at item ${FIRST}`)
    expect([error.code, error.cause, error.domain]).toEqual(['ERR_USER_FUNCTION', thrown, 'user'])
    expect(error.details).toMatchObject({ item: FIRST })
  })

  const whole: readonly (readonly [string, Build, string])[] = [
    [
      'create',
      (trades) => trades.aggregate(operationWith({ create: boom })),
      `the create function of mine of vertex 'aggregate-prepare'`,
    ],
    [
      'create, by key',
      (trades) => trades.groupingKey(() => 'k').aggregate(operationWith({ create: boom })),
      `the create function of mine of vertex 'aggregate-prepare'`,
    ],
    [
      'combine',
      (trades) => trades.aggregate(operationWith({ combine: boom })),
      `the combine function of mine of vertex 'aggregate'`,
    ],
    [
      'finish',
      (trades) => trades.aggregate(operationWith({ finish: boom })),
      `the finish function of mine of vertex 'aggregate'`,
    ],
    [
      'finish, by key',
      (trades) => trades.groupingKey(() => 'k').aggregate(operationWith({ finish: boom })),
      `the finish function of mine of vertex 'aggregate'`,
    ],
    [
      'finish, in one stage',
      (trades) => trades.groupingKey(() => 'k').aggregate(singleStageOperationWith({ finish: boom })),
      `the finish function of mine of vertex 'aggregate'`,
    ],
    [
      'finish, in windows',
      (trades) =>
        trades
          .addTimestamps(({ id }) => id, 0)
          .window(tumbling(10))
          .aggregate(operationWith({ finish: boom })),
      `the finish function of mine of vertex 'window-aggregate'`,
    ],
    [
      'fillBuffer',
      readingFrom(() =>
        SourceBuilder.batch('broken source', () => 0)
          .fillBuffer<Trade>(boom)
          .build(),
      ),
      `fillBuffer of 'broken source'`,
    ],
    [
      'the promise of fillBuffer',
      readingFrom(() =>
        SourceBuilder.batch('broken source', () => 0)
          .fillBuffer<Trade>(async () => boom())
          .build(),
      ),
      `fillBuffer of 'broken source'`,
    ],
    [
      'the create function of a source',
      readingFrom(() =>
        SourceBuilder.batch('broken source', boom)
          .fillBuffer<Trade>(() => undefined)
          .build(),
      ),
      `the create function of 'broken source'`,
    ],
    [
      'the flush function of a sink',
      (trades) =>
        void trades.writeTo(
          SinkBuilder.sink('broken sink', () => 0)
            .receive<Trade>(() => undefined)
            .flush(boom)
            .build(),
        ),
      `the flush function of 'broken sink'`,
    ],
  ]

  it.each(whole)('%s: named with the vertex', async (_name, build, what) => {
    const error = await errorOf(build)
    expect(error.message).toContain(`${what} threw`)
    expect(error.message).toMatch(/boom|bang/)
    expect([error.code, error.cause]).toEqual(['ERR_USER_FUNCTION', thrown])
  })

  it('a getter: named with operation, vertex and item wherever it is called', async () => {
    const reason = text.startsWith('Error') ? 'boom' : '"bang"'
    for (const [build, vertex] of [
      [(trades) => trades.aggregate(summingLong(boom)), 'aggregate-prepare'],
      [(trades) => trades.groupingKey(() => 'k').rollingAggregate(summingLong(boom)), 'trades'],
      [
        (trades) =>
          trades
            .addTimestamps(() => 1, 0)
            .window(tumbling(10))
            .aggregate(summingLong(boom)),
        'window-aggregate-prepare',
      ],
    ] as readonly (readonly [Build, string])[]) {
      const error = await errorOf(build)
      expect(error.code).toBe('ERR_AGGREGATE_GETTER')
      expect(error.message).toContain('summingLong: the getter threw: ')
      expect(error.message).toContain(reason)
      expect(error.message).toContain(`in vertex '${vertex}', at item ${FIRST}`)
    }
  })
})

/** A pipeline beside the trades that begins at a source of its own. */
function readingFrom(makeSource: () => ReturnType<typeof TestSources.items<Trade>>): Build {
  return (trades, pipeline) => {
    trades.writeTo(Sinks.noop())
    return pipeline.readFrom(makeSource())
  }
}

class Ignoring extends AbstractProcessor {
  protected override tryProcessItem(): boolean {
    return true
  }
}

describe('a promise where a value is needed', () => {
  const promise = (async () => 1) as () => never

  it.each([
    ['map', (trades: BatchStage<Trade>) => trades.map(promise)],
    ['filter', (trades: BatchStage<Trade>) => trades.filter(promise)],
    ['flatMap', (trades: BatchStage<Trade>) => trades.flatMap(promise)],
  ])('from %s is refused with stage and item', async (name, build) => {
    const error = await errorOf(build)
    expect(error.code).toBe('ERR_PROMISE_RETURNED')
    expect(error.message).toBe(
      `stage '${name}' of vertex '${name}' returned a promise, at item ${FIRST}: functions of this stage must be synchronous`,
    )
  })

  it.each([
    [
      'a key function',
      (trades: BatchStage<Trade>) => trades.groupingKey(promise).aggregate(counting()),
      'ERR_KEY_TYPE',
    ],
    ['a getter', (trades: BatchStage<Trade>) => trades.aggregate(summingDouble(() => promise())), 'ERR_AGGREGATE_VALUE'],
  ])('from %s is refused with vertex and item', async (_name, build, code) => {
    const error = await errorOf(build)
    expect(error.code).toBe(code)
    expect(error.message).toContain('Promise')
    expect(error.message).toContain(`in vertex 'aggregate-prepare', at item ${FIRST}`)
  })

  it('from a timestamp function is refused with vertex and item', async () => {
    const error = await errorOf((trades) => trades.addTimestamps(promise, 0))
    expect(error.code).toBe('ERR_TIMESTAMP')
    expect(error.message).toContain(`'trades' gave an item the timestamp`)
    expect(error.message).toContain(`at item ${FIRST}`)
  })

  it('from a function of an operation is refused when the operation is made', async () => {
    for (const build of [
      () => operationWith({ create: promise }),
      () => operationWith({ accumulate: promise }),
      () => operationWith({ combine: promise }),
      () => operationWith({ export: promise }),
      () => operationWith({ finish: promise }),
    ]) {
      const error = await errorOf((trades) => trades.aggregate(build()))
      expect(error.code).toBe('ERR_AGGREGATE_ARGUMENT')
      expect(error.message).toBe(
        'mine takes a function that is synchronous, not an async one: nothing would wait for it',
      )
    }
  })
})

describe('keys', () => {
  const nothing = (() => null) as unknown as () => string

  it.each([
    [
      'an aggregation',
      (trades: BatchStage<Trade>) => trades.groupingKey(nothing).aggregate(counting()),
      'aggregate-prepare',
    ],
    [
      'an aggregation in one stage',
      (trades: BatchStage<Trade>) => trades.groupingKey(nothing).aggregate(singleStageOperationWith({})),
      'trades',
    ],
    [
      'a rolling aggregation',
      (trades: BatchStage<Trade>) => trades.groupingKey(nothing).rollingAggregate(counting()),
      'trades',
    ],
    [
      'a custom vertex',
      (trades: BatchStage<Trade>) => trades.groupingKey(nothing).customTransform('mine', () => new Ignoring()),
      'trades',
    ],
    [
      'windows',
      (trades: BatchStage<Trade>) =>
        trades
          .addTimestamps(({ id }) => id, 0)
          .groupingKey(nothing)
          .window(tumbling(10))
          .aggregate(counting()),
      'window-aggregate-prepare',
    ],
  ])('of %s that are null are refused', async (_name, build, vertex) => {
    const error = await errorOf(build)
    expect(error.code).toBe('ERR_NULL_KEY')
    expect(error.message).toBe(
      `Null key from key extractor of vertex '${vertex}', at item ${FIRST}: return a value other than null and undefined, or filter such items out first`,
    )
  })

  it.each([
    [
      'an aggregation',
      (trades: BatchStage<Trade>, key: () => never) => trades.groupingKey(key).aggregate(counting()),
      'aggregate-prepare',
    ],
    [
      'a rolling aggregation',
      (trades: BatchStage<Trade>, key: () => never) => trades.groupingKey(key).rollingAggregate(counting()),
      'trades',
    ],
    [
      'a custom vertex',
      (trades: BatchStage<Trade>, key: () => never) =>
        trades.groupingKey(key).customTransform('mine', () => new Ignoring()),
      'trades',
    ],
  ])('of %s that have no content are refused', async (_name, build, vertex) => {
    for (const [key, what] of [
      [new Point(), `an instance of class 'Point'`],
      [() => 1, 'a function'],
    ] as const) {
      const error = await errorOf((trades) => build(trades, () => key as never))
      expect(error.code).toBe('ERR_KEY_TYPE')
      expect(error.message).toContain(`${what} cannot be a key`)
      expect(error.message).toContain(`in vertex '${vertex}', at item ${FIRST}`)
    }
  })
})

class Point {
  readonly x = 1
}

describe('timestamps', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e17, undefined, '12'])('of %s are refused', async (timestamp) => {
    const error = await errorOf((trades) => trades.map((trade) => trade).addTimestamps(() => timestamp as number, 0))
    expect(error.code).toBe('ERR_TIMESTAMP')
    expect(error.message).toContain(`stage 'add-timestamps' gave an item the timestamp`)
    expect(error.message).toContain('it must be a number of milliseconds since the epoch')
    expect(error.message).toContain(`at item ${FIRST}`)
  })

  it('that a source gives itself are refused as well', async () => {
    const error = await errorOf((trades, pipeline) => {
      trades.writeTo(Sinks.noop())
      const source = SourceBuilder.timestampedStream('clock', () => 0).fillBuffer<string>((_state, buffer) =>
        buffer.add('tick', Number.NaN),
      )
      return pipeline.readFrom(source.build()).withNativeTimestamps(0)
    })
    expect(error.message).toBe(
      `source 'clock' gave an item the timestamp NaN: it must be a number of milliseconds since the epoch, at item "tick"`,
    )
  })
})

describe('items', () => {
  it('of a class without a serializer do not pass an exchange, not even within a thread', async () => {
    for (const [build, where] of [
      [
        (trades) =>
          trades
            .map(() => new Point())
            .groupingKey(() => 1)
            .rollingAggregate(toList()),
        `vertex 'map' emitted an item that is an instance of class 'Point'`,
      ],
      [
        (trades) =>
          trades
            .map(() => ({ at: [new Point()] }))
            .groupingKey(() => 1)
            .customTransform('mine', () => new Ignoring()),
        `vertex 'map' emitted an item that has at item.at[0] an instance of class 'Point'`,
      ],
      [
        (trades) =>
          trades
            .map(() => new Point())
            .groupingKey(() => 1)
            .aggregate(toList()),
        `vertex 'aggregate-prepare' emitted an item that has at item[0] an instance of class 'Point'`,
      ],
    ] as readonly (readonly [Build, string])[]) {
      const error = await errorOf(build)
      expect(error.code).toBe('ERR_UNREGISTERED_CLASS')
      expect(error.message).toBe(
        `${where}, which would lose its methods. Emit a plain object, or register the class with registerSerializer(Point, …).`,
      )
    }
  })

  it('that are functions do not either', async () => {
    const error = await errorOf((trades) =>
      trades
        .map(() => () => 1)
        .groupingKey(() => 1)
        .rollingAggregate(toList()),
    )
    expect(error.message).toBe(`vertex 'map' emitted an item that is a function, which is not data. Emit plain data.`)
  })

  it('that are null are refused where a source adds them', async () => {
    const error = await errorOf(
      readingFrom(() =>
        SourceBuilder.batch('broken source', () => 0)
          .fillBuffer<Trade>((_state, buffer) => buffer.add(null as never))
          .build(),
      ),
    )
    expect([error.code, error.message]).toEqual([
      'ERR_NULL_ITEM',
      `source 'broken source' added null to its buffer: items must be values, add nothing where there is nothing`,
    ])
  })

  it('that are no text cannot be cut into words', async () => {
    const error = await errorOf((trades) => (trades as BatchStage<unknown> as BatchStage<string>).flatMap(words()))
    expect([error.code, error.message]).toEqual([
      'ERR_NOT_TEXT',
      `stage 'flatMap' of vertex 'flatMap' cuts text into tokens, but its item is no string: ${FIRST}`,
    ])
  })

  it('that cannot be flattened are refused', async () => {
    const error = await errorOf((trades) => trades.flatMap(() => 5 as never))
    expect([error.code, error.message]).toEqual([
      'ERR_NOT_ITERABLE',
      `stage 'flatMap' of vertex 'flatMap' returned 5, at item ${FIRST}: a flatMap function returns an array or another iterable`,
    ])
  })
})

describe('sums', () => {
  const most = () => Number.MAX_SAFE_INTEGER

  it.each([
    ['of all', (trades: BatchStage<Trade>) => trades.aggregate(summingLong(most)), 'aggregate-prepare'],
    [
      'by key',
      (trades: BatchStage<Trade>) => trades.groupingKey(() => 'k').aggregate(averagingLong(most)),
      'aggregate-prepare',
    ],
    [
      'in windows',
      (trades: BatchStage<Trade>) =>
        trades
          .addTimestamps(() => 1, 0)
          .window(sliding(10, 5))
          .aggregate(summingLong(most)),
      'window-aggregate-prepare',
    ],
    ['rolling', (trades: BatchStage<Trade>) => trades.rollingAggregate(summingLong(most)), 'rolling-aggregate'],
  ])('%s that leave the exact range end the job', async (_name, build, vertex) => {
    const error = await errorOf(build)
    expect(error.code).toBe('ERR_AGGREGATE_OVERFLOW')
    expect(error.message).toMatch(
      /^(summingLong|averagingLong): the sum has left the range in which whole numbers are exact/,
    )
    expect(error.message).toContain(`in vertex '${vertex}', at item ${SECOND}`)
  })

  it('of values that are not whole, or no numbers, end the job', async () => {
    for (const [build, what] of [
      [
        (trades) => trades.aggregate(summingLong(() => 0.5)),
        'summingLong: the getter must answer a whole number within ±(2^53 − 1), but it answered 0.5',
      ],
      [
        (trades) => trades.groupingKey(() => 'k').rollingAggregate(summingDouble(() => '1' as never)),
        'summingDouble: the getter must answer a number, but it answered the string "1"',
      ],
    ] as readonly (readonly [Build, string])[]) {
      const error = await errorOf(build)
      expect(error.code).toBe('ERR_AGGREGATE_VALUE')
      expect(error.message).toContain(what)
      expect(error.message).toContain(`at item ${FIRST}`)
    }
  })

  it('by a comparator that throws name the item', async () => {
    const compare = () => {
      throw new Error('not comparable')
    }
    const error = await errorOf((trades) => trades.aggregate(maxBy(compare)))
    expect(error.message).toBe(
      `the accumulate function of maxBy of vertex 'aggregate-prepare' threw Error: not comparable, at item ${SECOND}`,
    )
  })
})

describe('plans', () => {
  it('with a stage that leads nowhere are refused', () => {
    const pipeline = Pipeline.create()
    pipeline
      .readFrom(TestSources.items(1))
      .map((n) => n)
      .setName('lost')
    expect(() => pipeline.toDag()).toThrow(`stage 'lost' leads nowhere: add writeTo(sink) to it, or leave it out`)
  })

  it('without anything are refused', () => {
    expect(() => Pipeline.create().toDag()).toThrow(
      'the pipeline is empty: begin with readFrom(source) and end with writeTo(sink)',
    )
  })

  it('with two vertices of one name are refused, while stages of one name are told apart', () => {
    const dag = new DAG()
    dag.newVertex('twice', () => new Ignoring())
    expect(() => dag.newVertex('twice', () => new Ignoring())).toThrow(
      `a vertex named 'twice' is already in the DAG: names must be unique`,
    )
    const pipeline = Pipeline.create()
    pipeline
      .readFrom(TestSources.items(1))
      .setName('twice')
      .customTransform('twice', () => new Ignoring())
      .writeTo(Sinks.noop())
    expect(pipeline.toDag().vertices.map(({ name }) => name)).toEqual(['twice', 'twice-2', 'noopSink'])
  })
})
