import type { CompressionFormat } from '../../platform/files.ts'
import type { FoundFile } from './find-files.ts'

/** A part of a file that one processor reads: the lines that begin at `start` ≤ position < `end`. */
export interface Split {
  readonly path: string
  readonly start: number
  /** Infinity for whole files that are read to their end, however long. */
  readonly end: number
  /** Bytes of the file that belong to it, for progress. */
  readonly size: number
  readonly compression: CompressionFormat | null
}

/** How files are cut. */
export interface SplitRules {
  /** Larger files are cut into parts of so many bytes; Infinity = never. */
  readonly splitBytes: number
  readonly compression: 'byExtension' | 'none' | CompressionFormat
}

/** Cuts files into splits, in order. A compressed file is one split. */
export function splitsOf(files: readonly FoundFile[], rules: SplitRules): readonly Split[] {
  const splits: Split[] = []
  for (const { path, size } of files) {
    const compression = compressionOf(path, rules.compression)
    if (compression !== null || size <= rules.splitBytes) {
      splits.push({ path, start: 0, end: Number.POSITIVE_INFINITY, size, compression })
      continue
    }
    for (let start = 0; start < size; start += rules.splitBytes) {
      const end = start + rules.splitBytes
      const isLast = end >= size
      splits.push({
        path,
        start,
        end: isLast ? Number.POSITIVE_INFINITY : end,
        size: isLast ? size - start : rules.splitBytes,
        compression,
      })
    }
  }
  return splits
}

/**
 * Deals splits to `count` processors, each in order to the one that has the fewest bytes so far. Every thread deals for
 * itself and comes to the same result.
 */
export function dealSplits(splits: readonly Split[], count: number): readonly (readonly Split[])[] {
  const hands: Split[][] = Array.from({ length: count }, () => [])
  const bytes = Array.from({ length: count }, () => 0)
  for (const split of splits) {
    let least = 0
    for (let i = 1; i < count; i++) if (bytes[i]! < bytes[least]!) least = i
    hands[least]!.push(split)
    // Opening a file costs about as much as reading some thousand bytes.
    bytes[least]! += split.size + 4096
  }
  return hands
}

function compressionOf(path: string, rule: SplitRules['compression']): CompressionFormat | null {
  if (rule === 'none') return null
  if (rule !== 'byExtension') return rule
  if (path.endsWith('.gz')) return 'gzip'
  return path.endsWith('.zst') ? 'zstd' : null
}
