import type { Transform } from '../transform.ts'

/** Distance of watermarks when no window asks for another, and the greatest there is. */
export const WATERMARK_STRIDE_MAX_MS = 1000

/**
 * How far apart watermarks are: the greatest common divisor of all window steps and, when that is more than a second,
 * of a second too. Watermarks then meet every window's end and are no more frequent than the windows need.
 */
export function watermarkStrideMs(nodes: readonly Transform[]): number {
  const steps = nodes.flatMap((node) => (node.kind === 'windowAggregate' ? [node.window.slideByMs] : []))
  if (steps.length === 0) return WATERMARK_STRIDE_MAX_MS
  const stride = steps.reduce(greatestCommonDivisor)
  return stride > WATERMARK_STRIDE_MAX_MS ? greatestCommonDivisor(stride, WATERMARK_STRIDE_MAX_MS) : stride
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
