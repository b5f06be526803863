/** From this length on a call of `set` is quicker than a loop, although it needs a view of its own. */
const LONG = 48

/** Copies `count` numbers of `source` from `from` on to `target` from `to` on. */
export function copyFloat64s(
  source: Float64Array,
  from: number,
  target: Float64Array,
  to: number,
  count: number,
): void {
  if (count >= LONG) target.set(source.subarray(from, from + count), to)
  else for (let i = 0; i < count; i++) target[to + i] = source[from + i]!
}

/** As {@link copyFloat64s}, for integers. */
export function copyInt32s(source: Int32Array, from: number, target: Int32Array, to: number, count: number): void {
  if (count >= LONG) target.set(source.subarray(from, from + count), to)
  else for (let i = 0; i < count; i++) target[to + i] = source[from + i]!
}
