import { NacelleError } from '../base/nacelle-error.ts'

/** What processors are told that are closed before they are done, through no fault of their own. */
export function stoppedError(): NacelleError {
  return new NacelleError('ERR_STOPPED', 'the execution was stopped: it has failed elsewhere or was cancelled')
}
