import { KeyedAccumulators } from './keyed-accumulators.ts'

/** A slice of event time, as long as the step of the windows, with an accumulator for each key that has items in it. */
export class Frame extends KeyedAccumulators {
  /** Exclusive end, milliseconds since the epoch. */
  end = 0
}
