import { isErrorLike } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { ERROR_SCHEMA } from '../client/api/cluster-schemas.ts'
import type { JsonOf } from '../client/api/json-schema.ts'

/** What a request that fails is answered with. */
export interface ErrorAnswer {
  readonly status: number
  readonly body: JsonOf<typeof ERROR_SCHEMA>
}

/** What the web framework puts on its errors. */
interface FrameworkError extends Error {
  readonly code?: string
  readonly statusCode?: number
  readonly validation?: readonly Violation[]
  readonly validationContext?: string
}

/** One thing in which a request does not fit its schema. */
interface Violation {
  readonly instancePath: string
  readonly keyword: string
  readonly message?: string
  readonly params: Readonly<Record<string, unknown>>
}

/** Status, code and message for whatever a handler or the framework has thrown. */
export function errorAnswer(thrown: unknown): ErrorAnswer {
  if (thrown instanceof NacelleError) {
    const { code, message, details } = thrown
    return { status: statusOf(thrown), body: { error: { code, message, details } } }
  }
  const error = isErrorLike(thrown) ? (thrown as FrameworkError) : null
  if (error?.validation !== undefined) return refusal(violationError(error))
  switch (error?.statusCode) {
    case 413:
      return refusal(requestError('ERR_REQUEST_TOO_LARGE', 'the body is larger than this path takes'))
    case 415:
      return refusal(requestError('ERR_CONTENT_TYPE', 'the body is of a type that this path does not take'))
    default:
  }
  if (error?.statusCode !== undefined && error.statusCode < 500) {
    return refusal(requestError('ERR_REQUEST', `the request cannot be read: ${error.message}`))
  }
  // The log has the rest: callers learn nothing about the inside.
  const message = 'the member failed to handle the request; its log says how'
  return { status: 500, body: { error: { code: 'ERR_INTERNAL', message } } }
}

/** An error of the request itself. */
export function requestError(code: string, message: string, field?: string): NacelleError {
  return new NacelleError(code, message, field === undefined ? {} : { details: { field } })
}

function refusal(error: NacelleError): ErrorAnswer {
  return errorAnswer(error)
}

/** Names the field: `settings.restart.attempts must be integer`. */
function violationError(error: FrameworkError): NacelleError {
  const { instancePath, keyword, message = 'is not what the schema says', params } = error.validation![0]!
  const path = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
  const place = error.validationContext === 'body' ? 'the body' : `the ${error.validationContext}`
  const inside = (name: unknown): string => (path === '' ? String(name) : `${path}.${String(name)}`)
  switch (keyword) {
    case 'required': {
      const field = inside(params['missingProperty'])
      return requestError('ERR_REQUEST', `${place} lacks '${field}'`, field)
    }
    case 'additionalProperties': {
      const field = inside(params['additionalProperty'])
      return requestError('ERR_REQUEST', `${place} has '${field}', which is not known here`, field)
    }
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).map((value) => `'${String(value)}'`).join(', ')
      return requestError('ERR_REQUEST', `${place}: '${path}' must be one of ${allowed}`, path)
    }
    default:
      return path === ''
        ? requestError('ERR_REQUEST', `${place} ${message}`, '')
        : requestError('ERR_REQUEST', `${place}: '${path}' ${message}`, path)
  }
}

function statusOf(error: NacelleError): number {
  switch (error.code) {
    case 'ERR_HOST':
    case 'ERR_ORIGIN':
    case 'ERR_CLUSTER_NAME':
      return 403
    case 'ERR_JOB_NOT_FOUND':
    case 'ERR_SNAPSHOT_NOT_FOUND':
    case 'ERR_UNKNOWN_PATH':
      return 404
    case 'ERR_METHOD':
      return 405
    case 'ERR_JOB_STATE':
    case 'ERR_JOB_NAME_TAKEN':
    case 'ERR_JOB_UPDATE':
    case 'ERR_GRID_CONFLICT':
      return 409
    case 'ERR_BUNDLE_TOO_LARGE':
    case 'ERR_REQUEST_TOO_LARGE':
      return 413
    case 'ERR_CONTENT_TYPE':
      return 415
    case 'ERR_NOT_COORDINATING':
    case 'ERR_GRID_UNAVAILABLE':
    case 'ERR_GRID_INDETERMINATE':
    case 'ERR_MEMBER_STARTING':
      return 503
    default:
  }
  if (error.retry !== 'never') return 503
  return error.domain === 'user' ? 400 : 500
}
