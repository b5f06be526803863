import { NacelleError } from '../base/nacelle-error.ts'
import { givenText } from './given-text.ts'

/**
 * How a stream is cut by event time, in milliseconds. A tumbling window is a sliding one whose step is its size.
 * Windows are aligned to 0 and named by start (inclusive) and end (exclusive).
 */
export interface WindowDefinition {
  readonly kind: 'sliding'
  readonly sizeMs: number
  readonly slideByMs: number
}

/** Windows of `sizeMs` that follow each other without overlap. */
export function tumbling(sizeMs: number): WindowDefinition {
  return sliding(sizeMs, sizeMs)
}

/**
 * Windows of `sizeMs`, a new one every `slideByMs`.
 *
 * @throws NacelleError ERR_WINDOW when a length is not a positive whole number or the size is no multiple of the step
 */
export function sliding(sizeMs: number, slideByMs: number): WindowDefinition {
  if (!Number.isSafeInteger(sizeMs) || sizeMs <= 0 || !Number.isSafeInteger(slideByMs) || slideByMs <= 0) {
    throw new NacelleError(
      'ERR_WINDOW',
      `window size (${sizeMs} ms) and step (${slideByMs} ms) must be positive whole numbers`,
    )
  }
  if (sizeMs % slideByMs !== 0) {
    throw new NacelleError('ERR_WINDOW', `window size (${sizeMs} ms) must be a multiple of the step (${slideByMs} ms)`)
  }
  return { kind: 'sliding', sizeMs, slideByMs }
}

/** @throws NacelleError ERR_ARGUMENT when a user has given something else as a window, ERR_WINDOW as {@link sliding} */
export function requireWindow(window: WindowDefinition): WindowDefinition {
  const given = window as Partial<WindowDefinition> | null | undefined
  if (given?.kind === 'sliding') return sliding(window.sizeMs, window.slideByMs)
  throw new NacelleError(
    'ERR_ARGUMENT',
    `window takes a window definition, as tumbling(60_000) or sliding(60_000, 1_000), not ${givenText(window)}`,
    { details: { method: 'window' } },
  )
}
