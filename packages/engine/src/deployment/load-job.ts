import { pathToFileURL } from 'node:url'
import { describeThrownValue, isErrorLike } from '../base/encoded-error.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { JobDefinition } from './job-definition.ts'
import { installEngineResolution } from './resolve-engine.ts'

const GUARANTEES: readonly unknown[] = [undefined, 'none', 'atLeastOnce', 'exactlyOnce']

/**
 * Imports a bundle in the calling thread and answers the job that it exports. Modules are imported once per thread:
 * a second call answers the same job.
 *
 * @param bundlePath absolute path of the bundle
 * @throws NacelleError ERR_JOB_IMPORT when the module throws while it is imported, ERR_NOT_A_JOB when its default
 * export is not what `defineJob` answers, ERR_JOB_CONFIG when the settings are wrong
 */
export async function loadJob(bundlePath: string): Promise<JobDefinition> {
  installEngineResolution()
  let module: { readonly default?: unknown }
  try {
    module = await import(pathToFileURL(bundlePath).href)
  } catch (error) {
    throw importError(error)
  }
  const definition = checkedDefinition(module)
  checkConfig(definition.config)
  return definition
}

/**
 * Builds the job's pipeline.
 *
 * @throws NacelleError ERR_JOB_BUILD when the builder throws, ERR_NOT_A_PIPELINE when it answers something else
 */
export async function buildPipeline(definition: JobDefinition, args: readonly string[]): Promise<Pipeline> {
  const { name } = definition.config
  let built: unknown
  try {
    built = await definition.build(args)
  } catch (error) {
    throw new NacelleError('ERR_JOB_BUILD', `building the pipeline of job '${name}' failed: ${thrownText(error)}`, {
      cause: error,
      details: { job: name },
    })
  }
  if (isPipeline(built)) return built
  throw new NacelleError(
    'ERR_NOT_A_PIPELINE',
    `the function given to defineJob answered ${kindOf(built)} for job '${name}': it must return the Pipeline it has built (is a 'return' missing?)`,
    { details: { job: name } },
  )
}

function importError(error: unknown): NacelleError {
  const missing = /does not provide an export named '([^']+)'/.exec(isErrorLike(error) ? error.message : '')?.[1]
  const text =
    missing === undefined ? thrownText(error) : `it imports '${missing}' from a module that has no such export`
  return new NacelleError('ERR_JOB_IMPORT', `the job's module failed while it was imported: ${text}`, { cause: error })
}

function checkedDefinition(module: { readonly default?: unknown }): JobDefinition {
  const exported = module.default
  if (isJobDefinition(exported)) return exported
  throw new NacelleError(
    'ERR_NOT_A_JOB',
    `${notAJobText(module, exported)}: write  export default defineJob({ name: 'my-job' }, (args) => pipeline)`,
  )
}

function isJobDefinition(value: unknown): value is JobDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { kind?: unknown }).kind === 'nacelle.job' &&
    typeof (value as { build?: unknown }).build === 'function'
  )
}

/** By its shape, not its class: a test may hold two copies of the engine. */
function isPipeline(value: unknown): value is Pipeline {
  return typeof value === 'object' && value !== null && typeof (value as { readFrom?: unknown }).readFrom === 'function'
}

function notAJobText(module: object, exported: unknown): string {
  if (!('default' in module)) {
    const names = Object.keys(module)
    const others =
      names.length === 0 ? 'exports nothing' : `exports only ${names.map((name) => `'${name}'`).join(', ')}`
    return `the job file has no default export (it ${others})`
  }
  if (exported instanceof Promise) return 'the default export of the job file is a promise'
  if (isPipeline(exported)) return 'the default export of the job file is a Pipeline, not a job'
  return `the default export of the job file is ${kindOf(exported)}, not a job`
}

function checkConfig(config: unknown): void {
  const { name, guarantee } = (config ?? {}) as { readonly name?: unknown; readonly guarantee?: unknown }
  if (typeof name !== 'string' || name === '') {
    throw new NacelleError(
      'ERR_JOB_CONFIG',
      `the job has no name: defineJob takes { name: 'my-job' } first, and the name was ${kindOf(name)}`,
    )
  }
  if (!GUARANTEES.includes(guarantee)) {
    throw new NacelleError(
      'ERR_JOB_CONFIG',
      `job '${name}': guarantee must be 'none', 'atLeastOnce' or 'exactlyOnce', not ${JSON.stringify(guarantee) ?? String(guarantee)}`,
    )
  }
}

function thrownText(error: unknown): string {
  if (!isErrorLike(error)) return describeThrownValue(error)
  return error instanceof NacelleError ? error.message : `${error.name}: ${error.message}`
}

/** What a value is, in words. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string'
  // Bundlers give functions without a name one that contains 'default'.
  if (typeof value === 'function')
    return value.name === '' || value.name.includes('default') ? 'a function' : `the function ${value.name}`
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return `a ${typeof value}`
  const constructor: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name
  return typeof constructor === 'string' && constructor !== '' && constructor !== 'Object'
    ? `an object of class ${constructor}`
    : 'a plain object'
}
