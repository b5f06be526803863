import type { JsonSchema } from '../client/api/json-schema.ts'

/** A switch in a query. */
export const FLAG = { type: 'string', enum: ['true', 'false'] } as const satisfies JsonSchema

/** Bodies that are no JSON. */
export const TEXT = { type: 'string' } as const satisfies JsonSchema

/** Whether a query's switch is on. */
export function isSet(flag: 'true' | 'false' | undefined): boolean {
  return flag === 'true'
}
