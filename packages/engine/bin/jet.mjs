#!/usr/bin/env node
// The `jet` command. Plain JavaScript that any Node parses, so that an old one gets a message and not a syntax error.
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'

const OLDEST_NODE = 24
const main = new URL('../dist/cli/main.js', import.meta.url)

const refuse = (message) => {
  console.error(`jet: ${message}`)
  process.exit(2)
}

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  refuse(`Nacelle needs Node ${OLDEST_NODE} or newer, this is Node ${process.versions.node} (${process.execPath})`)
} else if (!existsSync(main)) {
  refuse('the engine is not built; run `npm run build` in its repository first')
} else {
  const { directory } = nodeModule.enableCompileCache()
  // Worker threads learn about the cache from the environment only.
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory
  const { main: run } = await import(main)
  await run(process.argv.slice(2))
}
