import { NacelleError } from '../base/nacelle-error.ts'

/** The header by which a client says which cluster it means. */
export const CLUSTER_NAME_HEADER = 'nacelle-cluster'

/**
 * Refuses clients of another cluster: two that lie on one machine are mixed up easily.
 *
 * @param asked null = the client takes any
 * @throws NacelleError ERR_CLUSTER_NAME
 */
export function checkClusterName(asked: string | null, own: string): void {
  if (asked === null || asked === own) return
  throw new NacelleError('ERR_CLUSTER_NAME', `this is a member of cluster '${own}', not of '${asked}'`, {
    details: { asked, own },
  })
}
