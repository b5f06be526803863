import { describe, expect, it } from 'vitest'
import { AggregateOperations } from '../aggregate/aggregate-operations.ts'
import { AggregateOperation } from '../aggregate/operation-builder.ts'
import { Sinks } from '../connectors/sinks.ts'
import { SourceBuilder } from '../connectors/source-builder.ts'
import { TestSources } from '../connectors/test-sources.ts'
import { DAG } from '../core/dag.ts'
import {
  type Build,
  errorOf,
  FIRST,
  IgnoringProcessor,
  readingFrom,
  SECOND,
  type Trade,
} from '../testing/failing-pipeline.ts'
import type { BatchStage } from './batch-stage.ts'
import { Pipeline } from './pipeline.ts'
import { words } from './tokenizers.ts'
import { sliding, tumbling } from './window-definition.ts'

const { averagingLong, counting, maxBy, summingDouble, summingLong, toList } = AggregateOperations

/** An operation that runs in one stage. */
const opaque = AggregateOperation.named('mine')
  .withCreate(() => ({ count: 0 }))
  .andAccumulate((held: { count: number }, _trade: Trade) => void held.count++)
  .andExportFinish(({ count }) => count)

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
    [
      'a getter',
      (trades: BatchStage<Trade>) => trades.aggregate(summingDouble(() => promise())),
      'ERR_AGGREGATE_VALUE',
    ],
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
      (trades: BatchStage<Trade>) => trades.groupingKey(nothing).aggregate(opaque),
      'trades',
    ],
    [
      'a rolling aggregation',
      (trades: BatchStage<Trade>) => trades.groupingKey(nothing).rollingAggregate(counting()),
      'trades',
    ],
    [
      'a custom vertex',
      (trades: BatchStage<Trade>) => trades.groupingKey(nothing).customTransform('mine', () => new IgnoringProcessor()),
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
        trades.groupingKey(key).customTransform('mine', () => new IgnoringProcessor()),
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
            .customTransform('mine', () => new IgnoringProcessor()),
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
    dag.newVertex('twice', () => new IgnoringProcessor())
    expect(() => dag.newVertex('twice', () => new IgnoringProcessor())).toThrow(
      `a vertex named 'twice' is already in the DAG: names must be unique`,
    )
    const pipeline = Pipeline.create()
    pipeline
      .readFrom(TestSources.items(1))
      .setName('twice')
      .customTransform('twice', () => new IgnoringProcessor())
      .writeTo(Sinks.noop())
    expect(pipeline.toDag().vertices.map(({ name }) => name)).toEqual(['twice', 'twice-2', 'noopSink'])
  })
})
