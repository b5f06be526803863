import { generateFunction } from '../base/generated-code.ts'
import { type KeyMap, keyLookupText } from '../base/key-map.ts'
import type { Batch } from '../core/batch.ts'
import type { KeyFunction, Projection } from '../core/edge.ts'
import { userFunctionError } from '../core/user-error.ts'

/** What a {@link ProjectedFill} writes to: the open batches of a collector, and the codes of its keys. */
export interface ProjectionTarget {
  /** key → code: the destination in the low bits, above them the slot in its dictionary. */
  readonly codes: KeyMap
  readonly batches: readonly Batch[]
  readonly destinationMask: number
  readonly destinationShift: number
  /** Entries of a batch at most. */
  readonly capacity: number
  /** Gives a key that is not in `codes` its code. @throws NacelleError when the key is null or undefined */
  newCode(key: unknown, item: unknown): number
}

/**
 * Writes the keys and getter values of entries `from` … of a batch of items into the open batches of a collector, until
 * the input ends or one destination is full. Answers the index of the first entry not written.
 */
export type ProjectedFill = (batch: Batch, from: number, collector: ProjectionTarget) => number

/** Makes the loop for one edge. */
export function compileProjectedFill(
  keyFunction: KeyFunction,
  projection: Projection,
  timed: boolean,
  vertexName: string,
): ProjectedFill {
  const getters = projection.columns.map((column) => column.get)
  const failure = (error: unknown, at: number, item: unknown): Error =>
    userFunctionError(error, {
      vertex: vertexName,
      what: at === 0 ? 'the key function' : `a value function of ${projection.owner}`,
      item,
    })
  const writes = getters
    .map((get, i) => `open.columns[${i}][n] = ${get === null ? 'item' : `get${i}(item)`};`)
    .join('\n      ')
  const source = `
return function fill(batch, from, collector) {
  const items = batch.items, timestamps = batch.timestamps, count = batch.count;
  const codes = collector.codes, batches = collector.batches;
  const mask = collector.destinationMask, shift = collector.destinationShift, capacity = collector.capacity;
  let i = from, at = 0, dense = codes.dense, item, code;
  try {
    for (; i < count; i++) {
      item = items[i];
      at = 0;
      const key = keyOf(item);
      at = 1;
      ${keyLookupText({ map: 'codes', dense: 'dense', key: 'key', value: 'code' })}
      if (code < 0) { code = collector.newCode(key, item); dense = codes.dense; }
      const open = batches[code & mask];
      const n = open.count;
      ${writes}
      open.slots[n] = code >>> shift;
      ${timed ? 'open.timestamps[n] = timestamps[i];' : ''}
      open.count = n + 1;
      if (n + 1 === capacity) return i + 1;
    }
  } catch (error) {
    throw failure(error, at, item);
  }
  return count;
}`
  const names = ['keyOf', 'failure', ...getters.map((_, i) => `get${i}`)]
  return generateFunction<ProjectedFill>('projected-fill', names, source)(keyFunction, failure, ...getters)
}
