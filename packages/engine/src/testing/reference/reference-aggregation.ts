import type { AggregateFields, AnyAggregateOperation, UserFunction } from '../../pipeline/transform.ts'
import { type ReferenceItem, untimedItem } from './reference-item.ts'
import { valueText } from './value-text.ts'

/** An accumulator with the key that it is for. */
interface Group {
  readonly key: unknown
  readonly accumulator: unknown
}

/** The operation after every item, over the items so far: of its key, or of all. */
export function interpretRolling(
  operation: AnyAggregateOperation,
  keyFunction: UserFunction | null,
  items: readonly ReferenceItem[],
): readonly ReferenceItem[] {
  const groups = new Map<string, Group>()
  return items.flatMap((one) => {
    const group = groupOf(groups, operation, keyOf(keyFunction, one))
    operation.accumulate(group.accumulator as never, one.item as never)
    const result = operation.export(group.accumulator as never)
    if (keyFunction !== null) return [{ ...one, item: { key: group.key, value: result } }]
    return isNothing(result) ? [] : [{ ...one, item: result }]
  })
}

/** One result for each key, or for all items. Co-grouped inputs share accumulators. */
export function interpretAggregate(
  fields: AggregateFields,
  inputs: readonly (readonly ReferenceItem[])[],
): readonly ReferenceItem[] {
  const operation = fields.operations[0]!
  const groups = new Map<string, Group>()
  if (fields.keyFunctions === null) groupOf(groups, operation, null)
  for (const { ordinal, one } of all(inputs)) accumulate(groups, fields, ordinal, one)
  const results = [...groups.values()].map(({ key, accumulator }) => ({
    key,
    value: operation.finish(accumulator as never),
  }))
  if (fields.keyFunctions !== null) return results.map(untimedItem)
  return results.filter(({ value }) => !isNothing(value)).map(({ value }) => untimedItem(value))
}

/**
 * One result for each window and key that has items. An item is late, and left out, when the frame it belongs to (the
 * slide-long slice of time) had ended by the watermark before it.
 */
export function interpretWindows(
  fields: AggregateFields & { readonly window: { readonly sizeMs: number; readonly slideByMs: number } },
  inputs: readonly (readonly ReferenceItem[])[],
): readonly ReferenceItem[] {
  const { sizeMs, slideByMs } = fields.window
  const windows = new Map<number, Map<string, Group>>()
  for (const { ordinal, one } of all(inputs)) {
    const frameEnd = (Math.floor(one.timestamp / slideByMs) + 1) * slideByMs
    if (frameEnd <= Math.floor(one.watermark / slideByMs) * slideByMs) continue
    for (let end = frameEnd; end < frameEnd + sizeMs; end += slideByMs) {
      const groups = windows.get(end) ?? new Map<string, Group>()
      windows.set(end, groups)
      accumulate(groups, fields, ordinal, one)
    }
  }
  return [...windows].flatMap(([end, groups]) =>
    [...groups.values()].map(({ key, accumulator }) => {
      const result = fields.operations[0]!.finish(accumulator as never)
      const window = { start: end - sizeMs, end, result, isEarly: false }
      const item = fields.keyFunctions === null ? window : { ...window, key }
      return { item, timestamp: end - 1, watermark: Number.NEGATIVE_INFINITY }
    }),
  )
}

function all(
  inputs: readonly (readonly ReferenceItem[])[],
): readonly { readonly ordinal: number; readonly one: ReferenceItem }[] {
  return inputs.flatMap((items, ordinal) => items.map((one) => ({ ordinal, one })))
}

function accumulate(groups: Map<string, Group>, fields: AggregateFields, ordinal: number, one: ReferenceItem): void {
  const operation = fields.operations[ordinal]!
  const group = groupOf(groups, operation, keyOf(fields.keyFunctions?.[ordinal] ?? null, one))
  operation.accumulate(group.accumulator as never, one.item as never)
}

function groupOf(groups: Map<string, Group>, operation: AnyAggregateOperation, key: unknown): Group {
  const text = valueText(key)
  const group = groups.get(text) ?? { key, accumulator: operation.create() }
  groups.set(text, group)
  return group
}

function keyOf(keyFunction: UserFunction | null, one: ReferenceItem): unknown {
  return keyFunction === null ? null : keyFunction(one.item as never)
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined
}
