import { posix } from 'node:path'
import type { Finding } from './source-file.ts'

/** Relative links of a page that lead nowhere, to a file or to a heading. */
export function deadLinks(path: string, text: string, read: (path: string) => string | null): Finding[] {
  const findings: Finding[] = []
  for (const [line, content] of linesOfProse(text)) {
    const prose = content.replace(/`[^`]*`/g, '')
    for (const [, target] of prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]: (\S+)/g)) {
      const problem = target === undefined ? null : problemOf(path, text, target, read)
      if (problem !== null) findings.push(`${path}:${line} ${problem}`)
    }
  }
  return findings
}

function problemOf(path: string, text: string, target: string, read: (path: string) => string | null): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null
  const [file = '', anchor] = target.split('#', 2)
  const page = file === '' ? path : posix.join(posix.dirname(path), decodeURI(file))
  const content = file === '' ? text : read(page)
  if (content === null) return `leads to ${page}, which does not exist`
  if (anchor === undefined || !page.endsWith('.md') || headingsOf(content).has(anchor)) return null
  return `leads to #${anchor}, which is no heading of ${page}`
}

/** Headings as the anchors that code hosts give them. */
function headingsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, line] of linesOfProse(text)) {
    const title = /^#{1,6} +(.*?) *#*$/.exec(line)?.[1]
    if (title === undefined) continue
    const base = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let anchor = base
    for (let i = 1; anchors.has(anchor); i++) anchor = `${base}-${i}`
    anchors.add(anchor)
  }
  return anchors
}

/** Numbered lines outside of fenced code. */
function linesOfProse(text: string): [line: number, content: string][] {
  const prose: [number, string][] = []
  let fence: string | null = null
  for (const [i, line] of text.split('\n').entries()) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1]
    if (mark !== undefined && fence === null) fence = mark
    else if (mark !== undefined && fence !== null && mark.startsWith(fence)) fence = null
    else if (fence === null) prose.push([i + 1, line])
  }
  return prose
}
