import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Comment, type EcmaScriptModule, type Node, type Program, parseSync, visitorKeys } from 'oxc-parser'

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** A parsed file of source; `path` is relative to {@link ROOT}, with slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly program: Program
  readonly comments: readonly Comment[]
  readonly module: EcmaScriptModule
}

/** A break of a rule, as `path:line what`. */
export type Finding = string

/** All files that are tracked or about to be. */
export function projectFiles(): string[] {
  const kinds = ['--cached', '--others', '--exclude-standard']
  // Also when the checkout belongs to another user, as in containers.
  const git = ['-c', 'safe.directory=*', 'ls-files', '-z', ...kinds]
  const listed = execFileSync('git', git, { cwd: ROOT, encoding: 'utf8' })
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(join(ROOT, path)))
}

export function isSource(path: string): boolean {
  return /\.(ts|mts|mjs|js)$/.test(path)
}

export function isTest(path: string): boolean {
  return /\.(test|test-d|bench|conformance)\.ts$/.test(path) || path.includes('/test/')
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** @throws Error when `text` is no TypeScript */
export function parse(path: string, text: string = readText(path)): SourceFile {
  const { program, comments, module, errors } = parseSync(path, text)
  const [error] = errors
  if (error) throw new Error(`${path}: ${error.message}`)
  return { path, text, program, comments, module }
}

export function finding(file: SourceFile, offset: number, what: string): Finding {
  return `${file.path}:${lineOf(file, offset)} ${what}`
}

export function lineOf(file: SourceFile, offset: number): number {
  let line = 1
  for (let at = file.text.indexOf('\n'); at >= 0 && at < offset; at = file.text.indexOf('\n', at + 1)) line++
  return line
}

/** Calls `visit` for `node` and all nodes under it, parents first, with the chain of parents, nearest last. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => void): void {
  const parents: Node[] = []
  const step = (at: Node): void => {
    visit(at, parents)
    parents.push(at)
    for (const key of visitorKeys[at.type] ?? []) {
      const child = (at as unknown as Record<string, unknown>)[key]
      if (Array.isArray(child)) child.forEach((one: unknown) => isNode(one) && step(one))
      else if (isNode(child)) step(child)
    }
    parents.pop()
  }
  step(node)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}
