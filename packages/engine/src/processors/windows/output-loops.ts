import type { ColumnarForm } from '../../aggregate/aggregate-operation.ts'
import { bindColumns, bindConstants, cells, namesOf } from '../../aggregate/kernel-text.ts'
import { generateFunction } from '../../base/generated-code.ts'
import type { Batch } from '../../core/batch.ts'
import type { KeyedOutput } from '../../core/outbox.ts'
import { userFunctionError } from '../../core/user-error.ts'
import type { Frame } from './frame.ts'
import type { KeyRows } from './key-rows.ts'
import type { WindowContents } from './window-contents.ts'

/** Writes keys and accumulators at places `from ≤ place < to` of a frame into the open batches of a keyed output. */
export type PartialsLoop = (frame: Frame, from: number, to: number, output: KeyedOutput) => void

/** Makes the {@link PartialsLoop} for accumulators of one form, of frames whose keys are `keys`. */
export function partialsLoop(form: ColumnarForm, keys: KeyRows): PartialsLoop {
  const count = form.state.length
  const write = cells('s', count, 'i').map((cell, c) => `open.columns[${c}][n] = ${cell};`)
  const source = `'use strict'
return function loop(frame, from, to, output) {
  const end = frame.end, rows = frame.rows, codes = keys.codes;
  const batches = output.batches, mask = output.destinationMask, shift = output.destinationShift;
  ${bindColumns('s', count, 'frame.state')}
  for (let i = from; i < to; i++) {
    const row = rows[i];
    let code = codes[row];
    if (code < 0) { code = output.codeOf(keys.keys[row]); codes[row] = code; }
    const open = batches[code & mask], n = open.count;
    open.slots[n] = code >>> shift;
    open.timestamps[n] = end;
    ${write.join(' ')}
    open.count = n + 1;
  }
}`
  return generateFunction<PartialsLoop>('partials', ['keys'], source)(keys)
}

/** Appends the results of entries `from ≤ i < to` of a window to a batch. */
export type ResultsLoop = (window: WindowContents, from: number, to: number, out: Batch) => void

/** What a {@link ResultsLoop} is made for. */
export interface ResultsLoopOptions {
  readonly form: ColumnarForm
  readonly operationName: string
  readonly vertexName: string
  /** Whether results carry their key. */
  readonly keyed: boolean
  /** How accumulators are numbered: by row of the key, or by place in the window's `rows`. */
  readonly by: WindowContents['by']
  /** Whether the accumulators go on (`export`) or have done their work (`finish`). */
  readonly take: WindowContents['take']
}

/** Makes the loop for results: literals with their properties in always the same order. */
export function resultsLoop(options: ResultsLoopOptions): ResultsLoop {
  const { form, operationName, vertexName, take } = options
  const count = form.state.length
  const result = form[take](cells('s', count, options.by === 'row' ? 'row' : 'i'), namesOf(form))
  const item = options.keyed
    ? `{ start: start, end: end, key: keys[row], result: ${result}, isEarly: false }`
    : `{ start: start, end: end, result: ${result}, isEarly: false }`
  const source = `'use strict'
${bindConstants({ ...form, values: [] })}
return function loop(window, from, to, out) {
  const rows = window.rows, keys = window.keys, items = out.items, start = window.start, end = window.end, first = out.count;
  ${bindColumns('s', count, 'window.state')}
  let row = -1, at = first;
  try {
    for (let i = from; i < to; i++) {
      row = rows[i];
      items[at++] = ${item};
    }
  } catch (error) {
    throw failure(error, { key: keys[row] });
  }
  out.count = at;
  if (out.timestamps !== null) out.timestamps.fill(end - 1, first, at);
}`
  const failure = (error: unknown, item: { readonly key: unknown }): Error =>
    userFunctionError(error, { vertex: vertexName, what: `the ${take} function of ${operationName}`, item })
  return generateFunction<ResultsLoop>('window-results', ['constants', 'failure'], source)(form.constants, failure)
}
