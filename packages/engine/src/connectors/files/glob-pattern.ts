/** One path segment of a glob pattern: fixed text, `**`, or a pattern for one name. */
export type GlobSegment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'anyDepth' }
  | { readonly kind: 'name'; readonly pattern: RegExp }

/** Whether a pattern stands for more than the one path that it spells. */
export function isGlob(pattern: string): boolean {
  return /[*?[{]/.test(pattern)
}

/**
 * Reads a glob pattern: `*` and `?` within a name, `[abc]`, `[a-z]`, `[!abc]`, alternatives `{a,b}`, `**` for any
 * number of directories, `\` before a character that is meant as it is. Names that begin with a dot match only where
 * the pattern has the dot. Alternatives give several lists of segments.
 */
export function parseGlob(pattern: string): readonly (readonly GlobSegment[])[] {
  return expandBraces(pattern).map((expanded) =>
    expanded
      .split('/')
      .filter((part, i) => i === 0 || (part !== '' && part !== '.'))
      .map(segmentOf),
  )
}

function segmentOf(part: string): GlobSegment {
  if (part === '**') return { kind: 'anyDepth' }
  if (!/[*?[]/.test(part)) return { kind: 'text', text: part.replace(/\\(.)/g, '$1') }
  return { kind: 'name', pattern: new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${nameSource(part)}$`, 'su') }
}

function nameSource(part: string): string {
  let source = ''
  for (let i = 0; i < part.length; i++) {
    const c = part[i]!
    if (c === '*') source += '.*'
    else if (c === '?') source += '.'
    else if (c === '[') {
      const end = part.indexOf(']', i + 2)
      if (end === -1) source += '\\['
      else {
        source += classSource(part.slice(i + 1, end))
        i = end
      }
    } else source += escaped(c === '\\' && i + 1 < part.length ? part[++i]! : c)
  }
  return source
}

function classSource(members: string): string {
  const negated = /^[!^]/.test(members)
  return `[${negated ? '^' : ''}${members.slice(negated ? 1 : 0).replace(/[\\[\]^&~|]/g, '\\$&')}]`
}

function escaped(c: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c
}

/** `a{b,c}d` → `abd`, `acd`; braces may nest; without a comma they are plain text. */
function expandBraces(pattern: string): readonly string[] {
  const open = findOpenBrace(pattern)
  if (open === null) return [pattern]
  const { start, end, commas } = open
  const borders = [start, ...commas, end]
  const results: string[] = []
  for (let i = 0; i + 1 < borders.length; i++) {
    results.push(
      ...expandBraces(
        pattern.slice(0, start) + pattern.slice(borders[i]! + 1, borders[i + 1]) + pattern.slice(end + 1),
      ),
    )
  }
  return results
}

function findOpenBrace(
  pattern: string,
): { readonly start: number; readonly end: number; readonly commas: readonly number[] } | null {
  for (let start = pattern.indexOf('{'); start !== -1; start = pattern.indexOf('{', start + 1)) {
    if (pattern[start - 1] === '\\') continue
    const commas: number[] = []
    let depth = 0
    for (let i = start; i < pattern.length; i++) {
      const c = pattern[i]
      if (c === '\\') i++
      else if (c === '{') depth++
      else if (c === ',' && depth === 1) commas.push(i)
      else if (c === '}' && --depth === 0) {
        if (commas.length > 0) return { start, end: i, commas }
        break
      }
    }
  }
  return null
}
