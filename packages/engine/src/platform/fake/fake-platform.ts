import type { Platform } from '../platform.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeTimers } from './fake-timers.ts'
import { MemoryFiles } from './memory-files.ts'
import { MemoryNetwork } from './memory-network.ts'
import { RecordingLogger } from './recording-logger.ts'
import { RecordingOutput } from './recording-output.ts'
import { SeededRandom } from './seeded-random.ts'

/** A platform whose parts all are fakes, each with the handles that a test needs. */
export interface FakePlatform extends Platform {
  readonly clock: FakeClock
  readonly timers: FakeTimers
  readonly random: SeededRandom
  readonly files: MemoryFiles
  readonly network: MemoryNetwork
  readonly logger: RecordingLogger
  readonly output: RecordingOutput
}

/** Makes a {@link FakePlatform}: nothing in it moves by itself, and nothing leaves the thread. */
export function fakePlatform(options: { readonly seed?: number; readonly wallMs?: number } = {}): FakePlatform {
  const clock = new FakeClock(options.wallMs)
  const timers = new FakeTimers(clock)
  return {
    clock,
    timers,
    random: new SeededRandom(options.seed ?? 1),
    files: new MemoryFiles(clock),
    network: new MemoryNetwork(timers),
    logger: new RecordingLogger(),
    output: new RecordingOutput(),
  }
}
