import { SinkBuilder } from '../../connectors/sink-builder.ts'
import type { Sink } from '../../pipeline/sink.ts'
import { valueText } from '../reference/value-text.ts'
import type { StageBody } from './pipeline-description.ts'

type SinkStageBody = Extract<StageBody, { kind: 'sink' }>

/** What an item looks like in results: its content, and its time where that is the same in every run. */
export function resultLine(stage: SinkStageBody, item: unknown, timestamp: number): string {
  return stage.timed ? `${timestamp} ${valueText(item)}` : valueText(item)
}

/** A sink that writes results to the output of the platform, each with the name of the sink: it works in any thread. */
export function linesSink(name: string, stage: SinkStageBody): Sink<unknown> {
  return SinkBuilder.sink(name, (context) => ({ output: context.platform.output, lines: '' }))
    .receive<unknown>((held, item, timestamp) => {
      held.lines += `${name}\t${resultLine(stage, item, timestamp)}\n`
    })
    .flush((held) => {
      if (held.lines !== '') held.output.write(held.lines)
      held.lines = ''
    })
    .preferredLocalParallelism(stage.sink === 'wide' ? -1 : 1)
    .build()
}

/** Takes apart what {@link linesSink}s have written: name → lines. */
export function linesByName(text: string): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const tab = line.indexOf('\t')
    const name = line.slice(0, tab)
    const held = lines.get(name) ?? []
    held.push(line.slice(tab + 1))
    lines.set(name, held)
  }
  return lines
}
