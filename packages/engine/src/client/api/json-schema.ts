/** The part of JSON Schema (2020-12) in which the HTTP interface is described. */
export interface JsonSchema {
  readonly type?: JsonTypeName | readonly JsonTypeName[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  /** What objects may hold beside `properties`. */
  readonly additionalProperties?: false | JsonSchema
  readonly items?: JsonSchema
  readonly maxItems?: number
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

/** What JSON calls its kinds of values. */
export type JsonTypeName = keyof Primitives | 'array' | 'object'

interface Primitives {
  readonly string: string
  readonly number: number
  readonly integer: number
  readonly boolean: boolean
  readonly null: null
}

/** The values that fit a schema, as a type: what the schema checks and what the compiler knows cannot drift apart. */
export type JsonOf<S extends JsonSchema> = S extends { readonly enum: readonly (infer Value)[] }
  ? Value
  : S extends { readonly type: readonly (infer Name)[] }
    ? ValueOf<Name, S>
    : S extends { readonly type: infer Name }
      ? ValueOf<Name, S>
      : unknown

/** Distributes over the names of a union. */
type ValueOf<Name, S> = Name extends keyof Primitives
  ? Primitives[Name]
  : Name extends 'array'
    ? ArrayOf<S>
    : ObjectOf<S>

type ArrayOf<S> = S extends { readonly items: infer Item extends JsonSchema }
  ? readonly JsonOf<Item>[]
  : readonly unknown[]

type ObjectOf<S> = S extends {
  readonly properties: infer Properties extends Readonly<Record<string, JsonSchema>>
}
  ? Members<Properties, S extends { readonly required: readonly (infer Name)[] } ? Name : never>
  : S extends { readonly additionalProperties: infer Value extends JsonSchema }
    ? Readonly<Record<string, JsonOf<Value>>>
    : Readonly<Record<string, unknown>>

type Members<Properties extends Readonly<Record<string, JsonSchema>>, Required> = {
  readonly [Name in keyof Properties as Name extends Required ? Name : never]: JsonOf<Properties[Name]>
} & {
  readonly [Name in keyof Properties as Name extends Required ? never : Name]?: JsonOf<Properties[Name]>
}
