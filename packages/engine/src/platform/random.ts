/** Randomness; replaced by a seeded generator under simulation. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** 32 random bits as an unsigned integer. */
  uint32(): number
  /** A new id of 128 random bits in the usual form with hyphens. */
  uuid(): string
}
