import type { ColumnarForm, Names } from './aggregate-operation.ts'
import { bindColumns, bindConstants, cells, namesOf, takeValues } from './kernel-text.ts'

/** The body of a function `(constants, getters)` that answers the generated members of `Kernels`. */
export function kernelSource(form: ColumnarForm): string {
  const k = namesOf(form)
  return `'use strict'
${bindConstants(form)}
return {
${[...rowSources(form, k), ...accumulateSources(form, k), ...mergeSources(form, k), ...rollingSources(form, k)].join(',\n')}
}`
}

/** Kernels that touch one row. */
function rowSources(form: ColumnarForm, k: Names): readonly string[] {
  const count = form.state.length
  const row = cells('s', count, 'row')
  const bind = bindColumns('s', count, 'state')
  return [
    `initRow(state, row) { ${bind} ${initialise(form, row, k)} }`,
    `initRows(state, from, to) { ${bind} for (let row = from; row < to; row++) { ${initialise(form, row, k)} } }`,
    `exportRow(state, row) { ${bind} return ${form.export(row, k)} }`,
    `finishRow(state, row) { ${bind} return ${form.finish(row, k)} }`,
  ]
}

function accumulateSources(form: ColumnarForm, k: Names): readonly string[] {
  const rows = cells('s', form.state.length, 'row')
  const item = takeValues(form, 'item')
  return [
    `accumulateRows(state, rows, values, from, to) {
  ${bindState(form)} ${bindValues(form)}
  for (let i = from; i < to; i++) { const row = rows[i]; ${form.accumulate(rows, valuesAt(form), k)} }
}`,
    `accumulateItems(state, rows, items, from, to) {
  ${bindState(form)}
  for (let i = from; i < to; i++) { const row = rows[i]; const item = items[i]; ${item.statements} ${form.accumulate(rows, item.names, k)} }
}`,
    `accumulateInto(state, row, values, from, to) {
  ${bindState(form)} ${bindValues(form)} ${load(form)}
  for (let i = from; i < to; i++) { ${form.accumulate(locals(form), valuesAt(form), k)} }
  ${store(form)}
}`,
    `accumulateItemsInto(state, row, items, from, to) {
  ${bindState(form)} ${load(form)}
  for (let i = from; i < to; i++) { const item = items[i]; ${item.statements} ${form.accumulate(locals(form), item.names, k)} }
  ${store(form)}
}`,
  ]
}

function rollingSources(form: ColumnarForm, k: Names): readonly string[] {
  const rows = cells('s', form.state.length, 'row')
  const item = takeValues(form, 'item')
  return [
    `rollingEntries(state, rows, values, from, to, keys, out, at) {
  ${bindState(form)} ${bindValues(form)}
  for (let i = from; i < to; i++, at++) {
    const row = rows[i]; ${form.accumulate(rows, valuesAt(form), k)}
    out[at] = { key: keys[row], value: ${form.export(rows, k)} }
  }
}`,
    `rollingInto(state, row, values, from, to, out, at) {
  ${bindState(form)} ${bindValues(form)} ${load(form)}
  for (let i = from; i < to; i++, at++) { ${form.accumulate(locals(form), valuesAt(form), k)} out[at] = ${form.export(locals(form), k)} }
  ${store(form)}
}`,
    `rollingItemsInto(state, row, items, from, to, out, at) {
  ${bindState(form)} ${load(form)}
  for (let i = from; i < to; i++, at++) {
    const item = items[i]; ${item.statements} ${form.accumulate(locals(form), item.names, k)}
    out[at] = ${form.export(locals(form), k)}
  }
  ${store(form)}
}`,
  ]
}

/** Kernels that bring two accumulators together. */
function mergeSources(form: ColumnarForm, k: Names): readonly string[] {
  const count = form.state.length
  const target = cells('s', count, 'targetRow')
  const source = cells('o', count, 'sourceRow')
  const bind = `${bindColumns('s', count, 'target')} ${bindColumns('o', count, 'source')}`
  const copy = target.map((cell, i) => `${cell} = ${source[i]};`).join(' ')
  const copyEntry =
    form.combine === null
      ? 'copyEntry: null'
      : `copyEntry(target, targetRow, source, sourceRow) { ${bind} ${initialise(form, target, k)} ${form.combine(target, source, k)} }`
  return [
    ...mergeKernels('combine', form, form.combine, k),
    ...mergeKernels('deduct', form, form.deduct, k),
    `moveEntry(target, targetRow, source, sourceRow) { ${bind} ${copy} }`,
    copyEntry,
  ]
}

function mergeKernels(name: string, form: ColumnarForm, text: ColumnarForm['combine'], k: Names): readonly string[] {
  if (text === null) return [`${name}Rows: null`, `${name}Range: null`, `${name}Row: null`]
  const count = form.state.length
  const bind = `${bindColumns('s', count, 'target')} ${bindColumns('o', count, 'source')}`
  return [
    `${name}Rows(target, targetRows, source, from, to) {
  ${bind}
  for (let i = from; i < to; i++) { const row = targetRows[i]; ${text(cells('s', count, 'row'), cells('o', count, 'i'), k)} }
}`,
    `${name}Range(target, source, from, to) {
  ${bind}
  for (let row = from; row < to; row++) { ${text(cells('s', count, 'row'), cells('o', count, 'row'), k)} }
}`,
    `${name}Row(target, targetRow, source, sourceRow) { ${bind} ${text(cells('s', count, 'targetRow'), cells('o', count, 'sourceRow'), k)} }`,
  ]
}

function initialise(form: ColumnarForm, target: readonly string[], k: Names): string {
  return form.state.map((column, i) => `${target[i]} = ${column.initial(k)};`).join(' ')
}

function bindState(form: ColumnarForm): string {
  return bindColumns('s', form.state.length, 'state')
}

function bindValues(form: ColumnarForm): string {
  return bindColumns('v', form.values.length, 'values')
}

function valuesAt(form: ColumnarForm): readonly string[] {
  return cells('v', form.values.length, 'i')
}

/** Names of locals that stand for the columns of one row while a loop runs over it. */
function locals(form: ColumnarForm): readonly string[] {
  return form.state.map((_, i) => `a${i}`)
}

function load(form: ColumnarForm): string {
  return form.state.map((_, i) => `let a${i} = s${i}[row];`).join(' ')
}

/** Writes the locals back. After an error they are lost: the execution is over then. */
function store(form: ColumnarForm): string {
  return form.state.map((_, i) => `s${i}[row] = a${i};`).join(' ')
}
