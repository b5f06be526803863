import type { EncodedError, ErrorDetails } from '../../base/encoded-error.ts'
import { flag, lazy, list, nullable, object, oneOf, record, type Shape, text } from './document-shape.ts'

const detail: Shape<string | number | boolean | null> = (value, path) =>
  value === null || typeof value === 'number'
    ? value
    : typeof value === 'boolean'
      ? flag(value, path)
      : text(value, path)

const details: Shape<ErrorDetails> = record(detail)

/** An error, in documents that say how a job ended or why it does not run. */
export const encodedErrorShape: Shape<EncodedError> = object({
  kind: oneOf('nacelle', 'assertion', 'error', 'value'),
  name: text,
  message: text,
  stack: nullable(text),
  code: nullable(text),
  domain: oneOf('user', 'external', 'internal'),
  retry: oneOf('never', 'restart', 'backoff'),
  details,
  cause: nullable(lazy(() => encodedErrorShape)),
  members: list(lazy(() => encodedErrorShape)),
})
