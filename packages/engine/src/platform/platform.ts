import type { Clock } from './clock.ts'
import type { Files } from './files.ts'
import type { Logger } from './logger.ts'
import type { Network } from './network.ts'
import type { Output } from './output.ts'
import type { Random } from './random.ts'
import type { Timers } from './timers.ts'

/** Everything outside that the engine may touch, as ports: the Node implementations in production, fakes under test. */
export interface Platform {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly files: Files
  readonly network: Network
  readonly logger: Logger
  /** For results that people read: tables, charts. What happens goes to {@link logger}. */
  readonly output: Output
}
