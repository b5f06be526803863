import { describe, expect, it } from 'vitest'
import { AggregateOperations } from '../aggregate/aggregate-operations.ts'
import { AggregateOperation } from '../aggregate/operation-builder.ts'
import { SinkBuilder } from '../connectors/sink-builder.ts'
import { SourceBuilder } from '../connectors/source-builder.ts'
import { type Build, errorOf, FIRST, IgnoringProcessor, readingFrom, type Trade } from '../testing/failing-pipeline.ts'
import type { BatchStage } from './batch-stage.ts'
import { sliding, tumbling } from './window-definition.ts'

type Throwing = () => never
type Trades = BatchStage<Trade>
/** What throws, how, and what the message calls it. */
type Case = readonly [name: string, build: Build, what: string]

const { counting, mapping, summingLong } = AggregateOperations
const byKey = (trades: Trades) => trades.groupingKey(() => 'k')
const timed = (trades: Trades) => trades.addTimestamps(({ id }) => id, 0)
const inWindows = (trades: Trades) => timed(trades).window(tumbling(10))

/** An operation one function of which is replaced. */
function operationWith(broken: Partial<Record<'create' | 'accumulate' | 'combine' | 'export' | 'finish', Throwing>>) {
  return AggregateOperation.named('mine')
    .withCreate(broken.create ?? (() => ({ sum: 0 })))
    .andAccumulate(broken.accumulate ?? ((held: { sum: number }, trade: Trade) => void (held.sum += trade.price)))
    .andCombine(broken.combine ?? ((held, other) => void (held.sum += other.sum)))
    .andExport(broken.export ?? ((held) => held.sum))
    .andFinish(broken.finish ?? ((held) => held.sum))
}

/** The same without `combine`: it runs in one stage. */
function singleStageOperationWith(broken: Partial<Record<'accumulate' | 'finish', Throwing>>) {
  return AggregateOperation.named('mine')
    .withCreate(() => ({ sum: 0 }))
    .andAccumulate(broken.accumulate ?? ((held: { sum: number }, trade: Trade) => void (held.sum += trade.price)))
    .andExportFinish(broken.finish ?? ((held) => held.sum))
}

function stageCases(boom: Throwing): readonly Case[] {
  const sink = (receive: () => void | Promise<void>) =>
    SinkBuilder.sink('broken sink', () => 0)
      .receive<Trade>(receive)
      .build()
  function* brokenIterator() {
    yield 1
    boom()
  }
  const inOrder = (trades: Trades) => trades.map((trade) => trade).setName('first')
  return [
    ['map', (trades) => inOrder(trades).map(boom).setName('second'), `stage 'second' of vertex 'fused(first, second)'`],
    ['filter', (trades) => trades.filter(boom).setName('cheap'), `stage 'cheap' of vertex 'cheap'`],
    ['flatMap', (trades) => trades.flatMap(boom), `stage 'flatMap' of vertex 'flatMap'`],
    ['an iterator of flatMap', (trades) => trades.flatMap(brokenIterator), `stage 'flatMap' of vertex 'flatMap'`],
    ['peek', (trades) => trades.peek(boom), `stage 'peek' of vertex 'peek'`],
    ['peek, the condition', (trades) => trades.peek(boom, String), `stage 'peek' of vertex 'peek'`],
    [
      'timestamps',
      (trades) => inOrder(trades).addTimestamps(boom, 0),
      `the timestamp function of vertex 'add-timestamps'`,
    ],
    ['receive', (trades) => void trades.writeTo(sink(boom)), `stage 'receive' of vertex 'broken sink'`],
    [
      'the promise of receive',
      (trades) => void trades.writeTo(sink(async () => boom())),
      `the receive function of vertex 'broken sink'`,
    ],
  ]
}

