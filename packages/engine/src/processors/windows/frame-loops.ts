import type { ColumnarForm } from '../../aggregate/aggregate-operation.ts'
import { bindConstants, cells, namesOf, takeValues } from '../../aggregate/kernel-text.ts'
import { generateFunction } from '../../base/generated-code.ts'
import { keyLookupText } from '../../base/key-map.ts'
import type { Batch } from '../../core/batch.ts'
import type { KeyFunction } from '../../core/edge.ts'
import { userFunctionError } from '../../core/user-error.ts'
import type { FrameTable } from './frame-table.ts'

/**
 * Brings entries `from` … of a batch into the frames of a table; late ones are counted and left out.
 *
 * @param offset a multiple of the frame size that is added to each entry's time: see {@link FrameTable.frameAt}
 */
export type FrameLoop = (batch: Batch, from: number, table: FrameTable, offset: number) => void

/** What a loop is made for. */
export interface FrameLoopOptions {
  readonly form: ColumnarForm
  readonly frameSizeMs: number
  readonly vertexName: string
  /** Name of the operation, for messages. */
  readonly operationName: string
}

/** What the loop was doing when something threw; index into the texts of {@link failureOf}. */
const STEP_KEY = 0
const STEP_VALUE = 1
const STEP_MERGE = 2
const STEP_CREATE = 3

/** The loop over batches of items; without a key function all items have the same key. */
export function itemLoop(options: FrameLoopOptions, keyFunction: KeyFunction | null): FrameLoop {
  const { form } = options
  const k = namesOf(form)
  const item = takeValues(form, 'item')
  const accumulate = form.accumulate(cellsAt(form, 's', 'place'), item.names, k)
  const findPlace = `
      ${at(STEP_KEY)} const key = keyOf(item);
      let row;
      ${keyLookupText({ map: 'map', dense: 'dense', key: 'key', value: 'row' })}
      let place = row < 0 ? -1 : places[row];
      if (place < 0) {
        place = table.placeOfKey(frame, row, key, item);
        dense = map.dense;
        ${bindFrame(form)}
        ${initialise(form)}
      }`
  const text = `
  const items = batch.items, map = table.keys.map;
  let dense = map.dense, item${keyFunction === null ? ', place = -1' : ''};
  try {
    for (; i < count; i++) {
      item = items[i];
      const time = timestamps[i] + offset;
      if (!(time >= start && time < end)) {
        frame = table.frameAt(time, offset);
        if (frame === null) { start = 1; end = 0; continue; }
        end = frame.end; start = end - ${options.frameSizeMs};
        ${keyFunction === null ? `place = table.placeOfKey(frame, map.get(0), 0, null); ${bindFrame(form)} if (table.wasAdded) { ${initialise(form)} }` : bindFrame(form)}
      }
      ${keyFunction === null ? '' : findPlace}
      ${at(STEP_VALUE)} ${item.statements}
      ${at(STEP_MERGE)} ${accumulate}
    }
  } catch (error) {
    throw failure(error, step, item);
  }`
  return compileLoop(options, text, keyFunction, 'accumulate')
}

/** The loop over keyed batches with the values of items. */
export function valueLoop(options: FrameLoopOptions): FrameLoop {
  const { form, frameSizeMs } = options
  const accumulate = form.accumulate(cellsAt(form, 's', 'place'), valueCells(form), namesOf(form))
  const findFrame = `
      const time = timestamps[i] + offset;
      if (!(time >= start && time < end)) {
        frame = table.frameAt(time, offset);
        if (frame === null) { start = 1; end = 0; continue; }
        end = frame.end; start = end - ${frameSizeMs};
        ${bindFrame(form)}
      }`
  return compileLoop(
    options,
    slotLoop(form, form.values.length, findFrame, { fresh: initialise(form), entry: accumulate }),
    null,
    'accumulate',
  )
}

/** What cannot combine is only restored from a snapshot, which has each key of a frame once. */
const DUPLICATE = "throw new Error('a key is in the snapshot twice')"

/**
 * The loop over keyed batches with accumulators, stamped with the ends of their frames. It keeps accumulator objects.
 */
