import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { NacelleError } from '../base/nacelle-error.ts'

/** The name under which jobs import the engine. */
const PACKAGE = 'nacelle'

let installed = false

/**
 * Makes `import … from 'nacelle'` (and its subpaths), wherever a job bundle lies, mean the engine that is running: its
 * sources when it runs from those, else its build. Affects the calling thread only; calling it again does nothing.
 */
export function installEngineResolution(): void {
  if (installed) return
  installed = true
  const entryPoints = engineEntryPoints()
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== PACKAGE && !specifier.startsWith(`${PACKAGE}/`)) return nextResolve(specifier, context)
      const url = entryPoints.get(specifier)
      if (url === undefined) throw unknownEntryPoint(specifier, [...entryPoints.keys()])
      return { url, shortCircuit: true, format: url.endsWith('.ts') ? 'module-typescript' : 'module' }
    },
  })
}

/** Imports the engine's main module ahead of the job that will. */
export async function prewarmEngine(): Promise<void> {
  await import(engineEntryPoints().get(PACKAGE)!)
}

/** Specifier → URL of the running engine's module, read from the package's own `exports`. */
export function engineEntryPoints(): ReadonlyMap<string, string> {
  const runsFromSource = import.meta.url.endsWith('.ts')
  const root = new URL('../../', import.meta.url)
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  }
  const entryPoints = new Map<string, string>()
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    const built = typeof target === 'string' ? target : target.default
    const path = runsFromSource ? built.replace(/^\.\/dist\//, './src/').replace(/\.js$/, '.ts') : built
    entryPoints.set(PACKAGE + subpath.slice(1), new URL(path, root).href)
  }
  return entryPoints
}

function unknownEntryPoint(specifier: string, known: readonly string[]): NacelleError {
  return new NacelleError(
    'ERR_UNKNOWN_ENTRY_POINT',
    `'${specifier}' is nothing that this version of Nacelle exports; there are ${known.map((name) => `'${name}'`).join(', ')}`,
    {
      details: { specifier },
    },
  )
}
