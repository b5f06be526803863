import { createNodeLogger } from '../platform/node/node-logger.ts'
import { STANDARD_OUTPUT } from '../platform/node/node-output.ts'
import { createNodePlatform } from '../platform/node/node-platform.ts'
import type { Platform } from '../platform/platform.ts'

/** That of Node, with warnings and errors logged on the standard error output. */
export function defaultPlatform(): Platform {
  return createNodePlatform({ logger: createNodeLogger({ level: 'warn' }), output: STANDARD_OUTPUT })
}
