/**
 * Numbers that a producer has given to items which repeat, words for instance: equal numbers mean the same item, a
 * primitive value. A consumer may remember what it knows of an item under its number. A producer that forgets its items
 * begins another numbering.
 */
export class ItemNumbering {
  /** Numbers are below it; it grows. */
  count = 0
}

/** The number of an entry that has none. */
export const NO_NUMBER = -1

/**
 * Makes a batch ready to take numbers behind the entries it has, which keep theirs or have none.
 *
 * @param capacity entries that get numbers at most
 */
export function beginNumbers(batch: NumberedBatch, numbering: ItemNumbering, capacity: number): Int32Array {
  let { numbers } = batch
  if (numbers === null || numbers.length < capacity) {
    const longer = new Int32Array(capacity)
    if (numbers !== null) longer.set(numbers)
    batch.numbers = numbers = longer
  }
  if (batch.numbering !== numbering) {
    numbers.fill(NO_NUMBER, 0, batch.count)
    batch.numbering = numbering
  }
  return numbers
}

/** What {@link beginNumbers} needs of a batch. */
export interface NumberedBatch {
  readonly count: number
  numbers: Int32Array | null
  numbering: ItemNumbering | null
}
