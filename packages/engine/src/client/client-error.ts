import { NacelleError } from '../base/nacelle-error.ts'
import type { NetworkAddress } from '../platform/network.ts'
import type { ERROR_SCHEMA } from './api/cluster-schemas.ts'
import type { JsonOf } from './api/json-schema.ts'
import { addressText } from './member-address.ts'

/** The error that a member has answered with. */
export function answerError(status: number, text: string, address: NetworkAddress): NacelleError {
  const answer = errorJson(text)
  if (answer === null) return notAMemberError(address, new Error(`it answered with status ${status}`))
  const { code, message, details } = answer.error
  return new NacelleError(code, message, {
    domain: status < 500 ? 'user' : status === 503 ? 'external' : 'internal',
    retry: status === 503 ? 'backoff' : 'never',
    details: (details ?? {}) as NacelleError['details'],
  })
}

/** Nobody listens where a member should. */
export function noMemberError(addresses: readonly NetworkAddress[], cause: unknown): NacelleError {
  const shown = addresses.map(addressText).join(', ')
  return new NacelleError(
    'ERR_NO_MEMBER',
    `no member answers at ${shown}: start one with 'jet start', or name one with '--targets host:port' (${messageOf(cause)})`,
    { domain: 'external', cause, details: { addresses: shown } },
  )
}

/** The connection broke before the answer came. */
export function connectionLostError(address: NetworkAddress, cause: unknown): NacelleError {
  return new NacelleError(
    'ERR_CONNECTION_LOST',
    `the connection to the member at ${addressText(address)} was lost (${messageOf(cause)}): the request may have been carried out or not, so look before you send it again`,
    { domain: 'external', cause, details: { address: addressText(address) } },
  )
}

/** Something listens that does not speak as members do. */
export function notAMemberError(address: NetworkAddress, cause: unknown): NacelleError {
  return new NacelleError(
    'ERR_NOT_A_MEMBER',
    `what answers at ${addressText(address)} is no member of Nacelle (${messageOf(cause)})`,
    { domain: 'external', cause, details: { address: addressText(address) } },
  )
}

function errorJson(text: string): JsonOf<typeof ERROR_SCHEMA> | null {
  try {
    const json = JSON.parse(text) as Partial<JsonOf<typeof ERROR_SCHEMA>> | null
    const error = json?.error
    return typeof error?.code === 'string' && typeof error.message === 'string' ? { error } : null
  } catch {
    return null
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
