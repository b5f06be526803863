/** Sizes of messages from a seed: mostly small, sometimes nearly as large as allowed. */
export function tortureSizes(seed: number, bytesMax: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const random = state >>> 0
    return random % 8 === 0 ? random % (bytesMax + 1) : (random >>> 3) % Math.min(bytesMax + 1, 64)
  }
}
