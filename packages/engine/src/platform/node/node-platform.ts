import type { Logger } from '../logger.ts'
import type { Output } from '../output.ts'
import type { Platform } from '../platform.ts'
import { NODE_CLOCK } from './node-clock.ts'
import { NodeFiles } from './node-files.ts'
import { NODE_NETWORK } from './node-network.ts'
import { NODE_RANDOM } from './node-random.ts'
import { NODE_TIMERS } from './node-timers.ts'

/** The parts of a platform that differ between threads. */
export interface NodePlatformOptions {
  /** On the main thread from `createNodeLogger`, on workers from `createForwardingLogger`. */
  readonly logger: Logger
  /** On the main thread `STANDARD_OUTPUT`, on workers something that posts the text to the main thread. */
  readonly output: Output
}

/** The real outside, for the calling thread. */
export function createNodePlatform(options: NodePlatformOptions): Platform {
  return {
    clock: NODE_CLOCK,
    timers: NODE_TIMERS,
    random: NODE_RANDOM,
    files: new NodeFiles(),
    network: NODE_NETWORK,
    logger: options.logger,
    output: options.output,
  }
}
