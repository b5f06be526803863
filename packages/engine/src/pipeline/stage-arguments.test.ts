// What stages answer to users whose compiler did not warn them.
import { describe, expect, it } from 'vitest'
import { AggregateOperations } from '../aggregate/aggregate-operations.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { SinkBuilder } from '../connectors/sink-builder.ts'
import { Sinks } from '../connectors/sinks.ts'
import { SourceBuilder } from '../connectors/source-builder.ts'
import { TestSources } from '../connectors/test-sources.ts'
import { Pipeline } from './pipeline.ts'
import { tumbling } from './window-definition.ts'

const { aggregateOperation2, aggregateOperation3, counting } = AggregateOperations

const itself = (n: number): number => n
const p = Pipeline.create()
const batch = p.readFrom(TestSources.items(1)).setName('batch')
const source = p.readFrom(TestSources.longStream(1))
const untimed = source.withoutTimestamps().setName('untimed')
const timed = source.withNativeTimestamps(0).setName('timed')
const keyed = batch.groupingKey(itself)
const windowed = timed.window(tumbling(10))
const sinkStage = batch.writeTo(Sinks.noop()).setName('end')
const both = aggregateOperation2(counting<number>(), counting<number>())

/** Something of a wrong type, as from JavaScript. */
function wrong(value: unknown): never {
  return value as never
}

type Case = readonly [call: string, run: () => unknown, code: string, message: string | RegExp]

