import type { Logger } from '../platform/logger.ts'
import type { NetworkAddress } from '../platform/network.ts'

/** What stands in the lines about a start. */
export interface StartFacts {
  readonly address: NetworkAddress
  readonly version: string
  readonly clusterName?: string
  readonly threads: number
  readonly platform: { readonly logger: Logger }
}

// Lines whose texts operators and their tools know from the original.

/** The lines at the beginning of a start. */
export function logStart({ address, version, clusterName = 'jet', threads, platform: { logger } }: StartFacts): void {
  logger.log('info', `Nacelle ${version} starting at ${addressText(address)}`)
  logger.log('info', `Setting number of cooperative threads and default parallelism to ${threads}`)
  logger.log('info', `Cluster name: ${clusterName}`)
}

/** The list of members, oldest first. */
export function logMembers(logger: Logger, address: NetworkAddress, uuid: string): void {
  logger.log('info', `Members {size:1, ver:1} [\n\tMember ${addressText(address)} - ${uuid} this\n]`)
  logger.log('info', `${addressText(address)} is STARTED`)
}

export function logShuttingDown(logger: Logger, address: NetworkAddress): void {
  logger.log('info', `${addressText(address)} is SHUTTING_DOWN`)
}

export function logShutdown(logger: Logger, address: NetworkAddress): void {
  logger.log('info', `${addressText(address)} is SHUTDOWN`)
}

function addressText({ host, port }: NetworkAddress): string {
  return `[${host}]:${port}`
}
