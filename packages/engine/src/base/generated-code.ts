/*
 * The one place where text becomes code. Loops are generated around users' functions so that the compiler sees both;
 * how such a loop is optimized depends on the functions it has met, so each loop of a job has a copy of its own, even
 * where the text is the same. A job that runs again on the same thread finds its copies as they were, optimized.
 */

/** Scopes whose code is kept; the one that was used least lately goes first. */
const SCOPES_MAX = 8

/** The copies of generated functions that one job has. */
interface Scope {
  /** Text → its copies, in the order in which the job asks for them. */
  readonly copies: Map<string, Function[]>
  /** Text → how many copies the run at hand has asked for. */
  readonly taken: Map<string, number>
}

const scopes = new Map<string, Scope>()
/** null = nothing is kept, as for pipelines that run in the calling thread. */
let scope: Scope | null = null
let compiled = 0

/** A function made of text; it is called with the values of its parameters. */
export type GeneratedFunction<R> = (...values: readonly unknown[]) => R

/**
 * From now on, on this thread, code is generated for a run of the job of this name. What it asks for in the same order
 * as in an earlier run is the code of that run.
 */
export function beginGeneratedCode(job: string): void {
  scope = scopes.get(job) ?? { copies: new Map(), taken: new Map() }
  scope.taken.clear()
  scopes.delete(job)
  scopes.set(job, scope)
  for (const oldest of scopes.keys()) {
    if (scopes.size <= SCOPES_MAX) break
    scopes.delete(oldest)
  }
}

/**
 * Makes a function of text that the engine has written: parameters and body. No text of users ever goes in.
 *
 * @param label what debuggers and profiles call it, `nacelle:<label>-<number>`
 */
export function generateFunction<R>(label: string, parameters: readonly string[], body: string): GeneratedFunction<R> {
  // A name of its own keeps the runtime from sharing code, and with it what it has learnt, between copies.
  const compile = () => new Function(...parameters, `${body}\n//# sourceURL=nacelle:${label}-${++compiled}`)
  if (scope === null) return compile() as GeneratedFunction<R>
  const text = `${parameters.join(',')}\n${body}`
  const copies = scope.copies.get(text) ?? []
  const index = scope.taken.get(text) ?? 0
  scope.copies.set(text, copies)
  scope.taken.set(text, index + 1)
  copies[index] ??= compile()
  return copies[index] as GeneratedFunction<R>
}