const cases: readonly Case[] = [
  [
    'readFrom(undefined)',
    () => p.readFrom(wrong(undefined)),
    'ERR_ARGUMENT',
    /^readFrom takes a source, not undefined/,
  ],
  ['readFrom([])', () => p.readFrom(wrong([1])), 'ERR_ARGUMENT', /^readFrom takes a source, not \[1\]/],
  [
    'readFrom(builder)',
    () => p.readFrom(wrong(SourceBuilder.batch('x', () => 1).fillBuffer(() => {}))),
    'ERR_ARGUMENT',
    'readFrom takes a source, not a BatchSourceBuilder: is a call missing, as in .build()?',
  ],
  ['map(1)', () => batch.map(wrong(1)), 'ERR_ARGUMENT', 'map takes a function, not 1'],
  ['filter()', () => batch.filter(wrong(undefined)), 'ERR_ARGUMENT', 'filter takes a function, not undefined'],
  ['flatMap(null)', () => untimed.flatMap(wrong(null)), 'ERR_ARGUMENT', 'flatMap takes a function, not null'],
  ['peek(1)', () => timed.peek(wrong(1)), 'ERR_ARGUMENT', 'peek takes a function, not 1'],
  ['peek(fn, 1)', () => timed.peek(() => true, wrong(1)), 'ERR_ARGUMENT', 'peek takes a function, not 1'],
  ['peek(1, fn)', () => timed.peek(wrong(1), String), 'ERR_ARGUMENT', 'peek takes a function, not 1'],
  ['apply({})', () => batch.apply(wrong({})), 'ERR_ARGUMENT', /^apply takes a function/],
  ['groupingKey', () => batch.groupingKey(wrong('x')), 'ERR_ARGUMENT', /^groupingKey takes a function, not .*x/],
  ['groupingKey, stream', () => timed.groupingKey(wrong(1)), 'ERR_ARGUMENT', /^groupingKey takes a function/],
  ['groupingKey, untimed', () => untimed.groupingKey(wrong(1)), 'ERR_ARGUMENT', /^groupingKey takes a function/],
  ['groupingKey, window', () => windowed.groupingKey(wrong(1)), 'ERR_ARGUMENT', /^groupingKey takes a function/],
  [
    'merge(undefined)',
    () => batch.merge(wrong(undefined)),
    'ERR_ARGUMENT',
    'merge cannot take undefined as its input: it takes a stage',
  ],
  [
    'merge(keyed)',
    () => batch.merge(wrong(keyed)),
    'ERR_ARGUMENT',
    'merge cannot take a BatchStageWithKey as its input: it takes a stage',
  ],
  [
    'merge(sink)',
    () => batch.merge(wrong(sinkStage)),
    'ERR_ARGUMENT',
    "merge cannot take sink stage 'end' as its input: nothing comes out of a sink",
  ],
  [
    'merge(stream)',
    () => batch.merge(wrong(untimed)),
    'ERR_ARGUMENT',
    "merge cannot take stage 'untimed': a batch and a stream cannot be merged",
  ],
  [
    'merge(untimed)',
    () => timed.merge(wrong(untimed)),
    'ERR_MERGE_TIMESTAMPS',
    /^stage 'timed' has timestamps and stage 'untimed' has none/,
  ],
  [
    'merge(timed)',
    () => untimed.merge(wrong(timed)),
    'ERR_MERGE_TIMESTAMPS',
    /^stage 'timed' has timestamps and stage 'untimed' has none/,
  ],
  ['writeTo(undefined)', () => batch.writeTo(wrong(undefined)), 'ERR_ARGUMENT', /^writeTo takes a sink, not undefined/],
  ['writeTo([])', () => batch.writeTo(wrong([])), 'ERR_ARGUMENT', /^writeTo takes a sink, not \[\]/],
  [
    'writeTo(builder)',
    () => batch.writeTo(wrong(SinkBuilder.sink('x', () => 1).receive(() => {}))),
    'ERR_ARGUMENT',
    'writeTo takes a sink, not a BuiltSinkBuilder: is a call missing, as in .build()?',
  ],
  ['writeTo(source)', () => batch.writeTo(wrong(TestSources.items(1))), 'ERR_ARGUMENT', /^writeTo takes a sink/],
  [
    'p.writeTo(stage, sink)',
    () => p.writeTo(wrong(batch), wrong(Sinks.noop())),
    'ERR_ARGUMENT',
    /^writeTo takes a sink, not a BatchStage/,
  ],
  [
    'p.writeTo(sink)',
    () => p.writeTo(Sinks.noop(), wrong(undefined)),
    'ERR_ARGUMENT',
    /^writeTo cannot take undefined/,
  ],
  [
    "setName('')",
    () => batch.setName(''),
    'ERR_STAGE_NAME',
    `the name of stage 'batch' cannot be changed to "": a name is a text that is not empty`,
  ],
  ['setName(1)', () => batch.setName(wrong(1)), 'ERR_STAGE_NAME', /cannot be changed to 1/],
  [
    'setLocalParallelism(0)',
    () => batch.setLocalParallelism(0),
    'ERR_LOCAL_PARALLELISM',
    /^stage 'batch': local parallelism .* not 0$/,
  ],
  ['setLocalParallelism(1.5)', () => batch.setLocalParallelism(1.5), 'ERR_LOCAL_PARALLELISM', /not 1.5$/],
  [
    'setLocalParallelism(-2)',
    () => sinkStage.setLocalParallelism(-2),
    'ERR_LOCAL_PARALLELISM',
    /^stage 'end'.* not -2$/,
  ],
  ['setLocalParallelism(NaN)', () => batch.setLocalParallelism(Number.NaN), 'ERR_LOCAL_PARALLELISM', /not NaN$/],
  ['setLocalParallelism(text)', () => batch.setLocalParallelism(wrong('2')), 'ERR_LOCAL_PARALLELISM', /not 2$/],
  [
    'withNativeTimestamps()',
    () => source.withNativeTimestamps(wrong(undefined)),
    'ERR_ALLOWED_LAG',
    /^withNativeTimestamps: .* not undefined$/,
  ],
  ['withNativeTimestamps(-1)', () => source.withNativeTimestamps(-1), 'ERR_ALLOWED_LAG', /not -1$/],
  [
    'withTimestamps(fn, NaN)',
    () => source.withTimestamps(itself, Number.NaN),
    'ERR_ALLOWED_LAG',
    /^withTimestamps: .* not NaN$/,
  ],
  [
    'withTimestamps(1, 0)',
    () => source.withTimestamps(wrong(1), 0),
    'ERR_ARGUMENT',
    'withTimestamps takes a function, not 1',
  ],
  [
    'addTimestamps(1, 0)',
    () => batch.addTimestamps(wrong(1), 0),
    'ERR_ARGUMENT',
    'addTimestamps takes a function, not 1',
  ],
  [
    'addTimestamps(fn, ∞)',
    () => untimed.addTimestamps(itself, Number.POSITIVE_INFINITY),
    'ERR_ALLOWED_LAG',
    /not Infinity$/,
  ],
  [
    'withNativeTimestamps of a source without',
    () =>
      p
        .readFrom(
          SourceBuilder.stream('plain', () => 1)
            .fillBuffer<number>(() => {})
            .build(),
        )
        .withNativeTimestamps(0),
    'ERR_NO_NATIVE_TIMESTAMPS',
    "source 'plain' has no native timestamps: take them from the items by withTimestamps, or use withIngestionTimestamps",
  ],
  [
    'window(10)',
    () => timed.window(wrong(10)),
    'ERR_ARGUMENT',
    'window takes a window definition, as tumbling(60_000) or sliding(60_000, 1_000), not 10',
  ],
  [
    'window(undefined), keyed',
    () => timed.groupingKey(itself).window(wrong(undefined)),
    'ERR_ARGUMENT',
    /^window takes a window definition/,
  ],
  [
    'window of odd lengths',
    () => timed.window({ kind: 'sliding', sizeMs: 10, slideByMs: 3 }),
    'ERR_WINDOW',
    /must be a multiple of the step/,
  ],
  [
    'aggregate(counting)',
    () => batch.aggregate(wrong(counting)),
    'ERR_ARGUMENT',
    'aggregate takes an aggregate operation, not a function: is a call missing, as in counting()?',
  ],
  ['aggregate({})', () => keyed.aggregate(wrong({})), 'ERR_ARGUMENT', 'aggregate takes an aggregate operation, not {}'],
  [
    'aggregate(null), window',
    () => windowed.aggregate(wrong(null)),
    'ERR_ARGUMENT',
    'aggregate takes an aggregate operation, not null',
  ],
  [
    'aggregate, keyed window',
    () => windowed.groupingKey(itself).aggregate(wrong(1)),
    'ERR_ARGUMENT',
    'aggregate takes an aggregate operation, not 1',
  ],
  [
    'rollingAggregate()',
    () => timed.rollingAggregate(wrong(undefined)),
    'ERR_ARGUMENT',
    /^rollingAggregate takes an aggregate operation, not undefined/,
  ],
  ['rollingAggregate, keyed', () => keyed.rollingAggregate(wrong(itself)), 'ERR_ARGUMENT', /is a call missing/],
  [
    'aggregate2 of one',
    () => batch.aggregate2(batch, wrong(counting())),
    'ERR_ARGUMENT',
    /^aggregate2 takes an aggregate operation over 2 inputs, not /,
  ],
  [
    'aggregate2 of three',
    () => batch.aggregate2(batch, wrong(aggregateOperation3(counting(), counting(), counting()))),
    'ERR_ARGUMENT',
    'aggregate2 takes an aggregate operation over 2 inputs, not an operation over 3',
  ],
  [
    'aggregate3 of two',
    () => keyed.aggregate3(keyed, keyed, wrong(both)),
    'ERR_ARGUMENT',
    /over 3 inputs, not an operation over 2$/,
  ],
  [
    'aggregate2(undefined)',
    () => batch.aggregate2(wrong(undefined), both),
    'ERR_ARGUMENT',
    /^aggregate2 cannot take undefined as its input/,
  ],
  [
    'aggregate2(stream)',
    () => batch.aggregate2(wrong(untimed), both),
    'ERR_ARGUMENT',
    "aggregate2 cannot take stage 'untimed': it is not a batch",
  ],
  [
    'aggregate2(stage), keyed',
    () => keyed.aggregate2(wrong(batch), both),
    'ERR_ARGUMENT',
    'aggregate2 cannot take a BatchStage as its input: it takes a stage with a key, as groupingKey answers',
  ],
  [
    'aggregate2(keyed stream)',
    () => keyed.aggregate2(wrong(timed.groupingKey(itself)), both),
    'ERR_ARGUMENT',
    /it takes grouped batches$/,
  ],
  [
    'aggregate2(untimed), window',
    () => windowed.aggregate2(wrong(untimed), both),
    'ERR_ARGUMENT',
    /stage 'untimed': it has no timestamps/,
  ],
  [
    'aggregate2(keyed batch), window',
    () => windowed.groupingKey(itself).aggregate2(wrong(keyed), both),
    'ERR_ARGUMENT',
    "aggregate2 cannot take stage 'batch': it has no timestamps, so that it cannot be cut into windows",
  ],
  [
    'customTransform',
    () => batch.customTransform('x', wrong(1)),
    'ERR_ARGUMENT',
    /^customTransform 'x' takes a function that makes a processor/,
  ],
  [
    'customTransform, keyed',
    () => keyed.customTransform('x', wrong({})),
    'ERR_ARGUMENT',
    /^customTransform 'x' takes a function/,
  ],
  [
    'customTransform without name',
    () => batch.customTransform(wrong(undefined), wrong(1)),
    'ERR_STAGE_NAME',
    /^customTransform/,
  ],
]

describe('a stage given what it does not take', () => {
  it.each(cases)('refuses %s', (_call, run, code, message) => {
    let thrown: unknown
    try {
      run()
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(NacelleError)
    expect(thrown).toMatchObject({ code })
    if (typeof message === 'string') expect((thrown as NacelleError).message).toBe(message)
    else expect((thrown as NacelleError).message).toMatch(message)
  })

  it('adds nothing to the pipeline', () => {
    const before = p.transforms.length
    for (const [, run] of cases) expect(run).toThrow(NacelleError)
    expect(p.transforms.length).toBe(before)
  })
})
