import { NacelleError } from '../../base/nacelle-error.ts'
import type { FileStat, Files } from '../../platform/files.ts'
import { type GlobSegment, isGlob, parseGlob } from './glob-pattern.ts'

/** A file found. */
export interface FoundFile {
  readonly path: string
  readonly size: number
}

/**
 * The files that some patterns stand for, sorted by path, each once. A pattern is a glob, the path of a file, or that
 * of a directory, which stands for the files directly in it. `**` does not follow symbolic links to directories.
 *
 * @param directory where relative patterns start
 * @throws NacelleError ERR_NO_FILES when a pattern matches no file, ERR_FILE when a directory cannot be read
 */
export function findFiles(files: Files, patterns: readonly string[], directory: string): readonly FoundFile[] {
  const found = new Map<string, FoundFile>()
  if (patterns.length === 0)
    throw new NacelleError('ERR_NO_FILES', 'no files to read: give at least one path or pattern')
  for (const pattern of patterns) {
    const before = found.size
    const matched = matchesOf(files, pattern, directory)
    for (const file of matched) found.set(file.path, file)
    if (found.size === before && matched.length === 0) throw noFiles(pattern, directory)
  }
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function matchesOf(files: Files, pattern: string, directory: string): readonly FoundFile[] {
  const path = join(pattern.startsWith('/') ? '' : directory, pattern)
  const stat = statOf(files, path)
  if (stat?.kind === 'directory') return filesIn(files, path)
  // A file may have the very name that looks like a pattern.
  if (stat !== null) return [{ path, size: stat.size }]
  if (!isGlob(pattern)) return []
  const walk = new GlobWalk(files)
  for (const segments of parseGlob(pattern)) {
    const isAbsolute = segments[0]?.kind === 'text' && segments[0].text === ''
    walk.match(isAbsolute ? '/' : directory, isAbsolute ? segments.slice(1) : segments)
  }
  return walk.found
}

function filesIn(files: Files, directory: string): readonly FoundFile[] {
  const walk = new GlobWalk(files)
  walk.match(directory, parseGlob('*')[0]!)
  return walk.found
}

class GlobWalk {
  readonly found: FoundFile[] = []
  readonly #files: Files

  constructor(files: Files) {
    this.#files = files
  }

  match(directory: string, segments: readonly GlobSegment[]): void {
    const [first, ...rest] = segments
    if (first === undefined) return
    if (first.kind === 'text') return this.#matchPath(join(directory, first.text), rest)
    const entries = readable(directory, () => this.#files.list(directory))
    if (first.kind === 'anyDepth') {
      if (rest.length > 0) this.match(directory, rest)
      for (const { name, kind } of entries) {
        if (name.startsWith('.')) continue
        const path = join(directory, name)
        if (kind === 'directory') this.match(path, segments)
        else if (rest.length === 0) this.#matchPath(path, rest)
      }
      return
    }
    for (const { name, kind } of entries) {
      if (first.pattern.test(name) && (rest.length === 0 || kind !== 'file'))
        this.#matchPath(join(directory, name), rest)
    }
  }

  #matchPath(path: string, rest: readonly GlobSegment[]): void {
    const stat = statOf(this.#files, path)
    if (stat === null) return
    if (rest.length === 0) {
      if (stat.kind !== 'directory') this.found.push({ path, size: stat.size })
    } else if (stat.kind === 'directory') this.match(path, rest)
  }
}

function statOf(files: Files, path: string): FileStat | null {
  return readable(path, () => files.stat(path))
}

function readable<R>(path: string, read: () => R): R {
  try {
    return read()
  } catch (thrown) {
    throw fileError(path, thrown)
  }
}

/** An error of the operating system at a file or directory. */
export function fileError(path: string, thrown: unknown, what = 'read'): NacelleError {
  if (thrown instanceof NacelleError) return thrown
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return new NacelleError('ERR_FILE', `cannot ${what} '${path}': ${text}`, {
    domain: 'external',
    cause: thrown,
    details: { path },
  })
}

function noFiles(pattern: string, directory: string): NacelleError {
  const where = pattern.startsWith('/') || directory === '.' ? '' : ` in directory '${directory}'`
  const message = isGlob(pattern)
    ? `no file matches '${pattern}'${where}`
    : `there is no file '${pattern}'${where}, or the directory is empty`
  return new NacelleError('ERR_NO_FILES', `${message}: check the path and where the job was started`, {
    details: { pattern, directory },
  })
}

function join(directory: string, name: string): string {
  if (directory === '' || directory === '.') return name
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`
}
