import { NacelleError } from '../base/nacelle-error.ts'

/** How instances of one class travel: as plain values that `read` turns back into instances. */
export interface Serializer<T = unknown> {
  /**
   * Names the class in encoded bytes: the same in all threads, members and versions of a job. At most 255 characters.
   */
  readonly id: string
  /** The contents of an instance as a plain value; plain objects, arrays, primitives and other registered classes. */
  write(instance: T): unknown
  /** Makes an instance of what `write` answered. */
  read(value: unknown): T
}

/** A class, as far as serializers are concerned. */
export type ItemClass<T> = abstract new (...args: never[]) => T

/** The classes whose instances may leave a processor, apart from plain objects and arrays. */
export class SerializerRegistry {
  readonly #byPrototype = new Map<object, Serializer>()
  readonly #byId = new Map<string, Serializer>()

  /**
   * Registers a class. Registering the same class again with the same id replaces its serializer.
   *
   * @throws NacelleError ERR_DUPLICATE_SERIALIZER when the id or the class has another partner already
   */
  register<T>(itemClass: ItemClass<T>, serializer: Serializer<T>): void {
    const prototype = itemClass.prototype as object
    const { id } = serializer
    if (id.length === 0 || id.length > 255) {
      throw new NacelleError(
        'ERR_SERIALIZER_ID',
        `the serializer of class '${itemClass.name}' has an id of ${id.length} characters: it needs 1 to 255`,
      )
    }
    const sameClass = this.#byPrototype.get(prototype)
    const sameId = this.#byId.get(id)
    if ((sameClass !== undefined && sameClass.id !== id) || (sameId !== undefined && sameId !== sameClass)) {
      throw new NacelleError(
        'ERR_DUPLICATE_SERIALIZER',
        `class '${itemClass.name}' cannot be registered as '${id}': the class or the id is registered otherwise already`,
        { details: { id } },
      )
    }
    this.#byPrototype.set(prototype, serializer as Serializer)
    this.#byId.set(id, serializer as Serializer)
  }

  /** The serializer for instances with this prototype. */
  ofPrototype(prototype: object): Serializer | undefined {
    return this.#byPrototype.get(prototype)
  }

  ofId(id: string): Serializer | undefined {
    return this.#byId.get(id)
  }
}

/** The serializers of this thread. A job module registers them when it is imported, so every thread has the same. */
export const serializers: SerializerRegistry = new SerializerRegistry()

/**
 * Lets instances of a class travel between processors; see {@link Serializer}. Call it at the top of the job module.
 */
export function registerSerializer<T>(itemClass: ItemClass<T>, serializer: Serializer<T>): void {
  serializers.register(itemClass, serializer)
}
