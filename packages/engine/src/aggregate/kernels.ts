import { generateFunction } from '../base/generated-code.ts'
import type { Column } from '../core/batch.ts'
import type { ColumnarForm } from './aggregate-operation.ts'
import { kernelSource } from './kernel-source.ts'

/** The accumulators of an operation, a column for each `state` of its form: `state[i][row]`. */
export type AggregateState = Column[]

/** Adds entries `from ≤ i < to` of a batch's value columns: entry i into row `rows[i]`. */
export type RowsKernel = (
  state: AggregateState,
  rows: Int32Array,
  values: readonly Column[],
  from: number,
  to: number,
) => void

/**
 * Adds or takes away accumulators `from ≤ i < to` of `source`: entry i into row `targetRows[i]`. The source is not
 * changed.
 */
export type MergeRowsKernel = (
  target: AggregateState,
  targetRows: Int32Array,
  source: readonly Column[],
  from: number,
  to: number,
) => void

/** Adds or takes away accumulators `from ≤ row < to` of `source` into the same rows of `target`. */
export type MergeRangeKernel = (target: AggregateState, source: readonly Column[], from: number, to: number) => void

/** Adds or takes away one accumulator. */
export type MergeRowKernel = (
  target: AggregateState,
  targetRow: number,
  source: readonly Column[],
  sourceRow: number,
) => void

/**
 * The loops of one aggregate operation, generated from its {@link ColumnarForm}. None allocates but what the operation
 * itself makes. All rows named must lie below the state's capacity and must have been initialised.
 */
export interface Kernels {
  readonly form: ColumnarForm
  /** A state with room for `capacity` rows, none of them initialised. */
  newState(capacity: number): AggregateState
  /** Makes room for `capacity` rows, in place: typed columns are replaced, so read them anew from `state`. */
  grow(state: AggregateState, capacity: number): void
  /** Puts the empty accumulator into a row. */
  initRow(state: AggregateState, row: number): void
  /** {@link initRow} for `from ≤ row < to`. */
  initRows(state: AggregateState, from: number, to: number): void

  /** Adds values that the exchange has brought. */
  readonly accumulateRows: RowsKernel
  /** The same with all entries going into one row. */
  accumulateInto(state: AggregateState, row: number, values: readonly Column[], from: number, to: number): void
  /** Adds whole items, calling the form's getters: item i into row `rows[i]`. */
  accumulateItems(state: AggregateState, rows: Int32Array, items: readonly unknown[], from: number, to: number): void
  /** The same with all items going into one row. */
  accumulateItemsInto(state: AggregateState, row: number, items: readonly unknown[], from: number, to: number): void

  /** Null when the operation has no `combine`; the same for the other forms of combining. */
  readonly combineRows: MergeRowsKernel | null
  readonly combineRange: MergeRangeKernel | null
  readonly combineRow: MergeRowKernel | null
  /** Null when the operation has no `deduct`. */
  readonly deductRows: MergeRowsKernel | null
  readonly deductRange: MergeRangeKernel | null
  readonly deductRow: MergeRowKernel | null
  /**
   * Copies an accumulator column by column. Mutable accumulators are then shared by both rows: initialise the source
   * before it is used again, or copy with {@link initRow} and {@link combineRow} instead.
   */
  readonly moveEntry: MergeRowKernel
  /** An independent copy: the target row is initialised, then the source combined into it. Null without `combine`. */
  readonly copyEntry: MergeRowKernel | null

  /** The result so far. The accumulator goes on. */
  exportRow(state: AggregateState, row: number): unknown
  /** The final result. The row must be initialised before it is used again. */
  finishRow(state: AggregateState, row: number): unknown

  /**
   * Rolling aggregation with keys: adds each entry and writes `{ key: keys[row], value: result so far }` to `out`, from
   * index `at` on, in the order of the entries.
   */
  rollingEntries(
    state: AggregateState,
    rows: Int32Array,
    values: readonly Column[],
    from: number,
    to: number,
    keys: readonly unknown[],
    out: unknown[],
    at: number,
  ): void
  /** Rolling aggregation without keys, from values: writes the bare result after each entry. */
  rollingInto(
    state: AggregateState,
    row: number,
    values: readonly Column[],
    from: number,
    to: number,
    out: unknown[],
    at: number,
  ): void
  /** Rolling aggregation without keys, from whole items. */
  rollingItemsInto(
    state: AggregateState,
    row: number,
    items: readonly unknown[],
    from: number,
    to: number,
    out: unknown[],
    at: number,
  ): void
}

const compiled = new WeakMap<ColumnarForm, Kernels>()

/** The kernels of a form; made once for each form object. */
export function compileKernels(form: ColumnarForm): Kernels {
  const known = compiled.get(form)
  if (known !== undefined) return known
  const factory: KernelFactory = generateFunction('kernels', ['constants', 'getters'], kernelSource(form))
  const getters = form.values.map((value) => value.get)
  const kernels: Kernels = { ...factory(form.constants, getters), form, newState: newStateOf(form), grow: growOf(form) }
  compiled.set(form, kernels)
  return kernels
}

/** What the generated text evaluates to. */
type KernelFactory = (
  constants: Readonly<Record<string, unknown>>,
  getters: readonly unknown[],
) => Omit<Kernels, 'form' | 'newState' | 'grow'>

function newStateOf(form: ColumnarForm): (capacity: number) => AggregateState {
  return (capacity) =>
    form.state.map(({ type }) => (type === 'f64' ? new Float64Array(capacity) : filled([], capacity)))
}

function growOf(form: ColumnarForm): (state: AggregateState, capacity: number) => void {
  return (state, capacity) => {
    for (let i = 0; i < form.state.length; i++) {
      const column = state[i]!
      if (column.length >= capacity) continue
      if (column instanceof Float64Array) {
        const grown = new Float64Array(capacity)
        grown.set(column)
        state[i] = grown
      } else {
        filled(column, capacity)
      }
    }
  }
}

/** Lengthens an array by pushing, which keeps it packed. */
function filled(array: unknown[], capacity: number): unknown[] {
  while (array.length < capacity) array.push(null)
  return array
}
