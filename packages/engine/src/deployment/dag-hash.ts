import { createHash } from 'node:crypto'

/** Differences that a description names at most. */
const DIFFERENCES_MAX = 3

/** Characters of a value in a description. */
const VALUE_LENGTH_MAX = 80

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * The structural hash of a DAG: SHA-256, in hexadecimal, of its canonical JSON (`dagToJson`). It covers vertices, edges
 * and their settings, not what functions do nor values that closures have captured.
 */
export function dagHash(dagJson: string): string {
  return createHash('sha256').update(dagJson).digest('hex')
}

/**
 * Says in words where two DAGs differ, for people: `vertex 'map-2' is only in the second`,
 * `vertex 'files': description.glob is "a" in the first and "b" in the second`.
 *
 * @param first canonical JSON of a DAG
 * @param second canonical JSON of another
 */
export function describeDagDifference(
  first: string,
  second: string,
  names: readonly [string, string] = ['the main thread', 'the other'],
): string {
  const a = JSON.parse(first) as Json
  const b = JSON.parse(second) as Json
  const differences = [
    ...listDifferences(a, b, { name: 'vertices', labelOf: vertexLabel }, names),
    ...listDifferences(a, b, { name: 'edges', labelOf: edgeLabel }, names),
    ...settingDifferences(without(a), without(b), '', names),
  ]
  if (differences.length === 0) return 'they are the same in content but not in order'
  const more = differences.length - DIFFERENCES_MAX
  return differences.slice(0, DIFFERENCES_MAX).join('; ') + (more > 0 ? `; and ${more} more` : '')
}

function listDifferences(
  a: Json,
  b: Json,
  list: { readonly name: string; readonly labelOf: (entry: Json) => string },
  names: readonly [string, string],
): readonly string[] {
  const inA = byLabel(a, list.name, list.labelOf)
  const inB = byLabel(b, list.name, list.labelOf)
  const differences: string[] = []
  for (const [label, entry] of inA) {
    const other = inB.get(label)
    if (other === undefined) differences.push(`${label} is only in ${names[0]}`)
    else differences.push(...settingDifferences(entry, other, '', names).map((difference) => `${label}: ${difference}`))
  }
  for (const label of inB.keys()) if (!inA.has(label)) differences.push(`${label} is only in ${names[1]}`)
  return differences
}

/** Every setting that differs, by its path: `description.glob is "a" in … and "b" in …`. */
function settingDifferences(a: Json, b: Json, path: string, names: readonly [string, string]): readonly string[] {
  if (isGroup(a) && isGroup(b) && Array.isArray(a) === Array.isArray(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    return [...keys].flatMap((key) =>
      settingDifferences(member(a, key), member(b, key), path === '' ? key : `${path}.${key}`, names),
    )
  }
  return Object.is(a, b)
    ? []
    : [`${path === '' ? 'it' : path} is ${shown(a)} in ${names[0]} and ${shown(b)} in ${names[1]}`]
}

function byLabel(dag: Json, list: string, labelOf: (entry: Json) => string): ReadonlyMap<string, Json> {
  const entries = member(dag, list)
  return new Map(Array.isArray(entries) ? entries.map((entry: Json) => [labelOf(entry), entry]) : [])
}

function vertexLabel(vertex: Json): string {
  return `vertex '${String(member(vertex, 'name'))}'`
}

function edgeLabel(edge: Json): string {
  const end = (vertex: string, ordinal: string): string => {
    const number = member(edge, ordinal)
    return `'${String(member(edge, vertex))}'${number === 0 || number === ABSENT ? '' : ` (ordinal ${String(number)})`}`
  }
  return `the edge from ${end('source', 'sourceOrdinal')} to ${end('destination', 'destinationOrdinal')}`
}

function without(dag: Json): Json {
  if (!isGroup(dag)) return dag
  return Object.fromEntries(Object.entries(dag).filter(([key]) => key !== 'vertices' && key !== 'edges'))
}

/** Stands for a setting that one side does not have. JSON has no such value. */
const ABSENT = undefined as unknown as Json

function member(value: Json, key: string): Json {
  return isGroup(value) && Object.hasOwn(value, key) ? (value as Record<string, Json>)[key]! : ABSENT
}

function isGroup(value: Json): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null
}

function shown(value: Json): string {
  if (value === ABSENT) return 'absent'
  const text = JSON.stringify(value)
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text
}
