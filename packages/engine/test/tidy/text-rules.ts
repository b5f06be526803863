import type { Finding } from './source-file.ts'

const LINE_WIDTH_MAX = 120

/** Folders that only one machine has. Texts of examples use made-up ones instead: `/data`, or the home of `me`. */
const MACHINE_PATH =
  /(?<![\w.~/$})-])\/(home(?!\/me\b)|Users(?!\/me\b)|root|tmp|var\/folders|work|mnt|workspaces?)\/[\w.-]+|\b[A-Z]:\\Users\\/

/** Absolute paths of somebody's machine. */
export function machinePaths(path: string, text: string): Finding[] {
  return findLines(path, text, (line) => {
    const found = MACHINE_PATH.exec(line)?.[0]
    return found === undefined ? null : `'${found}' is a path of one machine`
  })
}

/** Comments wider than a line of code may be; the formatter breaks code, not comments. */
export function wideComments(path: string, text: string): Finding[] {
  return findLines(path, text, (line) => {
    const isComment = /^\s*(\/\/|\/?\*)/.test(line)
    return isComment && line.length > LINE_WIDTH_MAX && !line.includes('://')
      ? `a comment of ${line.length} columns, more than ${LINE_WIDTH_MAX}`
      : null
  })
}

function findLines(path: string, text: string, problemOf: (line: string) => string | null): Finding[] {
  return text.split('\n').flatMap((line, i) => {
    const problem = problemOf(line)
    return problem === null ? [] : [`${path}:${i + 1} ${problem}`]
  })
}