export function partialLoop(options: FrameLoopOptions): FrameLoop {
  const { form } = options
  const count = form.state.length
  const combine = form.combine?.(cellsAt(form, 's', 'place'), cells('v', count, 'i'), namesOf(form)) ?? DUPLICATE
  const take = cellsAt(form, 's', 'place')
    .map((cell, c) => `${cell} = v${c}[i];`)
    .join(' ')
  const findFrame = `
      if (timestamps[i] !== end) {
        end = timestamps[i];
        frame = table.frameEndingAt(end);
        if (frame === null) { end = NaN; continue; }
        ${bindFrame(form)}
      }`
  return compileLoop(
    options,
    slotLoop(form, count, findFrame, { fresh: `${take} continue;`, entry: combine }),
    null,
    'combine',
  )
}

/** A loop over the slots of a keyed batch with so many columns. */
function slotLoop(
  form: ColumnarForm,
  columns: number,
  findFrame: string,
  { fresh, entry }: { readonly fresh: string; readonly entry: string },
): string {
  const bindColumns = Array.from({ length: columns }, (_, c) => `const v${c} = batch.columns[${c}];`).join(' ')
  return `
  const slots = batch.slots, dictionary = batch.dictionary;
  ${bindColumns}
  table.prepare(dictionary, batch.keyCount);
  const rows = dictionary.rows, generations = dictionary.generations;
  let live = table.keys.generations;
  try {
    for (; i < count; i++) {${findFrame}
      const slot = slots[i], row = rows[slot];
      const isKnown = row >= 0 && generations[slot] === live[row];
      let place = isKnown ? places[row] : -1;
      if (place < 0) {
        place = isKnown ? table.placeOfRow(frame, row) : table.placeOfSlot(frame, dictionary, slot);
        live = table.keys.generations;
        ${bindFrame(form)}
        if (table.wasAdded) { ${fresh} }
      }
      ${at(STEP_MERGE)} ${entry}
    }
  } catch (error) {
    throw failure(error, step, { key: dictionary.keys[slots[i]] });
  }`
}

function compileLoop(
  options: FrameLoopOptions,
  text: string,
  keyFunction: KeyFunction | null,
  verb: 'accumulate' | 'combine',
): FrameLoop {
  const { form } = options
  const state = form.state.map((_, c) => `, s${c}`).join('')
  const source = `'use strict'
${bindConstants(form)}
return function loop(batch, from, table, offset) {
  const timestamps = batch.timestamps, count = batch.count;
  let i = from, frame = null, start = 1, end = NaN, places, step = ${STEP_KEY}${state};
${text}
}`
  const getters = form.values.map((value) => value.get)
  const make = generateFunction<FrameLoop>(`${verb}-by-frame`, ['constants', 'getters', 'keyOf', 'failure'], source)
  return make(form.constants, getters, keyFunction, failureOf(options, verb))
}

type Failure = (error: unknown, step: number, item: unknown) => Error

function failureOf({ vertexName, operationName }: FrameLoopOptions, verb: string): Failure {
  const steps = [
    'the key function',
    `a value function of ${operationName}`,
    `the ${verb} function of ${operationName}`,
    `the create function of ${operationName}`,
  ]
  return (error, step, item) => userFunctionError(error, { vertex: vertexName, what: steps[step]!, item })
}

function at(step: number): string {
  return `step = ${step};`
}

function cellsAt(form: ColumnarForm, prefix: string, index: string): readonly string[] {
  return cells(prefix, form.state.length, index)
}

function valueCells(form: ColumnarForm): readonly string[] {
  return cells('v', form.values.length, 'i')
}

/** Statements that bind the columns of `frame`, anew after each growth. */
function bindFrame(form: ColumnarForm): string {
  return `places = frame.places; ${form.state.map((_, c) => `s${c} = frame.state[${c}];`).join(' ')}`
}

/** Statements that put the empty accumulator at `place`. */
function initialise(form: ColumnarForm): string {
  const k = namesOf(form)
  return `${at(STEP_CREATE)} ${form.state.map((column, c) => `s${c}[place] = ${column.initial(k)};`).join(' ')}`
}
