import { NacelleError } from '../base/nacelle-error.ts'

/** What a job makes of the state of another DAG. */
export interface DagComparison {
  /** Why the state cannot be taken over; empty = it can. */
  readonly obstacles: readonly string[]
  /** What is different, and what that means for the state. */
  readonly changes: readonly string[]
}

/** State that another job has saved. */
export interface SavedState {
  readonly dagJson: string
  /** Names of the vertices that have saved something. */
  readonly statefulVertices: readonly string[]
}

interface VertexFacts {
  readonly name: string
  readonly localParallelism: number
  readonly description: Readonly<Record<string, unknown>>
}

/** Facts in the description of a vertex that its state depends on; when one of them changes, the state does not fit. */
const STATE_FACTS: readonly string[] = ['kind', 'keyed', 'operations', 'operation']

/**
 * Compares the DAG of a job with that of the state it is to start from. Names identify state: vertices may come and go,
 * and may change what only tells how much they keep (sizes of windows, lags, parallelism), but not what they keep.
 *
 * @throws NacelleError ERR_DAG_JSON when a DAG is not what `dagToJson` writes
 */
export function compareWithState(saved: SavedState, dagJson: string): DagComparison {
  const before = verticesByName(saved.dagJson)
  const after = verticesByName(dagJson)
  const obstacles: string[] = []
  const changes: string[] = []
  for (const name of saved.statefulVertices) {
    const was = before.get(name)
    const is = after.get(name)
    if (is === undefined) {
      changes.push(
        `the state of '${name}' is dropped, as there is no such vertex any more (a new name loses the state)`,
      )
    } else if (was !== undefined) {
      compareVertices(was, is, obstacles, changes)
    }
  }
  for (const name of after.keys()) {
    if (!before.has(name)) changes.push(`'${name}' is new and starts without state`)
  }
  return { obstacles, changes }
}

function compareVertices(was: VertexFacts, is: VertexFacts, obstacles: string[], changes: string[]): void {
  const facts = new Set([...Object.keys(was.description), ...Object.keys(is.description)])
  for (const fact of facts) {
    const [old, now] = [JSON.stringify(was.description[fact]), JSON.stringify(is.description[fact])]
    if (old === now) continue
    const text = `'${is.name}' has ${fact} ${now ?? 'none'}, and had ${old ?? 'none'}`
    if (STATE_FACTS.includes(fact)) obstacles.push(text)
    else changes.push(text)
  }
  if (was.localParallelism !== is.localParallelism) {
    changes.push(`'${is.name}' has local parallelism ${is.localParallelism}, and had ${was.localParallelism}`)
  }
}

function verticesByName(dagJson: string): ReadonlyMap<string, VertexFacts> {
  try {
    const { vertices } = JSON.parse(dagJson) as { readonly vertices: readonly VertexFacts[] }
    return new Map(vertices.map((vertex) => [vertex.name, { ...vertex, description: vertex.description ?? {} }]))
  } catch (error) {
    throw new NacelleError('ERR_DAG_JSON', `the JSON of the DAG is not valid: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
