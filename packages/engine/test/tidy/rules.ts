import { basename } from 'node:path'
import type { Node } from 'oxc-parser'
import { type Finding, finding, isTest, type SourceFile, walk } from './source-file.ts'

/** A rule that looks at one file of source. */
export type SourceRule = (file: SourceFile) => Finding[]

const FILE_LINES_MAX = 500
const FUNCTION_LINES_MAX = 70
const PARAMETERS_MAX = 4
const HOT_PARAMETERS_MAX = 6

const VAGUE_FILE_WORDS: ReadonlySet<string> = new Set(
  'util utils common helper helpers manager managers misc'.split(' '),
)
const VAGUE_WORDS: ReadonlySet<string> = new Set(['util', 'utils', 'helper', 'helpers', 'manager', 'managers', 'misc'])

/** Layers that may read the clock of the machine: platform/node and those above it that make it. */
const SEES_THE_MACHINE =
  /^(?!packages\/engine\/src\/)|\/src\/(platform\/node|deployment|local|embedded-grid|execution-process|member|client|http|cli)\//

/** Where a default export is a contract: a job's module, a tool's configuration. */
const DEFAULT_EXPORTS = /^(examples|bench)\/|\/test\/jobs\/|\.config\.m?[jt]s$|^\.dependency-cruiser\.mjs$/

export const fileSize: SourceRule = (file) => {
  const lines = file.text.split('\n').length - 1
  return lines > FILE_LINES_MAX ? [`${file.path}:${lines} has ${lines} lines, more than ${FILE_LINES_MAX}`] : []
}

/**
 * A function's lines, nested functions included. In tests they are not, as a suite is one function around all of its
 * cases.
 */
export const functionSize: SourceRule = (file) => {
  const findings: Finding[] = []
  const nested = new Map<Node, number>()
  const seen: { readonly node: Node; readonly lines: number }[] = []
  walk(file.program, (node, parents) => {
    if (!isFunction(node)) return
    const lines = file.text.slice(node.start, node.end).split('\n').length
    seen.push({ node, lines })
    const outer = parents.findLast(isFunction)
    if (outer) nested.set(outer, (nested.get(outer) ?? 0) + lines)
  })
  for (const { node, lines } of seen) {
    const own = isTest(file.path) ? lines - (nested.get(node) ?? 0) : lines
    if (own > FUNCTION_LINES_MAX) {
      findings.push(finding(file, node.start, `a function of ${own} lines, more than ${FUNCTION_LINES_MAX}`))
    }
  }
  return findings
}

/** Positional parameters; more of them are an options object. In hot loops that would be an allocation. */
export function parameterCount(file: SourceFile, isHot: boolean): Finding[] {
  const max = isHot ? HOT_PARAMETERS_MAX : PARAMETERS_MAX
  const findings: Finding[] = []
  walk(file.program, (node) => {
    if (!isFunction(node) || !('params' in node)) return
    const count = (node.params as readonly Node[]).length
    if (count > max) findings.push(finding(file, node.start, `${count} positional parameters, more than ${max}`))
  })
  return findings
}

export function fileName(path: string): Finding[] {
  const name = basename(path)
  const findings: Finding[] = []
  // A file of Java has the name of its class.
  const conventional = /^([A-Z][A-Z_]*(\.md)?|Dockerfile|Chart\.yaml|NOTES\.txt|[A-Z]\w*\.java)$/
  const kebab = /^[._]?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/
  if (!conventional.test(name) && !kebab.test(name)) findings.push(`${path}: the name is not kebab-case`)
  const vague = path
    .split('/')
    .flatMap((part) => part.split(/[-.]/))
    .find((word) => VAGUE_FILE_WORDS.has(word))
  if (/^types\.[mc]?[jt]s$/.test(name))
    findings.push(`${path}: a file is named after a concept, not after a kind of code`)
  if (vague !== undefined) findings.push(`${path}: '${vague}' says nothing about what is in it`)
  return findings
}

export const declaredNames: SourceRule = (file) => {
  const findings: Finding[] = []
  walk(file.program, (node, parents) => {
    if (node.type !== 'Identifier') return
    const parent = parents.at(-1)
    if (!parent || !('id' in parent) || parent.id !== node) return
    const vague = wordsOf(node.name).find((word) => VAGUE_WORDS.has(word))
    if (vague !== undefined) findings.push(finding(file, node.start, `'${node.name}': '${vague}' says nothing`))
  })
  return findings
}