function keyCases(boom: Throwing): readonly Case[] {
  const custom = () => new IgnoringProcessor()
  return [
    ['aggregate', (trades) => trades.groupingKey(boom).aggregate(counting()), 'aggregate-prepare'],
    ['aggregate in one stage', (trades) => trades.groupingKey(boom).aggregate(singleStageOperationWith({})), 'trades'],
    ['rollingAggregate', (trades) => trades.groupingKey(boom).rollingAggregate(counting()), 'trades'],
    ['customTransform', (trades) => trades.groupingKey(boom).customTransform('mine', custom), 'trades'],
    [
      'window',
      (trades) => timed(trades).groupingKey(boom).window(tumbling(10)).aggregate(counting()),
      'window-aggregate-prepare',
    ],
  ]
}

function accumulateCases(boom: Throwing): readonly Case[] {
  const accumulate = operationWith({ accumulate: boom })
  const of = `the accumulate function of mine of vertex`
  return [
    [
      'a value function',
      (trades) => trades.aggregate(mapping(boom, counting())),
      `a value function of mapping(counting) of vertex 'aggregate-prepare'`,
    ],
    ['accumulate', (trades) => trades.aggregate(accumulate), `${of} 'aggregate-prepare'`],
    ['accumulate, by key', (trades) => byKey(trades).aggregate(accumulate), `${of} 'aggregate-prepare'`],
    ['accumulate, in windows', (trades) => inWindows(trades).aggregate(accumulate), `${of} 'window-aggregate-prepare'`],
    ['accumulate, rolling', (trades) => trades.rollingAggregate(accumulate), `${of} 'rolling-aggregate'`],
    [
      'create, in windows',
      (trades) => inWindows(trades).aggregate(operationWith({ create: boom })),
      `the create function of mine of vertex 'window-aggregate-prepare'`,
    ],
    [
      'export, rolling',
      (trades) => trades.rollingAggregate(operationWith({ export: boom })),
      `the export function of mine of vertex 'rolling-aggregate'`,
    ],
  ]
}

/** Functions that no single item is to blame for. */
function wholeCases(boom: Throwing): readonly Case[] {
  const create = operationWith({ create: boom })
  const combine = operationWith({ combine: boom })
  const finish = operationWith({ finish: boom })
  const finishOnce = singleStageOperationWith({ finish: boom })
  const source = (fill: () => void | Promise<void>) =>
    readingFrom(() =>
      SourceBuilder.batch('mine', () => 0)
        .fillBuffer<Trade>(fill)
        .build(),
    )
  const unmade = readingFrom(() =>
    SourceBuilder.batch('mine', boom)
      .fillBuffer<Trade>(() => undefined)
      .build(),
  )
  const sink = SinkBuilder.sink('mine', () => 0).receive<Trade>(() => undefined)
  return [
    ['create', (trades) => trades.aggregate(create), `the create function of mine of vertex 'aggregate-prepare'`],
    [
      'create, by key',
      (trades) => byKey(trades).aggregate(create),
      `the create function of mine of vertex 'aggregate-prepare'`,
    ],
    ['combine', (trades) => trades.aggregate(combine), `the combine function of mine of vertex 'aggregate'`],
    ['finish', (trades) => trades.aggregate(finish), `the finish function of mine of vertex 'aggregate'`],
    [
      'finish, by key',
      (trades) => byKey(trades).aggregate(finish),
      `the finish function of mine of vertex 'aggregate'`,
    ],
    [
      'finish, in one stage',
      (trades) => byKey(trades).aggregate(finishOnce),
      `the finish function of mine of vertex 'aggregate'`,
    ],
    [
      'finish, in windows',
      (trades) => inWindows(trades).aggregate(finish),
      `the finish function of mine of vertex 'window-aggregate'`,
    ],
    ['fillBuffer', source(boom), `fillBuffer of 'mine'`],
    ['the promise of fillBuffer', source(async () => boom()), `fillBuffer of 'mine'`],
    ['the create function of a source', unmade, `the create function of 'mine'`],
    [
      'the flush function of a sink',
      (trades) => void trades.writeTo(sink.flush(boom).build()),
      `the flush function of 'mine'`,
    ],
  ]
}

