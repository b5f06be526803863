import type { ColumnarForm } from '../../aggregate/aggregate-operation.ts'
import { bindColumns, bindConstants, cells, namesOf, takeValues } from '../../aggregate/kernel-text.ts'
import type { AggregateState } from '../../aggregate/kernels.ts'
import { generateFunction } from '../../base/generated-code.ts'
import { keyLookupText } from '../../base/key-map.ts'
import type { Batch } from '../../core/batch.ts'
import type { KeyFunction } from '../../core/edge.ts'
import { type AggregationFailure, AT_ACCUMULATE, AT_EXPORT, AT_KEY, AT_VALUE } from './aggregation-failure.ts'
import type { KeyedState } from './keyed-state.ts'

/*
 * Loops over whole items, generated around the user's closures. Kernels could do the same in two loops, one for the
 * rows and one for the values, but one loop reads each item once and knows the item at which a function throws.
 */

/** Adds items `from` ≤ i < `to` to the accumulators of their keys. */
export type KeyedItemLoop = (items: readonly unknown[], from: number, to: number, state: KeyedState) => void

/** Adds items to the accumulator in row 0. */
export type ItemLoop = (items: readonly unknown[], from: number, to: number, columns: AggregateState) => void

/** The same, and writes the result after each item into `out`, from index `at` on. */
export type RollingItemLoop = (
  items: readonly unknown[],
  from: number,
  to: number,
  columns: AggregateState,
  out: unknown[],
  at: number,
) => void

/** Makes the loop of an aggregation by key. */
export function compileKeyedItemLoop(
  form: ColumnarForm,
  keyFunction: KeyFunction,
  failure: AggregationFailure,
): KeyedItemLoop {
  const count = form.state.length
  const names = Array.from({ length: count }, (_, i) => `s${i}`)
  const rebind = names.map((name, i) => `${name} = state.columns[${i}];`).join(' ')
  return compile<KeyedItemLoop>(
    form,
    failure,
    `function (items, from, to, state) {
  const keys = state.keys;
  let ${[...names.map((name, i) => `${name} = state.columns[${i}]`), 'i = from', `at = ${AT_KEY}`, 'dense = keys.dense', 'item'].join(', ')};
  try {
    for (; i < to; i++) {
      item = items[i];
      at = ${AT_KEY};
      const key = keyOf(item);
      let row;
      ${keyLookupText({ map: 'keys', dense: 'dense', key: 'key', value: 'row' })}
      if (row < 0) { row = state.newRow(key, item); dense = keys.dense; ${rebind} }
      ${addItem(form, cells('s', count, 'row'))}
    }
  } catch (error) { throw failure.atItem(error, at, item); }
}`,
    keyFunction,
  )
}

/** Adds the items of a batch whose producer has numbered them, from `from` on. */
export type NumberedItemLoop = (batch: Batch, from: number, state: KeyedState) => void

/**
 * Makes the loop of an aggregation by key over numbered items: the key function is asked once for each number.
 */
export function compileNumberedItemLoop(
  form: ColumnarForm,
  keyFunction: KeyFunction,
  failure: AggregationFailure,
): NumberedItemLoop {
  const names = form.state.map((_, i) => `s${i}`)
  const rebind = names.map((name, i) => `${name} = state.columns[${i}];`).join(' ')
  return compile<NumberedItemLoop>(
    form,
    failure,
    `function (batch, from, state) {
  const items = batch.items, numbers = batch.numbers, to = batch.count;
  const rows = state.rowsOfNumbers(batch.numbering);
  let ${[...names.map((name, i) => `${name} = state.columns[${i}]`), 'i = from', `at = ${AT_KEY}`, 'item'].join(', ')};
  try {
    for (; i < to; i++) {
      item = items[i];
      const number = numbers[i];
      let row = number < 0 ? -1 : rows[number];
      if (row < 0) {
        at = ${AT_KEY};
        const key = keyOf(item);
        row = state.keys.get(key);
        if (row < 0) { row = state.newRow(key, item); ${rebind} }
        if (number >= 0) rows[number] = row;
      }
      ${addItem(form, cells('s', form.state.length, 'row'))}
    }
  } catch (error) { throw failure.atItem(error, at, item); }
}`,
    keyFunction,
  )
}

/** Makes the loop of an aggregation without keys. The accumulator lies in locals while the loop runs. */
export function compileItemLoop(form: ColumnarForm, failure: AggregationFailure): ItemLoop {
  return compile<ItemLoop>(
    form,
    failure,
    `function (items, from, to, columns) {
  ${bindColumns('s', form.state.length, 'columns')}
  let ${[...loads(form), 'i = from', `at = ${AT_VALUE}`, 'item'].join(', ')};
  try {
    for (; i < to; i++) { item = items[i]; ${addItem(form, locals(form))} }
  } catch (error) { throw failure.atItem(error, at, item); }
  ${stores(form)}
}`,
  )
}

/** Makes the loop of a rolling aggregation without keys. */
export function compileRollingItemLoop(form: ColumnarForm, failure: AggregationFailure): RollingItemLoop {
  return compile<RollingItemLoop>(
    form,
    failure,
    `function (items, from, to, columns, out, at0) {
  ${bindColumns('s', form.state.length, 'columns')}
  let ${[...loads(form), 'i = from', 'n = at0', `at = ${AT_VALUE}`, 'item'].join(', ')};
  try {
    for (; i < to; i++, n++) { item = items[i]; ${addItem(form, locals(form))} at = ${AT_EXPORT}; out[n] = ${form.export(locals(form), namesOf(form))}; }
  } catch (error) { throw failure.atItem(error, at, item); }
  ${stores(form)}
}`,
  )
}

function compile<F>(form: ColumnarForm, failure: AggregationFailure, loop: string, keyFunction?: KeyFunction): F {
  const text = `'use strict'\n${bindConstants(form)}\nreturn ${loop}`
  const getters = form.values.map((value) => value.get)
  const make = generateFunction<F>('items', ['constants', 'getters', 'keyOf', 'failure'], text)
  return make(form.constants, getters, keyFunction, failure)
}

/** Statements that take the values of `item` and add them to the accumulator `s`. */
function addItem(form: ColumnarForm, s: readonly string[]): string {
  const item = takeValues(form, 'item')
  const values = item.statements.trim() === '' ? '' : `at = ${AT_VALUE}; ${item.statements}`
  return `${values} at = ${AT_ACCUMULATE}; ${form.accumulate(s, item.names, namesOf(form))}`
}

function locals(form: ColumnarForm): readonly string[] {
  return form.state.map((_, i) => `a${i}`)
}

function loads(form: ColumnarForm): readonly string[] {
  return form.state.map((_, i) => `a${i} = s${i}[0]`)
}

/** Writes the locals back. After an error they are lost: the execution is over then. */
function stores(form: ColumnarForm): string {
  return form.state.map((_, i) => `s${i}[0] = a${i};`).join(' ')
}
