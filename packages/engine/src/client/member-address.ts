import { isIPv6 } from 'node:net'
import { NacelleError } from '../base/nacelle-error.ts'
import type { NetworkAddress } from '../platform/network.ts'

/** The port that members listen on unless told otherwise. */
export const DEFAULT_PORT = 5701

/** Members on one machine take the ports above the default one; so many are tried where no port is named. */
const PORTS_TRIED = 3

/**
 * The addresses that a list of them stands for: `host:port,…`. Without a port the default one and the two above it are
 * tried.
 *
 * @throws NacelleError ERR_ADDRESS
 */
export function memberAddresses(text: string): readonly NetworkAddress[] {
  return text.split(',').flatMap((entry) => addressesOf(entry.trim()))
}

/** An address as people write it: `host:port`, with brackets around IPv6. */
export function addressText({ host, port }: NetworkAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

function addressesOf(entry: string): readonly NetworkAddress[] {
  const [, bracketed, plain, portText] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(entry) ?? []
  const host = bracketed ?? plain
  const port = portText === undefined ? null : Number(portText)
  if (host === undefined || (bracketed !== undefined && !isIPv6(bracketed)) || port === 0 || (port ?? 0) > 65_535) {
    throw new NacelleError(
      'ERR_ADDRESS',
      `'${entry}' is no address of a member: write host:port, as in 127.0.0.1:5701`,
      {
        details: { address: entry },
      },
    )
  }
  if (port !== null) return [{ host, port }]
  return Array.from({ length: PORTS_TRIED }, (_, i) => ({ host, port: DEFAULT_PORT + i }))
}