/** What windows call when frames and windows end. */
function windowCases(boom: Throwing): readonly Case[] {
  const inSteps = (trades: Trades) => timed(trades).window(sliding(10, 1))
  const of = (name: string, vertex: string) => `the ${name} function of mine of vertex '${vertex}'`
  const deduct = AggregateOperation.named('mine')
    .withCreate(() => ({ sum: 0 }))
    .andAccumulate((held: { sum: number }, trade: Trade) => void (held.sum += trade.price))
    .andCombine((held, other) => void (held.sum += other.sum))
    .andDeduct(boom)
    .andExportFinish((held) => held.sum)
  return [
    [
      'create',
      (trades) => inSteps(trades).aggregate(operationWith({ create: boom })),
      of('create', 'window-aggregate'),
    ],
    [
      'combine',
      (trades) => inSteps(trades).aggregate(operationWith({ combine: boom })),
      of('combine', 'window-aggregate'),
    ],
    ['deduct', (trades) => inSteps(trades).aggregate(deduct), of('deduct', 'window-aggregate')],
  ]
}

describe.each([
  ['an Error', new Error('boom'), 'Error: boom'],
  ['a value that is no Error', 'bang', 'a value that is not an Error: "bang"'],
] as const)('a function that throws %s', (_, thrown, text) => {
  const boom: Throwing = () => {
    throw thrown
  }

  it.each([...stageCases(boom), ...accumulateCases(boom)])(
    'in %s: stage, vertex and item are named',
    async (_name, build, what) => {
      const error = await errorOf(build)
      expect(error.message).toBe(`${what} threw ${text}, at item ${FIRST}`)
      expect([error.code, error.cause, error.domain]).toEqual(['ERR_USER_FUNCTION', thrown, 'user'])
      expect(error.details).toMatchObject({ item: FIRST })
    },
  )

  it.each(keyCases(boom))('as the key function of %s: vertex and item are named', async (_name, build, vertex) => {
    const error = await errorOf(build)
    expect(error.message).toBe(`the key function of vertex '${vertex}' threw ${text}, at item ${FIRST}`)
    expect([error.code, error.cause]).toEqual(['ERR_USER_FUNCTION', thrown])
  })

  it.each([...wholeCases(boom), ...windowCases(boom)])('in %s: the vertex is named', async (_name, build, what) => {
    const error = await errorOf(build)
    expect(error.message).toContain(`${what} threw`)
    expect(error.message).toMatch(/boom|bang/)
    expect([error.code, error.cause]).toEqual(['ERR_USER_FUNCTION', thrown])
  })

  it.each([
    ['aggregate', (trades: Trades) => trades.aggregate(summingLong(boom)), 'aggregate-prepare'],
    ['rollingAggregate', (trades: Trades) => byKey(trades).rollingAggregate(summingLong(boom)), 'trades'],
    ['window', (trades: Trades) => inWindows(trades).aggregate(summingLong(boom)), 'window-aggregate-prepare'],
  ])('as a getter in %s: operation, vertex and item are named', async (_name, build, vertex) => {
    const error = await errorOf(build)
    expect(error.code).toBe('ERR_AGGREGATE_GETTER')
    expect(error.message).toContain('summingLong: the getter threw: ')
    expect(error.message).toMatch(/boom|bang/)
    expect(error.message).toContain(`in vertex '${vertex}', at item ${FIRST}`)
  })
})

describe('an async function', () => {
  it('in an operation is refused when the operation is made', async () => {
    const promise = (async () => 1) as unknown as Throwing
    for (const name of ['create', 'accumulate', 'combine', 'export', 'finish'] as const) {
      const error = await errorOf((trades) => trades.aggregate(operationWith({ [name]: promise })))
      expect(error.code).toBe('ERR_AGGREGATE_ARGUMENT')
      expect(error.message).toBe(
        'mine takes a function that is synchronous, not an async one: nothing would wait for it',
      )
    }
  })
})
