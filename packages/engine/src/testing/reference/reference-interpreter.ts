import type { TimestampSpec, Transform } from '../../pipeline/transform.ts'
import { interpretAggregate, interpretRolling, interpretWindows } from './reference-aggregation.ts'
import { type ReferenceItem, untimedItem } from './reference-item.ts'

/** What a source gives to the reference interpreter, in order. */
export interface ReferenceInput {
  readonly items: readonly unknown[]
  /** The source's own timestamps, for `native` ones. */
  readonly timestamps: readonly number[]
  /**
   * `never`: no item is further behind than the allowed lag, however the items are spread. `byItem`: one partition, a
   * watermark after each item.
   */
  readonly lateness: 'never' | 'byItem'
}

/** What the nodes do not say. */
export interface ReferenceBindings {
  /** By node id of the source. */
  readonly inputs: ReadonlyMap<number, ReferenceInput>
  /** By node id of custom transforms: what their processors do, all in all. */
  readonly customs: ReadonlyMap<number, (items: readonly ReferenceItem[]) => readonly ReferenceItem[]>
}

/**
 * Runs a pipeline in the most obvious way: node after node, each over all of its input at once, in arrays and Maps of
 * objects. It shares with the engine nothing but the nodes and the object form of aggregate operations.
 *
 * @returns what each sink receives, by node id; where the engine promises no order, any order is right
 */
export function interpret(
  nodes: readonly Transform[],
  bindings: ReferenceBindings,
): ReadonlyMap<number, readonly ReferenceItem[]> {
  const outputs = new Map<number, readonly ReferenceItem[]>()
  const received = new Map<number, readonly ReferenceItem[]>()
  for (const node of nodes) {
    const upstream = node.upstream.map((id) => outputs.get(id)!)
    if (node.kind === 'sink') received.set(node.id, upstream.flat())
    else outputs.set(node.id, outputOf(node, upstream, bindings))
  }
  return received
}

function outputOf(
  node: Exclude<Transform, { kind: 'sink' }>,
  upstream: readonly (readonly ReferenceItem[])[],
  bindings: ReferenceBindings,
): readonly ReferenceItem[] {
  const items = upstream.flat()
  switch (node.kind) {
    case 'batchSource':
      return bindings.inputs.get(node.id)!.items.map(untimedItem)
    case 'streamSource': {
      const input = bindings.inputs.get(node.id)!
      return node.timestamps === null ? input.items.map(untimedItem) : timedItems(input, node.timestamps)
    }
    case 'addTimestamps':
      return items.map((one) => ({ ...one, timestamp: node.timestampOf(one.item as never) as number }))
    case 'map':
      return items.flatMap((one) => present({ ...one, item: node.fn(one.item as never) }))
    case 'filter':
      return items.filter((one) => node.fn(one.item as never))
    case 'flatMap':
      return items.flatMap((one) =>
        [...(node.fn(one.item as never) as Iterable<unknown>)].flatMap((item) => present({ ...one, item })),
      )
    case 'peek':
    case 'merge':
      return items
    case 'rollingAggregate':
      return interpretRolling(node.operation, node.keyFunction, items)
    case 'aggregate':
      return interpretAggregate(node, upstream)
    case 'windowAggregate':
      return interpretWindows(node, upstream)
    case 'custom':
      return bindings.customs.get(node.id)!(items)
  }
}

function timedItems({ items, timestamps, lateness }: ReferenceInput, spec: TimestampSpec): readonly ReferenceItem[] {
  // When items will be read is not known beforehand.
  if (spec.kind === 'ingestion') return items.map(untimedItem)
  let top = Number.NEGATIVE_INFINITY
  return items.map((item, i) => {
    const timestamp = spec.kind === 'native' ? timestamps[i]! : (spec.timestampOf(item as never) as number)
    const watermark = lateness === 'never' ? Number.NEGATIVE_INFINITY : top - spec.allowedLagMs
    top = Math.max(top, timestamp)
    return { item, timestamp, watermark }
  })
}

function present(one: ReferenceItem): readonly ReferenceItem[] {
  return one.item === null || one.item === undefined ? [] : [one]
}
