import { describe, expect, it } from 'vitest'
import { counting } from '../aggregate/counting.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import { Sinks } from '../connectors/sinks.ts'
import { Sources } from '../connectors/sources.ts'
import { TestSources } from '../connectors/test-sources.ts'
import { dagToJson } from '../core/dag-json.ts'
import { edgeTexts, vertexNames } from '../testing/dag-shape.ts'
import { Pipeline } from './pipeline.ts'
import { words } from './tokenizers.ts'
import { tumbling } from './window-definition.ts'

const itself = (n: number): number => n

function wordCount(): Pipeline {
  const p = Pipeline.create()
  p.readFrom(Sources.files('books'))
    .flatMap(words())
    .groupingKey((word) => word)
    .aggregate(counting())
    .writeTo(Sinks.table())
  return p
}

function errorOf(run: () => unknown): NacelleError {
  try {
    run()
  } catch (error) {
    if (error instanceof NacelleError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a pipeline', () => {
  it('is empty until a stage is added', () => {
    const p = Pipeline.create()
    expect(p.isEmpty()).toBe(true)
    p.readFrom(TestSources.itemStream(1))
    expect(p.isEmpty()).toBe(true)
    p.readFrom(TestSources.items(1))
    expect(p.isEmpty()).toBe(false)
  })

  it('has the same plan each time it is asked and each time it is built', () => {
    const p = wordCount()
    const json = dagToJson(p.toDag())
    expect(dagToJson(p.toDag())).toBe(json)
    expect(dagToJson(wordCount().toDag())).toBe(json)
    expect(p.toDag()).not.toBe(p.toDag())
  })

  it('has another plan when settings are changed after a plan was made', () => {
    const p = wordCount()
    const json = dagToJson(p.toDag())
    const stage = p.readFrom(TestSources.items(1))
    stage.writeTo(Sinks.noop())
    expect(dagToJson(p.toDag())).not.toBe(json)
    const named = dagToJson(p.toDag())
    stage.setName('one')
    expect(dagToJson(p.toDag())).not.toBe(named)
  })

  it('is drawn as a Graphviz diagram', () => {
    expect(wordCount().toDotString()).toMatch(/^digraph/)
    expect(wordCount().toDotString()).toContain('aggregate-prepare')
  })

  it('shows its logical nodes, each behind those that it reads', () => {
    const { transforms } = wordCount()
    expect(transforms.map(({ kind, upstream }) => [kind, ...upstream])).toEqual([
      ['batchSource'],
      ['flatMap', 0],
      ['aggregate', 1],
      ['sink', 2],
    ])
  })

  it('numbers vertices of the same name', () => {
    const p = Pipeline.create()
    const source = p.readFrom(TestSources.items(1)).setName('a')
    source.map(itself).setName('a').writeTo(Sinks.noop()).setName('a')
    source.map(itself).setName('a-2').writeTo(Sinks.noop()).setName('a')
    expect(vertexNames(p.toDag())).toEqual(['a', 'a-2', 'a-3', 'a-2-2', 'a-4'])
    expect(source.name()).toBe('a')
  })

  it('writes several stages to one sink, and one stage to several', () => {
    const p = Pipeline.create()
    const a = p.readFrom(TestSources.itemsDistributed(1)).setName('a')
    const b = p.readFrom(TestSources.longStream(1)).withNativeTimestamps(0).setName('b')
    expect(p.writeTo(Sinks.noop(), a, b, a).name()).toBe('noopSink')
    a.writeTo(Sinks.noop()).setName('other')
    expect(edgeTexts(p.toDag())).toEqual([
      'a -> noopSink isolated',
      'b -> noopSink:1 isolated',
      'a:1 -> noopSink:2 isolated',
      'a:2 -> other isolated',
    ])
  })
})

describe('a pipeline that is not finished', () => {
  it('is refused when it is empty', () => {
    expect(errorOf(() => Pipeline.create().toDag())).toMatchObject({
      code: 'ERR_EMPTY_PIPELINE',
      message: 'the pipeline is empty: begin with readFrom(source) and end with writeTo(sink)',
    })
  })

  it('is refused when a stage leads nowhere, by the name of the stage', () => {
    const p = wordCount()
    p.readFrom(TestSources.items(1)).map(itself).setName('forgotten')
    expect(errorOf(() => p.toDag())).toMatchObject({
      code: 'ERR_DANGLING_STAGE',
      message: "stage 'forgotten' leads nowhere: add writeTo(sink) to it, or leave it out",
      details: { stage: 'forgotten' },
    })
    expect(() => p.toDotString()).toThrow('forgotten')
  })

  it('is refused for a window whose result nobody reads, and for a source that nobody reads', () => {
    const p = Pipeline.create()
    const stage = p.readFrom(TestSources.longStream(1)).withNativeTimestamps(0)
    expect(errorOf(() => p.toDag()).message).toContain("stage 'longStream' leads nowhere")
    stage.window(tumbling(10)).aggregate(counting())
    expect(errorOf(() => p.toDag()).message).toContain("stage 'window-aggregate' leads nowhere")
  })
})

describe('stages of another pipeline', () => {
  const own = Pipeline.create()
  const foreign = Pipeline.create()
  const stage = own.readFrom(TestSources.items(1))
  const other = foreign.readFrom(TestSources.items(1)).setName('theirs')
  const stream = own.readFrom(TestSources.longStream(1)).withNativeTimestamps(0)
  const otherStream = foreign.readFrom(TestSources.longStream(1)).withNativeTimestamps(0).setName('theirs')
  const both = { ordinals: [counting<number>(), counting<number>()] } as never

  it.each([
    ['merge', () => stage.merge(other)],
    ['writeTo', () => own.writeTo(Sinks.noop(), stage, other)],
    ['aggregate2', () => stage.aggregate2(other, both)],
    ['aggregate2 by key', () => stage.groupingKey(itself).aggregate2(other.groupingKey(itself), both)],
    ['aggregate2 of a window', () => stream.window(tumbling(1)).aggregate2(otherStream, both)],
    [
      'aggregate2 by key of a window',
      () => stream.window(tumbling(1)).groupingKey(itself).aggregate2(otherStream.groupingKey(itself), both),
    ],
  ])('are refused by %s', (_method, connect) => {
    expect(errorOf(connect)).toMatchObject({
      code: 'ERR_FOREIGN_STAGE',
      message:
        "stage 'theirs' belongs to another pipeline: stages of one pipeline cannot be connected with those of another",
    })
  })
})
