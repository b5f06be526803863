import type { ExecutionProgress, SourceProgress } from '../local/execution-progress.ts'
import { durationText, exactCount, percentText, shortBytes, shortCount } from './quantity-text.ts'

/** Sources that a line names at most. */
const SOURCES_MAX = 3

/** Characters of a source's name. */
const NAME_LENGTH_MAX = 24

/** Beyond this lag the job reads history: where it stands says more than how far that is from now. */
const HISTORY_LAG_MS = 24 * 3600 * 1000

/** A moment of a job, as progress shows it. */
export interface ProgressMoment {
  readonly jobName: string
  readonly elapsedMs: number
  readonly itemsPerSecond: number
  readonly wallMs: number
  readonly progress: ExecutionProgress
}

/**
 * One line about a running job: `word-count  3.2 s  1.24 M items  410 k items/s  45 % of 1.20 GB  watermark lag 1.2 s`.
 * What does not fit in `width` is left out, the last first.
 */
export function progressText(moment: ProgressMoment, width = Number.POSITIVE_INFINITY): string {
  const { progress } = moment
  const parts = [
    moment.jobName,
    moment.elapsedMs < 60_000 ? `${(moment.elapsedMs / 1000).toFixed(1)} s` : durationText(moment.elapsedMs),
    `${shortCount(progress.itemsIn)} items`,
    `${shortCount(moment.itemsPerSecond)} items/s`,
    ...sourceTexts(progress.sources),
    ...watermarkText(moment),
    ...(progress.lateEventsDropped > 0 ? [lateText(progress.lateEventsDropped, shortCount)] : []),
  ]
  let line = clipped(parts[0]!, width)
  for (const part of parts.slice(1)) {
    if (line.length + 2 + part.length > width) break
    line += `  ${part}`
  }
  return line
}

/** What a job has done in all: `1,234,567 items in 3.2 s, 386 k items/s`. */
export function summaryText(moment: ProgressMoment): string {
  const { elapsedMs, itemsPerSecond, progress } = moment
  const { itemsIn, lateEventsDropped } = progress
  const items = `${exactCount(itemsIn)} ${itemsIn === 1 ? 'item' : 'items'}`
  const late = lateEventsDropped === 0 ? '' : `, ${lateText(lateEventsDropped, exactCount)}`
  return `${items} in ${durationText(elapsedMs)}, ${shortCount(itemsPerSecond)} items/s${late}`
}

function lateText(count: number, shown: (count: number) => string): string {
  return `${shown(count)} late ${count === 1 ? 'event' : 'events'} dropped`
}

function sourceTexts(sources: readonly SourceProgress[]): readonly string[] {
  if (sources.length === 1) {
    const { bytesRead, bytesTotal } = sources[0]!
    return bytesRead === null || bytesTotal === null
      ? []
      : [`${percentText(bytesRead, bytesTotal)} of ${shortBytes(bytesTotal)}`]
  }
  const shown = sources.slice(0, SOURCES_MAX).map(sourceText)
  return sources.length > SOURCES_MAX ? [...shown, `${sources.length - SOURCES_MAX} more sources`] : shown
}

function sourceText({ vertex, items, bytesRead, bytesTotal }: SourceProgress): string {
  const name = clipped(vertex, NAME_LENGTH_MAX)
  return bytesRead === null || bytesTotal === null
    ? `${name} ${shortCount(items)} items`
    : `${name} ${percentText(bytesRead, bytesTotal)}`
}

function watermarkText({ wallMs, progress }: ProgressMoment): readonly string[] {
  const lagMs = progress.watermarkLagMs
  if (lagMs === null) return []
  if (lagMs <= HISTORY_LAG_MS) return [`watermark lag ${durationText(Math.max(0, lagMs))}`]
  const watermark = new Date(wallMs - lagMs)
  // A watermark outside of what a Date can hold is not worth a word.
  if (Number.isNaN(watermark.getTime())) return []
  return [`watermark ${watermark.toISOString().slice(0, 19)}Z`]
}

function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
