import fc from 'fast-check'
import type { Clock } from '../../platform/clock.ts'
import { pipelineDescriptions } from './drawn-pipelines.ts'
import { checkInPlace, IN_PLACE_VARIANTS, type InPlaceVariant } from './in-place-check.ts'
import { expectedResults } from './pipeline-check.ts'
import type { PipelineDescription } from './pipeline-description.ts'
import { checkOnThreads, THREAD_VARIANTS, type ThreadVariant } from './thread-check.ts'

/** What {@link fuzzInPlace} and {@link fuzzOnThreads} take. */
export interface FuzzOptions {
  readonly cases: number
  readonly seed: number
  readonly clock: Clock
  /** Called after each case that is none of shrinking. */
  readonly onCase?: () => void
}

/** A pipeline, shrunk, that gives other results than the reference says. */
export interface FuzzFailure {
  readonly descriptions: readonly PipelineDescription[]
  readonly variant: InPlaceVariant | ThreadVariant
  readonly difference: string
}

/** Shrinking ends after so long, with the smallest pipeline found. */
const SHRINK_MS_MAX = 60_000

/**
 * Ways to run in place that each case is checked in; all take their turn, and shrinking uses the one that has failed.
 */
const VARIANTS_PER_CASE = 3

/** Checks generated pipelines in the calling thread; null = no difference found. */
export async function fuzzInPlace(options: FuzzOptions): Promise<FuzzFailure | null> {
  let cases = 0
  const check = async (
    description: PipelineDescription,
    failed: InPlaceVariant | null,
  ): Promise<FuzzFailure | null> => {
    const first = cases++
    const turns = Array.from(
      { length: VARIANTS_PER_CASE },
      (_, i) => IN_PLACE_VARIANTS[(first + i) % IN_PLACE_VARIANTS.length]!,
    )
    const expected = expectedResults(description)
    for (const variant of failed === null ? turns : [failed]) {
      const difference = await checkInPlace(description, expected, variant)
      if (difference !== null) return { descriptions: [description], variant, difference }
    }
    return null
  }
  return search(pipelineDescriptions(), check, options)
}

/** Pipelines of one job on threads. */
const PIPELINES_PER_JOB_MAX = 24

/** Checks generated pipelines on worker threads, many in each job: `cases` counts jobs. */
export async function fuzzOnThreads(options: FuzzOptions): Promise<FuzzFailure | null> {
  let cases = 0
  const jobs = fc.boolean().chain((preserveOrder) =>
    fc.array(pipelineDescriptions({ preserveOrder }), {
      minLength: 1,
      maxLength: PIPELINES_PER_JOB_MAX,
      size: 'max',
    }),
  )
  const check = async (
    descriptions: readonly PipelineDescription[],
    failed: ThreadVariant | null,
  ): Promise<FuzzFailure | null> => {
    const variant = failed ?? THREAD_VARIANTS[cases++ % THREAD_VARIANTS.length]!
    const difference = await checkOnThreads(descriptions, variant)
    return difference === null ? null : { descriptions, variant, difference }
  }
  return search(jobs, check, options)
}

async function search<T, V extends FuzzFailure['variant']>(
  arbitrary: fc.Arbitrary<T>,
  check: (value: T, failed: V | null) => Promise<FuzzFailure | null>,
  { cases, seed, clock, onCase }: FuzzOptions,
): Promise<FuzzFailure | null> {
  let smallest: FuzzFailure | null = null
  let shrinkUntilMs = Number.POSITIVE_INFINITY
  const property = fc.asyncProperty(arbitrary, async (value) => {
    if (clock.monotonicMs() > shrinkUntilMs) return true
    const failure = await check(value, smallest === null ? null : (smallest.variant as V))
    if (failure === null) {
      if (smallest === null) onCase?.()
      return true
    }
    if (smallest === null) shrinkUntilMs = clock.monotonicMs() + SHRINK_MS_MAX
    smallest = failure
    return false
  })
  await fc.check(property, { numRuns: cases, seed })
  return smallest
}

/** Runs pipelines in every way; answers all differences. Threads get several tries, as their timing differs. */
export async function replay(descriptions: readonly PipelineDescription[], tries = 3): Promise<readonly FuzzFailure[]> {
  const failures: FuzzFailure[] = []
  for (const description of descriptions) {
    const expected = expectedResults(description)
    for (const variant of IN_PLACE_VARIANTS) {
      const difference = await checkInPlace(description, expected, variant)
      if (difference !== null) failures.push({ descriptions: [description], variant, difference })
    }
  }
  for (const variant of Array.from({ length: tries }, () => THREAD_VARIANTS).flat()) {
    const difference = await checkOnThreads(descriptions, variant)
    if (difference !== null) failures.push({ descriptions, variant, difference })
  }
  return failures
}
