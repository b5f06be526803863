// Breaks comments at the width of code: `npm run format` runs it behind the formatter, which leaves comments alone.
// Only paragraphs with a line that is too wide are touched, and of those only the line breaks.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const WIDTH = 120

/** Begins a paragraph of its own: a tag, a list item, a heading. */
const OPENING = /^(@\w|[-*] |\d+\. |#)/

/** A table or code, which is left as it is. */
const FIXED = /^\||^```/

/** The text with its wide comments wrapped. */
export function wrapComments(text: string): string {
  const lines = text.split('\n')
  const wrapped: string[] = []
  for (let i = 0; i < lines.length; ) {
    const end = endOfComment(lines, i)
    wrapped.push(...(end === i ? [lines[i]!] : wrapComment(lines.slice(i, end))))
    i = Math.max(end, i + 1)
  }
  return wrapped.join('\n')
}

/** Where the comment that begins with line `from`, and fills its lines, ends; `from` when there is none. */
function endOfComment(lines: readonly string[], from: number): number {
  const first = lines[from]!
  let end = from
  if (/^\s*\/\*\*/.test(first)) {
    while (end < lines.length && !lines[end]!.includes('*/')) end++
    const body = lines.slice(from + 1, end + 1)
    return end < lines.length && lines[end]!.endsWith('*/') && body.every((line) => /^\s*\*/.test(line))
      ? end + 1
      : from
  }
  const opening = /^\s*\/\/ /.exec(first)?.[0]
  if (opening === undefined) return from
  while (end < lines.length && lines[end]!.startsWith(opening) && !isDirective(lines[end]!)) end++
  return end
}

function isDirective(line: string): boolean {
  return /oxlint-|eslint-|@ts-|biome-ignore/.test(line)
}

function wrapComment(lines: readonly string[]): readonly string[] {
  if (lines.every((line) => line.length <= WIDTH)) return lines
  const indent = /^\s*/.exec(lines[0]!)![0]
  if (!lines[0]!.startsWith('/*', indent.length)) {
    return wrapParagraphs(
      lines.map((line) => line.slice(indent.length + 3)),
      `${indent}// `,
    )
  }
  const inside = lines.map((line, i) => {
    const begun = i === 0 ? line.slice(indent.length + 3) : line.replace(/^\s*\*(?!\/)/, '')
    return (i === lines.length - 1 ? begun.replace(/\s*\*\/$/, '') : begun).replace(/^ /, '')
  })
  if (inside[0]!.trim() === '') inside.shift()
  if (inside.at(-1)!.trim() === '') inside.pop()
  return [`${indent}/**`, ...wrapParagraphs(inside, `${indent} * `), `${indent} */`]
}

function wrapParagraphs(lines: readonly string[], prefix: string): readonly string[] {
  const wrapped: string[] = []
  let isCode = false
  for (let i = 0; i < lines.length; ) {
    const line = lines[i]!
    if (line.trim().startsWith('```')) isCode = !isCode
    let end = i + 1
    const isProse = !isCode && line.trim() !== '' && !FIXED.test(line.trim())
    while (isProse && end < lines.length && continuesParagraph(lines[end]!)) end++
    const paragraph = lines.slice(i, end)
    const isWide = isProse && paragraph.some((one) => prefix.length + one.length > WIDTH)
    const broken = isWide ? breakAnew(paragraph, WIDTH - prefix.length) : paragraph
    wrapped.push(...broken.map((one) => (prefix + one).trimEnd()))
    i = end
  }
  return wrapped
}

function continuesParagraph(line: string): boolean {
  const text = line.trim()
  return text !== '' && !OPENING.test(text) && !FIXED.test(text)
}

function breakAnew(paragraph: readonly string[], width: number): readonly string[] {
  const [first = '', second] = paragraph
  const indent = /^ */.exec(first)![0]
  const opening = OPENING.exec(first.trim())?.[0]
  const hanging = second === undefined ? indent + ' '.repeat(hangingIndent(opening)) : /^ */.exec(second)![0]
  const lines: string[] = []
  let line = indent
  for (const word of paragraph
    .join(' ')
    .split(' ')
    .filter((one) => one !== '')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = hanging
    }
    line += line.trim() === '' ? word : ` ${word}`
  }
  return [...lines, line]
}

function hangingIndent(opening: string | undefined): number {
  if (opening === undefined || opening === '#') return 0
  return opening.startsWith('@') ? 2 : opening.length
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.chdir(new URL('..', import.meta.url).pathname)
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.ts', '*.mjs'])
  const given = process.argv.slice(2)
  const paths = given.length > 0 ? given : listed.toString().split('\0').filter(existsSync)
  for (const path of paths) {
    const text = readFileSync(path, 'utf8')
    const wrapped = wrapComments(text)
    if (wrapped !== text) writeFileSync(path, wrapped)
  }
}
