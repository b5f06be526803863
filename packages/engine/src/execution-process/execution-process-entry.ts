import { enableCompileCache } from 'node:module'

// The module that execution processes run. All else is imported when the compile cache is on: the environment, which
// would say where it lies, is empty.
const cache = process.argv.find((argument) => argument.startsWith('--compile-cache='))?.slice('--compile-cache='.length)
if (cache !== undefined) enableCompileCache(cache)
const { runExecutionProcess } = await import('./execution-process-main.ts')
runExecutionProcess(cache ?? null)
