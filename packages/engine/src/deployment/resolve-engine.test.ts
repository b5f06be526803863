import { describe, expect, it } from 'vitest'
import { engineEntryPoints } from './resolve-engine.ts'

describe('engineEntryPoints', () => {
  it('maps each export of the package to the sources when these run', () => {
    const entryPoints = engineEntryPoints()
    expect(entryPoints.get('nacelle')).toBe(new URL('../index.ts', import.meta.url).href)
    expect(entryPoints.get('nacelle/core')).toBe(new URL('../core.ts', import.meta.url).href)
    for (const specifier of entryPoints.keys()) expect(specifier).toMatch(/^nacelle(\/|$)/)
  })
})
