import { describe, expect, it } from 'vitest'
import type { AggregateOperation } from './aggregate-operation.ts'
import { columnarFormOf, objectForm } from './columnar-form.ts'
import { counting } from './counting.ts'
import { compileKernels } from './kernels.ts'
import { summingDouble, summingLong } from './summing.ts'

/** The largest number, as a user would write it: with accumulator objects. */
const largest: AggregateOperation<number, { value: number }, number> = {
  name: 'largest',
  create: () => ({ value: -Infinity }),
  accumulate(accumulator, item) {
    accumulator.value = Math.max(accumulator.value, item)
  },
  combine(accumulator, other) {
    accumulator.value = Math.max(accumulator.value, other.value)
  },
  deduct: null,
  export: (accumulator) => accumulator.value,
  finish: (accumulator) => accumulator.value,
  columnar: null,
}

const rows = (...numbers: number[]) => Int32Array.from(numbers)

describe('compileKernels', () => {
  it('gives the same kernels for the same form', () => {
    const form = columnarFormOf(counting())
    expect(compileKernels(form)).toBe(compileKernels(form))
    expect(columnarFormOf(largest)).toBe(columnarFormOf(largest))
    expect(compileKernels(objectForm(largest))).not.toBe(compileKernels(objectForm(largest)))
  })

  it('accumulates only the entries asked for, each into its row', () => {
    const kernels = compileKernels(columnarFormOf(summingLong((n: number) => n)))
    const state = kernels.newState(3)
    kernels.initRows(state, 0, 3)
    kernels.accumulateRows(state, rows(0, 2, 0, 2, 1), [Float64Array.of(1, 2, 4, 8, 16)], 1, 4)
    expect([0, 1, 2].map((row) => kernels.exportRow(state, row))).toEqual([4, 0, 10])
  })

  it('accumulates into one row', () => {
    const kernels = compileKernels(columnarFormOf(largest))
    const state = kernels.newState(2)
    kernels.initRows(state, 0, 2)
    kernels.accumulateInto(state, 1, [[3, 9, 4]], 0, 3)
    kernels.accumulateItemsInto(state, 0, [7, 5], 0, 2)
    expect([kernels.finishRow(state, 0), kernels.finishRow(state, 1)]).toEqual([7, 9])
  })

  it('calls the getters when it is given whole items', () => {
    const kernels = compileKernels(columnarFormOf(summingDouble((item: { price: number }) => item.price)))
    const state = kernels.newState(2)
    kernels.initRows(state, 0, 2)
    kernels.accumulateItems(state, rows(1, 0, 1), [{ price: 0.5 }, { price: 2 }, { price: 0.25 }], 0, 3)
    expect([kernels.exportRow(state, 0), kernels.exportRow(state, 1)]).toEqual([2, 0.75])
  })

  it('keeps rows when the state grows, and gives room for more', () => {
    for (const form of [columnarFormOf(counting()), columnarFormOf(largest)]) {
      const kernels = compileKernels(form)
      const state = kernels.newState(1)
      kernels.initRow(state, 0)
      kernels.accumulateItems(state, rows(0), [5], 0, 1)
      const before = kernels.exportRow(state, 0)
      kernels.grow(state, 4)
      kernels.initRow(state, 3)
      kernels.accumulateItems(state, rows(3, 3), [5, 5], 0, 2)
      kernels.grow(state, 2)
      expect(kernels.exportRow(state, 0)).toBe(before)
      expect(kernels.exportRow(state, 3)).toBe(form === columnarFormOf(largest) ? 5 : 2)
    }
  })

  it('combines and deducts by entry, by range and by row', () => {
    const kernels = compileKernels(columnarFormOf(counting()))
    const target = kernels.newState(3)
    kernels.initRows(target, 0, 3)
    const source = [Float64Array.of(1, 2, 3)]
    kernels.combineRows!(target, rows(2, 2, 0), source, 0, 3)
    expect([...target[0]!]).toEqual([3, 0, 3])
    kernels.combineRange!(target, source, 1, 3)
    expect([...target[0]!]).toEqual([3, 2, 6])
    kernels.combineRow!(target, 1, source, 0)
    expect([...target[0]!]).toEqual([3, 3, 6])
    kernels.deductRow!(target, 1, source, 0)
    kernels.deductRange!(target, source, 1, 3)
    kernels.deductRows!(target, rows(2, 2, 0), source, 0, 3)
    expect([...target[0]!]).toEqual([0, 0, 0])
    expect(source).toEqual([Float64Array.of(1, 2, 3)])
  })

  it('has no deducting kernels where the operation has none', () => {
    const { combineRows, combineRange, combineRow, copyEntry, deductRows, deductRange, deductRow } = compileKernels(
      columnarFormOf(largest),
    )
    expect([combineRows, combineRange, combineRow, copyEntry].every((kernel) => kernel !== null)).toBe(true)
    expect([deductRows, deductRange, deductRow]).toEqual([null, null, null])
    const apart = compileKernels(columnarFormOf({ ...largest, combine: null }))
    expect([apart.combineRows, apart.combineRange, apart.combineRow, apart.copyEntry]).toEqual([null, null, null, null])
  })

  it('copies accumulators so that they live on apart, and moves them as they are', () => {
    const kernels = compileKernels(columnarFormOf(largest))
    const state = kernels.newState(3)
    kernels.initRow(state, 0)
    kernels.accumulateItemsInto(state, 0, [1], 0, 1)
    kernels.copyEntry!(state, 1, state, 0)
    kernels.moveEntry(state, 2, state, 0)
    kernels.initRow(state, 0)
    kernels.accumulateItemsInto(state, 1, [8], 0, 1)
    expect([0, 1, 2].map((row) => kernels.exportRow(state, row))).toEqual([-Infinity, 8, 1])
  })

  it('rolls: one result for each entry, in order', () => {
    const kernels = compileKernels(columnarFormOf(summingLong((n: number) => n)))
    const state = kernels.newState(2)
    kernels.initRows(state, 0, 2)
    const out: unknown[] = ['kept']
    kernels.rollingEntries(state, rows(0, 1, 0), [Float64Array.of(1, 10, 2)], 0, 3, ['a', 'b'], out, 1)
    expect(out).toEqual(['kept', { key: 'a', value: 1 }, { key: 'b', value: 10 }, { key: 'a', value: 3 }])
    kernels.rollingInto(state, 0, [Float64Array.of(5, 6)], 1, 2, out, 0)
    kernels.rollingItemsInto(state, 0, [1, 1], 0, 2, out, 1)
    expect(out.slice(0, 3)).toEqual([9, 10, 11])
    expect(kernels.exportRow(state, 0)).toBe(11)
  })
})
