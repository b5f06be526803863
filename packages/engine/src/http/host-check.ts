import { isIP } from 'node:net'
import { NacelleError } from '../base/nacelle-error.ts'

/** The headers that tell whom a request is meant for and where it comes from. */
export interface RequestHeaders {
  readonly host?: string | undefined
  readonly origin?: string | undefined
}

/**
 * Refuses requests that a web page has led here. A page of another site can make a browser on this machine, or in this
 * network, talk to a member: by a name of its own that it lets point here (DNS rebinding), which the Host header shows,
 * or straight away, which the Origin header shows.
 *
 * Names of loopback and plain addresses are always good: nobody but their owner decides where they lead.
 */
export class HostCheck {
  readonly #names: ReadonlySet<string>

  /** @param names under which the member is reached, without ports; lower case counts. `*` allows any. */
  constructor(names: readonly string[]) {
    this.#names = new Set(names.map((name) => name.toLowerCase()))
  }

  /** @throws NacelleError ERR_HOST, ERR_ORIGIN */
  check({ host, origin }: RequestHeaders): void {
    const name = host === undefined ? null : hostName(host)
    if (name === null || !this.#isKnown(name)) {
      throw new NacelleError(
        'ERR_HOST',
        `this member is not known as '${host ?? ''}': call it by its address, or start it with that name among its public names`,
        { details: { host: host ?? null } },
      )
    }
    if (origin !== undefined && !isSameOrigin(origin, host!)) {
      throw new NacelleError('ERR_ORIGIN', `a page of '${origin}' has no business here`, { details: { origin } })
    }
  }

  #isKnown(name: string): boolean {
    if (name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0) return true
    return this.#names.has('*') || this.#names.has(name)
  }
}

/** The name or address in a Host header, in lower case and without brackets; null when it is none. */
function hostName(host: string): string | null {
  const [, bracketed, plain] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/@?#\s]+))(?::\d{1,5})?$/.exec(host) ?? []
  return (bracketed ?? plain)?.toLowerCase() ?? null
}

function isSameOrigin(origin: string, host: string): boolean {
  const lower = origin.toLowerCase()
  return lower === `http://${host.toLowerCase()}` || lower === `https://${host.toLowerCase()}`
}
