import type { AggregateState, Kernels } from '../../aggregate/kernels.ts'
import { NacelleError } from '../../base/nacelle-error.ts'
import type { Inbox } from '../../core/inbox.ts'
import { BroadcastKey, type Outbox } from '../../core/outbox.ts'
import type { ProcessorContext } from '../../core/processor-context.ts'

/** State in a snapshot is not what the processor saves now: the pipeline was changed. */
export function misfitState(vertexName: string, what: string): NacelleError {
  return new NacelleError(
    'ERR_SNAPSHOT_STATE',
    `vertex '${vertexName}' cannot go on from the state in the snapshot: ${what}; give the changed stage another name to let it begin without state`,
    { details: { vertex: vertexName } },
  )
}

/** @throws NacelleError ERR_SNAPSHOT_STATE when entries to restore do not have the columns of the operation at hand */
export function checkColumns(inbox: Inbox, { form }: Kernels, vertexName: string): void {
  const { dictionary, columns } = inbox.batch
  const fits =
    dictionary !== null &&
    columns.length === form.state.length &&
    form.state.every(({ type }, i) => (columns[i] instanceof Float64Array ? 'f64' : 'any') === type)
  if (!fits) throw misfitState(vertexName, 'it is that of another aggregate operation')
}

/**
 * Saves the one value that an aggregation without keys keeps. Its items all go to the first processor of the vertex;
 * others have nothing to save.
 */
export function saveOnly(outbox: Outbox, context: ProcessorContext, value: unknown): boolean {
  return context.globalProcessorIndex !== 0 || outbox.offerToSnapshot(new BroadcastKey(ONLY), value)
}

/** The value that {@link saveOnly} has saved; undefined when it is for another processor. */
export function restoreOnly(inbox: Inbox, context: ProcessorContext): unknown {
  let value: unknown
  while (!inbox.isEmpty()) value = (inbox.poll() as { readonly value: unknown }).value
  return context.globalProcessorIndex === 0 ? value : undefined
}

const ONLY = 'only'

/** The accumulator in row 0 as a plain value. */
export function accumulatorValue(columns: AggregateState): readonly unknown[] {
  return columns.map((column) => column[0])
}

/** Puts back what {@link accumulatorValue} has answered. @throws NacelleError ERR_SNAPSHOT_STATE */
export function takeAccumulator(columns: AggregateState, saved: unknown, vertexName: string): void {
  if (!Array.isArray(saved) || saved.length !== columns.length)
    throw misfitState(vertexName, 'it is that of another aggregate operation')
  columns.forEach((column, i) => (column[0] = saved[i]))
}
