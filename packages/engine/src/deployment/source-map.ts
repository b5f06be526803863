import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JobBundle } from './job-bundle.ts'

/** A place in source code; line and column count from 1. */
export interface SourcePlace {
  /** Absolute path. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Whose code a stack frame is in. */
export type FrameOwner = 'job' | 'package' | 'engine' | 'node'

/** One frame of a stack. */
export interface StackFrame {
  readonly owner: FrameOwner
  /** The function, as V8 names it; null at the top level of a module and in functions without a name. */
  readonly functionName: string | null
  /** In the user's own file where a source map leads there; null for native code. */
  readonly place: SourcePlace | null
  /** The frame's line as V8 wrote it, trimmed. */
  readonly text: string
}

/**
 * Maps stacks out of a bundle back to the files that it was made of. Sources are read when the first frame is mapped.
 */
export class StackMapper {
  readonly #bundle: JobBundle
  #map: SourceMap | null = null
  #sources: ReadonlyMap<string, string> = new Map()

  constructor(bundle: JobBundle) {
    this.#bundle = bundle
  }

  /** The frames of a stack, outermost last. Lines that are no frames (the message) are left out. */
  frames(stack: string): readonly StackFrame[] {
    return stack.split('\n').flatMap((line) => this.#frame(line) ?? [])
  }

  /** The text of one line of a source file in the bundle, or null when it is not known. */
  sourceLine(place: SourcePlace): string | null {
    this.#load()
    return this.#sources.get(place.file)?.split('\n')[place.line - 1] ?? null
  }

  /** The place in the sources for a place in the bundle; null when the map has none. */
  originalPlace(line: number, column: number): SourcePlace | null {
    const origin = this.#load().findOrigin(line, column)
    if (!('fileName' in origin) || origin.fileName === undefined) return null
    return {
      file: resolve(this.#bundle.sourceRoot, origin.fileName),
      line: origin.lineNumber,
      column: origin.columnNumber,
    }
  }

  #frame(line: string): StackFrame | null {
    const text = line.trim()
    if (!text.startsWith('at ')) return null
    const [, name, location] = /^at (?:(.+?) \()?(.+?)\)?$/.exec(text) ?? []
    if (location === undefined) return null
    const place = placeOf(location)
    const functionName = cleanName(name)
    // Functions that the engine generates around the user's run in `eval` frames.
    if (place === null)
      return { owner: location.includes('eval at') ? 'engine' : 'node', functionName, place: null, text }
    if (place.file !== this.#bundle.path) return { owner: ownerOutside(place.file), functionName, place, text }
    const original = this.originalPlace(place.line, place.column) ?? place
    const isPackage = original.file.split(sep).includes('node_modules') || original === place
    return { owner: isPackage ? 'package' : 'job', functionName, place: original, text }
  }

  #load(): SourceMap {
    if (this.#map === null) {
      const payload = JSON.parse(readFileSync(this.#bundle.sourceMapPath, 'utf8')) as ConstructorParameters<
        typeof SourceMap
      >[0]
      this.#map = new SourceMap(payload)
      const texts = payload.sourcesContent
      this.#sources = new Map(
        payload.sources.map((source, i) => [resolve(this.#bundle.sourceRoot, source), texts[i] ?? '']),
      )
    }
    return this.#map
  }
}

/** A path as people read it: relative to `workingDirectory` when it lies within. */
export function pathForPeople(path: string, workingDirectory: string): string {
  const shown = relative(workingDirectory, path)
  return shown === '' || shown.startsWith('..') || isAbsolute(shown) ? path : shown
}

function placeOf(location: string): SourcePlace | null {
  const [, where, line, column] = /^(?:async )?(.+):(\d+):(\d+)$/.exec(location) ?? []
  if (where === undefined || where.startsWith('node:') || where.startsWith('<') || where.includes('eval at'))
    return null
  const file = where.startsWith('file://') ? fileURLToPath(where) : where
  return isAbsolute(file) ? { file, line: Number(line), column: Number(column) } : null
}

/** Code outside the bundle is the engine's, or (what it depends on, what a job loads by itself) a package's. */
function ownerOutside(file: string): FrameOwner {
  const root = fileURLToPath(new URL('..', import.meta.url))
  return file.startsWith(root) ? 'engine' : 'package'
}

function cleanName(name: string | undefined): string | null {
  if (name === undefined) return null
  const clean = name.replace(/^async /, '').replace(/^(Object|Module)\./, '')
  return clean === '<anonymous>' ? null : clean
}
