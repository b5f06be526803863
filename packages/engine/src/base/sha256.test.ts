import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sha256 } from './sha256.ts'

describe('SHA-256', () => {
  it('agrees with that of Node, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (pieces) => {
        const ours = new Sha256()
        const theirs = createHash('sha256')
        for (const piece of pieces) {
          ours.update(piece)
          theirs.update(piece)
        }
        expect(ours.digestHex()).toBe(theirs.digest('hex'))
      }),
    )
  })

  it.each([0, 55, 56, 63, 64, 65, 119, 120, 1_000_000])('agrees at a length of %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 31)
    expect(new Sha256().update(bytes).digestHex()).toBe(createHash('sha256').update(bytes).digest('hex'))
  })
})
