import type { FieldKind, ShapeKind, ShapeWriteFunction } from './shape-functions.ts'
import { compileShapeWriter, FIELD_ANY, kindOf, widened } from './shape-functions.ts'

/** Objects with more fields than this travel value by value. */
export const SHAPE_FIELDS_MAX = 256

/** Longer arrays travel as lists even when all have one length. */
export const TUPLE_LENGTH_MAX = 16

/** Shapes that one stream of messages may define; objects of further ones travel value by value. */
export const SHAPE_COUNT_MAX = 512

/**
 * So many objects of a shape are seen before code is generated for it: generating takes as long as some hundred of
 * them.
 */
const HOT = 16

/**
 * The fields of objects that look alike, in the order of their properties, and the function generated to write them.
 */
export class EncoderShape {
  readonly kind: ShapeKind
  /** A tuple's fields are named '0', '1', … */
  readonly fields: readonly string[]
  /** Its number on this stream of messages; -1 = not in use yet. */
  id = -1
  /** Kind of each field; it only widens. */
  readonly kinds: FieldKind[] = []
  /**
   * Byte offset of each column that the generated function writes itself; the last entry says which field did not fit.
   */
  readonly offsets: number[] = []
  /** How many fields the generated function leaves to the column encoder. */
  anyCount = 0
  private seen = 0
  private compiled: ShapeWriteFunction | null = null

  constructor(kind: ShapeKind, fields: readonly string[]) {
    this.kind = kind
    this.fields = fields
  }

  /** Counts objects of this shape; true once there are enough to generate code for. */
  countSeen(count: number): boolean {
    this.seen += count
    return this.seen >= HOT
  }

  /** The generated function; `example` shows the kinds of fields when there is none yet. */
  writer(example: object): ShapeWriteFunction {
    if (this.compiled !== null) return this.compiled
    if (this.kinds.length < this.fields.length) {
      for (const field of this.fields) this.kinds.push(kindOf((example as Readonly<Record<string, unknown>>)[field]))
      for (let i = 0; i <= this.fields.length; i++) this.offsets.push(0)
    }
    this.anyCount = this.kinds.filter((kind) => kind === FIELD_ANY).length
    this.compiled = compileShapeWriter(this.kind, this.fields, this.kinds)
    return this.compiled
  }

  /**
   * Makes the kind of a field fit `value`, a value that did not fit, too. It always widens, also when a getter answers
   * anew each time.
   */
  widen(field: number, value: unknown): void {
    const kind = widened(this.kinds[field]!, value)
    this.kinds[field] = kind === this.kinds[field] ? FIELD_ANY : kind
    this.compiled = null
  }
}

/** A node of the tree in which shapes are found by their property names, one after the other. */
class ShapeNode {
  readonly next: Map<string, ShapeNode> = new Map()
  shape: EncoderShape | null = null
}

/** The shapes that one encoder has seen and the numbers of those in use. */
export class EncoderShapes {
  /** Shapes in use, by id. */
  readonly used: EncoderShape[] = []
  private readonly objects = new ShapeNode()
  private readonly nullObjects = new ShapeNode()
  private readonly tuples: (EncoderShape | null)[] = new Array<EncoderShape | null>(TUPLE_LENGTH_MAX + 1).fill(null)
  private nodeCount = 0

  /**
   * The shape of a plain object, ready for use.
   *
   * @param count how many objects of this shape there are, as far as is known
   * @returns null when such objects travel value by value
   */
  ofObject(value: object, nullPrototype: boolean, count: number): EncoderShape | null {
    let node = nullPrototype ? this.nullObjects : this.objects
    let fieldCount = 0
    for (const key in value) {
      if (++fieldCount > SHAPE_FIELDS_MAX) return null
      let next = node.next.get(key)
      if (next === undefined) {
        // Objects that serve as maps have ever new keys: the tree must not grow with them.
        if (this.nodeCount >= SHAPE_COUNT_MAX * 16) return null
        this.nodeCount++
        next = new ShapeNode()
        node.next.set(key, next)
      }
      node = next
    }
    node.shape ??= new EncoderShape(nullPrototype ? 'nullObject' : 'object', Object.keys(value))
    return this.ready(node.shape, count)
  }

  /** The shape of arrays of one length; null as in {@link ofObject}. */
  ofTuple(length: number, count: number): EncoderShape | null {
    if (length === 0 || length > TUPLE_LENGTH_MAX) return null
    let shape = this.tuples[length]!
    if (shape === null) {
      shape = new EncoderShape(
        'tuple',
        Array.from({ length }, (_, i) => String(i)),
      )
      this.tuples[length] = shape
    }
    return this.ready(shape, count)
  }

  private ready(shape: EncoderShape, count: number): EncoderShape | null {
    if (shape.id >= 0) return shape
    if (!shape.countSeen(count) || this.used.length >= SHAPE_COUNT_MAX || shape.fields.length === 0) return null
    shape.id = this.used.length
    this.used.push(shape)
    return shape
  }
}
