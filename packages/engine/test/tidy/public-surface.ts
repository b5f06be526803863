import { posix } from 'node:path'
import type { Node } from 'oxc-parser'
import { type Finding, finding, type SourceFile } from './source-file.ts'

/** How {@link undocumentedExports} gets at files; a test gives it files that do not exist. */
export type FileSource = (path: string) => SourceFile

/** The declarations that users of the entry point `path` can name, and that have no doc comment. */
export function undocumentedExports(path: string, load: FileSource): Finding[] {
  const findings = new Set<Finding>()
  for (const { file, name, declarations } of exportsOf(path, load, new Set())) {
    if (declarations.length === 0) findings.add(`${file.path}: '${name}' is exported but declared nowhere`)
    else if (!declarations.some((node) => isDocumented(file, node))) {
      findings.add(finding(file, declarations[0]!.start, `'${name}' is public and has no doc comment`))
    }
  }
  return [...findings]
}

interface Exported {
  readonly file: SourceFile
  readonly name: string
  /** Several for overloads, and for a type and a value of one name. */
  readonly declarations: readonly Node[]
}

function exportsOf(path: string, load: FileSource, seen: Set<string>): Exported[] {
  if (seen.has(path)) return []
  seen.add(path)
  const file = load(path)
  return file.module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, importName, localName, exportName }) => {
      if (moduleRequest && importName.name !== null)
        return namedExport(file, moduleRequest.value, importName.name, load)
      if (moduleRequest)
        return exportName.name === null ? exportsOf(resolve(file, moduleRequest.value), load, seen) : []
      return localName.name === null ? [] : local(file, localName.name, load)
    }),
  )
}

/** What `name`, exported by the module that `request` names in `from`, is declared as. */
function namedExport(from: SourceFile, request: string, name: string, load: FileSource): Exported[] {
  if (!request.startsWith('.')) return []
  const file = load(resolve(from, request))
  for (const { entries } of file.module.staticExports) {
    for (const { moduleRequest, importName, localName, exportName } of entries) {
      if (exportName.name === name && moduleRequest && importName.name !== null) {
        return namedExport(file, moduleRequest.value, importName.name, load)
      }
      if (exportName.name === name && localName.name !== null) return local(file, localName.name, load)
      if (moduleRequest && exportName.name === null && importName.name === null) {
        const found = namedExport(file, moduleRequest.value, name, load)
        if (found.some(({ declarations }) => declarations.length > 0)) return found
      }
    }
  }
  return [{ file, name, declarations: [] }]
}

function local(file: SourceFile, name: string, load: FileSource): Exported[] {
  for (const { moduleRequest, entries } of file.module.staticImports) {
    const entry = entries.find(({ localName }) => localName.value === name)
    if (entry && entry.importName.name !== null)
      return namedExport(file, moduleRequest.value, entry.importName.name, load)
  }
  const declarations = file.program.body.filter((node) => declaredIn(node).includes(name))
  return [{ file, name, declarations }]
}

function declaredIn(statement: Node): string[] {
  if (statement.type === 'ExportNamedDeclaration') return statement.declaration ? declaredIn(statement.declaration) : []
  if (statement.type === 'VariableDeclaration') {
    return statement.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
  }
  return 'id' in statement && statement.id?.type === 'Identifier' ? [statement.id.name] : []
}

function resolve(from: SourceFile, request: string): string {
  return posix.join(posix.dirname(from.path), request)
}

function isDocumented(file: SourceFile, { start }: Node): boolean {
  return file.comments.some(
    ({ type, value, end }) =>
      type === 'Block' && value.startsWith('*') && end <= start && file.text.slice(end, start).trim() === '',
  )
}
