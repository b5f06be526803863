import { interpret } from '../reference/reference-interpreter.ts'
import type { PipelineDescription, StageBody } from './pipeline-description.ts'
import { referenceNodes } from './reference-nodes.ts'
import { resultLine } from './result-lines.ts'

/** What a sink must receive. */
export interface ExpectedResult {
  readonly place: number
  readonly ordered: boolean
  readonly lines: readonly string[]
}

/** What the reference says that the sinks of a pipeline receive. */
export function expectedResults(description: PipelineDescription): readonly ExpectedResult[] {
  const { nodes, bindings, sinks } = referenceNodes(description)
  const received = interpret(nodes, bindings)
  return [...sinks].map(([place, id]) => {
    const stage = description.stages[place] as Extract<StageBody, { kind: 'sink' }>
    const lines = received.get(id)!.map(({ item, timestamp }) => resultLine(stage, item, timestamp))
    return { place, ordered: stage.ordered, lines: stage.ordered ? lines : lines.sort() }
  })
}

/** In what the sinks of a pipeline have received something else; null = in nothing. */
export function differenceOf(
  expected: readonly ExpectedResult[],
  actual: ReadonlyMap<number, readonly string[]>,
): string | null {
  for (const { place, ordered, lines } of expected) {
    const received = actual.get(place) ?? []
    const compared = ordered ? received : received.toSorted()
    const at = lines.findIndex((line, i) => line !== compared[i])
    if (at === -1 && compared.length === lines.length) continue
    return `sink at stage ${place} (${ordered ? 'in order' : 'in any order'}):\n${describeDifference(lines, compared, ordered)}`
  }
  return null
}

const LINES_SHOWN_MAX = 12

function describeDifference(expected: readonly string[], actual: readonly string[], ordered: boolean): string {
  if (ordered && expected.toSorted().join('\n') === actual.toSorted().join('\n')) {
    return `  the same ${expected.length} items, but in another order\n  expected: ${shown(expected)}\n  received: ${shown(actual)}`
  }
  const missing = withoutThoseIn(expected, actual)
  const surplus = withoutThoseIn(actual, expected)
  return `  expected ${expected.length} items, received ${actual.length}\n  missing: ${shown(missing)}\n  surplus: ${shown(surplus)}`
}

function withoutThoseIn(lines: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1)
  return lines.filter((line) => {
    const count = counts.get(line) ?? 0
    counts.set(line, count - 1)
    return count <= 0
  })
}

function shown(lines: readonly string[]): string {
  const rest = lines.length > LINES_SHOWN_MAX ? `\n    … and ${lines.length - LINES_SHOWN_MAX} more` : ''
  return lines.length === 0 ? 'none' : `\n    ${lines.slice(0, LINES_SHOWN_MAX).join('\n    ')}${rest}`
}
