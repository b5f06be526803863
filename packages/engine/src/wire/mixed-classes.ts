import { CLASS_COUNT_MAX } from './column-tags.ts'
import type { EncoderShapes } from './encoder-shape.ts'
import type { SerializerRegistry } from './serializers.ts'

/** Stands for values that travel one by one. */
const IRREGULAR = Symbol('irregular')

/** Sorts the values of one mixed column into classes, each of which becomes a uniform column. */
export class MixedClasses {
  private readonly shapes: EncoderShapes
  private readonly registry: SerializerRegistry
  /** What marks each class: a typeof, a prototype or a shape. */
  private readonly marks: unknown[] = []

  constructor(shapes: EncoderShapes, registry: SerializerRegistry) {
    this.shapes = shapes
    this.registry = registry
  }

  /** Index of the class of a value; a class seen for the first time gets the next index. */
  indexOf(value: unknown): number {
    let mark = this.markOf(value)
    let index = this.marks.indexOf(mark)
    if (index !== -1) return index
    if (this.marks.length >= CLASS_COUNT_MAX - 1) {
      mark = IRREGULAR
      index = this.marks.indexOf(mark)
      if (index !== -1) return index
    }
    this.marks.push(mark)
    return this.marks.length - 1
  }

  /** Whether the values of a class are alike enough for a column of their own. */
  isRegular(index: number): boolean {
    return this.marks[index] !== IRREGULAR
  }

  private markOf(value: unknown): unknown {
    switch (typeof value) {
      case 'number':
      case 'string':
      case 'bigint':
        return typeof value
      case 'boolean':
      case 'undefined':
        return null
      case 'object':
        return value === null ? null : this.markOfObject(value)
      default:
        return IRREGULAR
    }
  }

  private markOfObject(value: object): unknown {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null)
      return this.shapes.ofObject(value, prototype === null, 1) ?? IRREGULAR
    if (prototype === Array.prototype || prototype === Date.prototype) return prototype
    return this.registry.ofPrototype(prototype as object) === undefined ? IRREGULAR : prototype
  }
}
