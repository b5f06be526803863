import type { FieldKind, ShapeKind, ShapeReadFunction } from './shape-functions.ts'
import { compileShapeReader } from './shape-functions.ts'

/** A shape as the decoding side knows it, with the functions generated for the kinds of fields that have arrived. */
export class DecoderShape {
  readonly kind: ShapeKind
  readonly fields: readonly string[]
  /** For the decoder: kind of each field of the column being read. */
  readonly kinds: FieldKind[] = []
  /** For the decoder: byte offset of each field's column. */
  readonly offsets: number[] = []
  private readonly readers: Map<string, ShapeReadFunction> = new Map()
  private lastKinds: readonly FieldKind[] = []
  private last: ShapeReadFunction | null = null

  constructor(kind: ShapeKind, fields: readonly string[]) {
    this.kind = kind
    this.fields = fields
    for (let i = 0; i < fields.length; i++) {
      this.kinds.push(0)
      this.offsets.push(0)
    }
  }

  /** The generated function for fields of these kinds. */
  reader(kinds: readonly FieldKind[]): ShapeReadFunction {
    const count = this.fields.length
    const { last, lastKinds } = this
    if (last !== null) {
      let i = 0
      while (i < count && kinds[i] === lastKinds[i]) i++
      if (i === count) return last
    }
    const wanted = kinds.slice(0, count)
    const signature = wanted.join()
    let reader = this.readers.get(signature)
    if (reader === undefined) {
      reader = compileShapeReader(this.kind, this.fields, wanted)
      // Kinds only widen, so an honest stream has few combinations; what a damaged one makes up is not kept.
      if (this.readers.size < 4 * (count + 1)) this.readers.set(signature, reader)
    }
    this.lastKinds = wanted
    this.last = reader
    return reader
  }
}