/** What a linter's lists of banned globals miss: the clock behind `Date`, and any global behind `globalThis`. */
export const hiddenGlobals: SourceRule = (file) => {
  if (SEES_THE_MACHINE.test(file.path) || isTest(file.path)) return []
  const findings: Finding[] = []
  walk(file.program, (node) => {
    if ((node.type === 'NewExpression' || node.type === 'CallExpression') && isIdentifier(node.callee, 'Date')) {
      const wall = node.type === 'CallExpression' || node.arguments.length === 0
      if (wall) findings.push(finding(file, node.start, 'reads the clock: use the Clock port'))
    }
    if (node.type === 'MemberExpression' && isIdentifier(node.object, 'globalThis')) {
      findings.push(finding(file, node.start, 'reaches a global: use a port'))
    }
  })
  return findings
}

export const defaultExports: SourceRule = (file) => {
  if (DEFAULT_EXPORTS.test(file.path)) return []
  return file.program.body
    .filter((node) => node.type === 'ExportDefaultDeclaration')
    .map((node) => finding(file, node.start, 'a default export: give it a name'))
}

/** `any` within what a file exports; bodies of functions and private members are the linter's business. */
export const exportedAny: SourceRule = (file) => {
  const findings: Finding[] = []
  for (const statement of file.program.body) {
    if (statement.type !== 'ExportNamedDeclaration' || !statement.declaration) continue
    walk(statement.declaration, (node, parents) => {
      if (node.type !== 'TSAnyKeyword') return
      const inside = parents.some((parent, i) => parent.type === 'BlockStatement' && isFunction(parents[i - 1]))
      if (!inside && !parents.some(isPrivate)) findings.push(finding(file, node.start, '`any` in what is exported'))
    })
  }
  return findings
}

export const leftovers: SourceRule = (file) => {
  const findings: Finding[] = []
  for (const { start, value } of file.comments) {
    const word = /\b(TODO|FIXME|XXX|HACK)\b/.exec(value)?.[0]
    if (word !== undefined) findings.push(finding(file, start, `${word} left in a comment`))
  }
  walk(file.program, (node) => {
    if (node.type === 'DebuggerStatement') findings.push(finding(file, node.start, 'debugger left'))
    if (node.type !== 'MemberExpression' || node.property.type !== 'Identifier' || !isSuite(node.object)) return
    const { name } = node.property
    if (name === 'only') findings.push(finding(file, node.start, '.only left'))
    if (['skip', 'todo', 'fails'].includes(name) && !hasReason(file, node.start)) {
      findings.push(finding(file, node.start, `.${name} without a comment that says why`))
    }
  })
  return findings
}

/** A checker may be silenced for a line, by name and with a reason. */
export const silencedCheckers: SourceRule = (file) => {
  const findings: Finding[] = []
  for (const { start, value } of file.comments) {
    if (/@ts-(ignore|nocheck)/.test(value)) findings.push(finding(file, start, 'silences the compiler'))
    if (/(oxlint|eslint)-disable/.test(value) && !/disable(-next-line|-line)? [\w/-]+(, [\w/-]+)* -- \S/.test(value)) {
      findings.push(finding(file, start, 'silences the linter without `rule -- reason`'))
    }
    if (/biome-ignore/.test(value) && !/biome-ignore \S+: \S/.test(value)) {
      findings.push(finding(file, start, 'silences the formatter without a reason'))
    }
  }
  return findings
}

function hasReason(file: SourceFile, offset: number): boolean {
  const lineStart = file.text.lastIndexOf('\n', offset) + 1
  const lineEnd = /$/m.exec(file.text.slice(offset))!.index + offset
  const between = (end: number): string => file.text.slice(end, lineStart).trim()
  return file.comments.some(
    ({ start, end }) => (end <= lineStart && between(end) === '') || (start > offset && start < lineEnd),
  )
}

function isSuite(node: Node): boolean {
  if (node.type === 'MemberExpression') return isSuite(node.object)
  return ['it', 'test', 'describe', 'bench'].some((name) => isIdentifier(node, name))
}

function isFunction(node: Node | undefined): boolean {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  )
}

function isPrivate(node: Node): boolean {
  if (node.type !== 'MethodDefinition' && node.type !== 'PropertyDefinition') return false
  return node.accessibility === 'private' || node.key.type === 'PrivateIdentifier'
}

function isIdentifier(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s_$]+/)
    .map((word) => word.toLowerCase())
}
