// Checks the layers of the engine (see .dependency-cruiser.mjs), and that the checker saw the engine at all: with a
// parser it cannot load, dependency-cruiser reports success over nothing.
import { globSync } from 'node:fs'
import { cruise } from 'dependency-cruiser'
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'

process.chdir(new URL('..', import.meta.url).pathname)

const sources = globSync('packages/engine/src/**/*.ts')
const options = await extractOptions('./.dependency-cruiser.mjs')
const { output } = await cruise(['packages/engine/src'], { ...options, validate: true })
if (typeof output === 'string') throw new Error(`dependency-cruiser answered text: ${output}`)

const { modules, summary } = output
const seen = new Set(modules.map((module) => module.source))
const unseen = sources.filter((source) => !seen.has(source))
const imports = modules.reduce((sum, module) => sum + module.dependencies.length, 0)

for (const { rule, from, to, cycle } of summary.violations) {
  const path = cycle ? cycle.map(({ name }) => name).join(' → ') : to
  console.error(`${rule.name}: ${from} → ${path}`)
}
for (const source of unseen) console.error(`not seen by the checker: ${source}`)
if (imports < sources.length)
  console.error(`only ${imports} imports in ${sources.length} files: the parser does not work`)

const failed = summary.violations.length + unseen.length > 0 || imports < sources.length
console.log(`${sources.length} files, ${imports} imports, ${summary.violations.length} violations`)
process.exitCode = failed ? 1 : 0
