import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildFailure, BuildOptions, BuildResult, Plugin } from 'esbuild'
import { NacelleError } from '../base/nacelle-error.ts'
import { bundleDirectory, removeOldBundles, writeWhole } from './bundle-directory.ts'
import { type BundleMessagePaths, bundleError, bundleMessageText } from './bundle-error.ts'
import type { JobBundle } from './job-bundle.ts'

/** What {@link bundleJob} takes beside the job file. */
export interface BundleJobOptions {
  /** Where the bundle goes. Default: a folder of this user under the system's temporary folder. */
  readonly directory?: string
  /** What relative paths refer to, the job file's and those in messages. Default: the process's working directory. */
  readonly workingDirectory?: string
}

type Esbuild = typeof import('esbuild')

let esbuild: Promise<Esbuild> | null = null

/**
 * Starts the bundler, so that it is ready when {@link bundleJob} wants it. Call it first of all, then do something
 * else: its start takes some 50 ms of another core.
 */
export function prewarmBundler(): void {
  // A failure shows itself again, with a message, when a job is bundled.
  bundler()
    .then((module) => module.transform(''))
    .catch(() => undefined)
}

/** Ends the bundler's process, which otherwise stays (idle) until this one ends. Bundling again starts another. */
export async function stopBundler(): Promise<void> {
  if (esbuild !== null) await (await esbuild).stop()
}

/**
 * Makes one file of a job file and all that it imports, packages included. `nacelle` stays outside: a bundle runs on
 * the engine that loads it. In the bundle `import.meta.url` and its relatives are those of the job file.
 *
 * @throws NacelleError ERR_JOB_FILE_MISSING, ERR_NATIVE_ADDON, or ERR_BUNDLE with file, line and column of each mistake
 */
export async function bundleJob(file: string, options: BundleJobOptions = {}): Promise<JobBundle> {
  const workingDirectory = options.workingDirectory ?? process.cwd()
  const entry = resolve(workingDirectory, file)
  checkJobFile(file, entry)
  const sourceRoot = dirname(entry)
  const paths: BundleMessagePaths = { base: sourceRoot, workingDirectory }
  const result = await build(entry, paths)
  const javascript = result.outputFiles.find((output) => output.path.endsWith('.mjs'))!
  const sourceMap = result.outputFiles.find((output) => output.path.endsWith('.map'))!
  const sha256 = createHash('sha256').update(javascript.contents).digest('hex')
  const directory = options.directory ?? bundleDirectory()
  const path = join(directory, `${sha256}.mjs`)
  writeWhole(`${path}.map`, sourceMap.contents)
  writeWhole(path, javascript.contents)
  removeOldBundles(directory)
  return {
    path,
    sha256,
    sourceMapPath: `${path}.map`,
    entry,
    sourceRoot,
    byteLength: javascript.contents.byteLength,
    sourceCount: Object.keys(result.metafile.inputs).length,
    warnings: result.warnings.map((warning) => bundleMessageText(warning, paths)),
  }
}

async function build(entry: string, paths: BundleMessagePaths): Promise<BuildResult<ReturnType<typeof buildOptions>>> {
  const module = await bundler()
  try {
    return await module.build(buildOptions(entry))
  } catch (error) {
    const failure = error as Partial<BuildFailure>
    if (!Array.isArray(failure.errors)) throw error
    const native = failure.errors.find((message) => message.detail instanceof NacelleError)
    if (native !== undefined) throw native.detail
    throw bundleError(entry, failure.errors, paths)
  }
}

function buildOptions(entry: string) {
  const url = pathToFileURL(entry).href
  return {
    entryPoints: [entry],
    absWorkingDir: dirname(entry),
    // Never written: it only tells the source map what its paths are relative to.
    outfile: join(dirname(entry), 'bundle.mjs'),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node}`,
    charset: 'utf8',
    sourcemap: 'external',
    external: ['nacelle', 'nacelle/*'],
    banner: { js: bundleBanner(url) },
    define: {
      'import.meta.url': JSON.stringify(url),
      'import.meta.dirname': JSON.stringify(dirname(entry)),
      'import.meta.filename': JSON.stringify(entry),
      'import.meta.resolve': '__jobResolve',
    },
    loader: { '.txt': 'text', '.sql': 'text' },
    plugins: [REFUSE_NATIVE_ADDONS],
    logLevel: 'silent',
  } as const satisfies BuildOptions
}

/** CommonJS packages call `require`; paths are looked up from the job file, not from where the bundle lies. */
function bundleBanner(url: string): string {
  return [
    `import { createRequire as __jobCreateRequire } from 'node:module'`,
    `import { pathToFileURL as __jobPathToUrl } from 'node:url'`,
    `const require = __jobCreateRequire(${JSON.stringify(url)})`,
    `const __jobResolve = (specifier) => /^(\\.|\\/|[a-z]+:)/.test(specifier) ? new URL(specifier, ${JSON.stringify(url)}).href : __jobPathToUrl(require.resolve(specifier)).href`,
  ].join('\n')
}

const REFUSE_NATIVE_ADDONS: Plugin = {
  name: 'refuse-native-addons',
  setup(plugins) {
    plugins.onResolve({ filter: /\.node$/ }, (found) => {
      const detail = new NacelleError(
        'ERR_NATIVE_ADDON',
        `'${found.path}', which ${found.importer} imports, is a native add-on: a job is one JavaScript file that runs on any machine, so use a package without native code`,
        { details: { specifier: found.path, importer: found.importer } },
      )
      return { errors: [{ text: detail.message, detail }] }
    })
  },
}

function checkJobFile(file: string, entry: string): void {
  const stat = statSync(entry, { throwIfNoEntry: false })
  if (stat === undefined) {
    throw new NacelleError('ERR_JOB_FILE_MISSING', `job file '${file}' could not be found`, {
      details: { file, path: entry },
    })
  }
  if (!stat.isFile()) {
    throw new NacelleError(
      'ERR_JOB_FILE_MISSING',
      `job file '${file}' is ${stat.isDirectory() ? 'a directory' : 'not a plain file'}: name the TypeScript or JavaScript file that exports the job`,
      {
        details: { file, path: entry },
      },
    )
  }
  if (!/\.[cm]?[jt]sx?$/.test(basename(entry))) {
    throw new NacelleError(
      'ERR_JOB_FILE',
      `job file '${file}' is neither TypeScript nor JavaScript: its name must end with .ts, .mts, .js or .mjs`,
      {
        details: { file, path: entry },
      },
    )
  }
}

function bundler(): Promise<Esbuild> {
  esbuild ??= import('esbuild')
  return esbuild
}
