import type { Node } from 'oxc-parser'
import { type Finding, finding, type SourceFile, walk } from './source-file.ts'

const CODE = /^ERR_[A-Z][A-Z0-9_]*$/

/** Codes that a file gives to errors, with a place for each; not those of Node that it compares with. */
export function errorCodes(file: SourceFile): Map<string, Finding> {
  const codes = new Map<string, Finding>()
  walk(file.program, (node, parents) => {
    if (node.type !== 'Literal' || typeof node.value !== 'string' || !CODE.test(node.value)) return
    if (parents.at(-1)?.type === 'BinaryExpression' || parents.at(-1)?.type === 'SwitchCase') return
    codes.set(node.value, finding(file, (node as Node).start, `${node.value} is not in the list of errors`))
  })
  return codes
}

/**
 * Where the table of errors (rows `| \`ERR_X\` | meaning | what to do |`) and the sources do not agree: codes without a
 * row, rows without a code, rows without text, rows out of order.
 */
export function errorTableFindings(path: string, page: string, files: readonly SourceFile[]): Finding[] {
  const used = new Map(files.flatMap((file) => [...errorCodes(file)]))
  const findings: Finding[] = []
  const listed: string[] = []
  for (const [i, line] of page.split('\n').entries()) {
    const [, code, ...texts] = /^\| `(ERR_\w+)` \|([^|]*)\|([^|]*)\|$/.exec(line) ?? []
    if (code === undefined) continue
    const at = `${path}:${i + 1}`
    if (!used.has(code)) findings.push(`${at} ${code} is raised nowhere`)
    if (texts.some((text) => text.trim() === '')) findings.push(`${at} ${code} is not explained`)
    if (listed.includes(code)) findings.push(`${at} ${code} is listed twice`)
    else if (code < (listed.at(-1) ?? '')) findings.push(`${at} ${code} is out of order`)
    listed.push(code)
  }
  for (const [code, place] of used) if (!listed.includes(code)) findings.push(place)
  return findings
}
