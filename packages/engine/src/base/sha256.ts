const ROUND_CONSTANTS = Uint32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
])

const BLOCK_LENGTH = 64

/**
 * SHA-256 of bytes that come in pieces, in plain JavaScript: for what must run without a platform. It is several times
 * slower than that of Node.
 */
export class Sha256 {
  readonly #state = Uint32Array.from([
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ])
  readonly #block = new Uint8Array(BLOCK_LENGTH)
  readonly #words = new Uint32Array(BLOCK_LENGTH)
  #blockLength = 0
  #length = 0

  update(bytes: Uint8Array): this {
    this.#length += bytes.length
    let at = 0
    if (this.#blockLength > 0) {
      at = Math.min(bytes.length, BLOCK_LENGTH - this.#blockLength)
      this.#block.set(bytes.subarray(0, at), this.#blockLength)
      this.#blockLength += at
      if (this.#blockLength < BLOCK_LENGTH) return this
      this.#compress(this.#block, 0)
      this.#blockLength = 0
    }
    for (; at + BLOCK_LENGTH <= bytes.length; at += BLOCK_LENGTH) this.#compress(bytes, at)
    this.#block.set(bytes.subarray(at))
    this.#blockLength = bytes.length - at
    return this
  }

  /** The hash as 64 hexadecimal digits. Ends the use of this object. */
  digestHex(): string {
    const bits = this.#length * 8
    const padding = new Uint8Array((this.#blockLength < 56 ? 56 : 120) - this.#blockLength)
    padding[0] = 0x80
    const length = new Uint8Array(8)
    const view = new DataView(length.buffer)
    view.setUint32(0, Math.floor(bits / 0x1_0000_0000))
    view.setUint32(4, bits >>> 0)
    this.update(padding).update(length)
    return Array.from(this.#state, (word) => word.toString(16).padStart(8, '0')).join('')
  }

  #compress(bytes: Uint8Array, at: number): void {
    const words = this.#words
    for (let i = 0; i < 16; i++) {
      const from = at + i * 4
      words[i] = (bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!
    }
    for (let i = 16; i < 64; i++) {
      const near = words[i - 2]!
      const far = words[i - 15]!
      const spread = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10)
      const mixed = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3)
      words[i] = (spread + words[i - 7]! + mixed + words[i - 16]!) | 0
    }
    let [a, b, c, d, e, f, g, h] = this.#state as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    for (let i = 0; i < 64; i++) {
      const choice = (e & f) ^ (~e & g)
      const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + ROUND_CONSTANTS[i]! + words[i]!) | 0
      const majority = (a & b) ^ (a & c) ^ (b & c)
      const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0
      h = g
      g = f
      f = e
      e = (d + first) | 0
      d = c
      c = b
      b = a
      a = (first + second) | 0
    }
    const sums = [a, b, c, d, e, f, g, h]
    for (let i = 0; i < 8; i++) this.#state[i] = (this.#state[i]! + sums[i]!) | 0
  }
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}
