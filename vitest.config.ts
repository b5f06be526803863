import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(`packages/engine/src/${path}`, import.meta.url))

export default defineConfig({
  // Tests run against the source. What needs the built engine (the jet command, bundled jobs) resolves `nacelle`
  // itself.
  resolve: {
    alias: [
      { find: /^nacelle$/, replacement: source('index.ts') },
      { find: /^nacelle\/core$/, replacement: source('core.ts') },
      { find: /^nacelle\/client$/, replacement: source('client/index.ts') },
      { find: /^nacelle\/local$/, replacement: source('local/index.ts') },
    ],
  },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'examples/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Processes, because tests start worker threads of their own from .ts files, which Node strips itself.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'test-results/vitest.json' }]] : ['default'],
  },
})
