import { NacelleError } from '../base/nacelle-error.ts'

/** Bytes of a ring or a frame do not make sense: they were damaged, or written by something else than our codec. */
export class WireError extends NacelleError {
  override readonly name: string = 'WireError'

  constructor(message: string) {
    super('ERR_WIRE', message, { domain: 'internal', retry: 'restart' })
  }
}
