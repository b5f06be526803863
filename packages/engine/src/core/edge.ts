import type { ColumnType } from './batch.ts'
import type { Vertex } from './vertex.ts'

/** Takes the key of an item; null and undefined are errors. */
export type KeyFunction = (item: never) => unknown

/** How an edge chooses the processor that gets an item. */
export type RoutingPolicy = 'unicast' | 'isolated' | 'partitioned' | 'broadcast' | 'fanout' | 'allToOne'

/** Whether items may leave the member. Isolated edges are local by type. */
export type Locality = 'local' | 'distributed'

/**
 * What crosses a partitioned edge instead of the item: its key (once) and the values of some getters, column by column.
 * Set by the planner; an error that a getter throws names `owner`.
 */
export interface Projection {
  readonly columns: readonly ProjectedColumn[]
  /** Whose getters these are, for messages: the name of the aggregate operation. */
  readonly owner: string
}

/** One value column of a {@link Projection}. */
export interface ProjectedColumn {
  readonly type: ColumnType
  /** Takes the value from an item; null = the item itself. */
  readonly get: ((item: never) => unknown) | null
}

interface EdgeFields {
  readonly source: Vertex
  readonly sourceOrdinal: number
  readonly destination: Vertex
  readonly destinationOrdinal: number
  readonly routing: RoutingPolicy
  readonly locality: Locality
  readonly priority: number
  readonly keyFunction: KeyFunction | null
  readonly comparator: ((a: never, b: never) => number) | null
  readonly projection: Projection | null
  readonly keyedByProducer: readonly ColumnType[] | null
  readonly queueSize: number
}

/** Items that each queue of an edge holds at most, when the edge does not say otherwise (the original's default). */
export const DEFAULT_QUEUE_SIZE = 1024

/**
 * A link between two vertices. Immutable: each method answers a new edge. The type parameter keeps combinations apart
 * that make no sense: an isolated edge cannot become distributed.
 */
export class Edge<R extends RoutingPolicy = RoutingPolicy> {
  readonly source: Vertex
  readonly sourceOrdinal: number
  readonly destination: Vertex
  readonly destinationOrdinal: number
  readonly routing: RoutingPolicy
  readonly locality: Locality
  /** Lower values are read to their end first. */
  readonly priority: number
  /** For `partitioned`; `allToOne` edges of layout `keyed` may have one too. */
  readonly keyFunction: KeyFunction | null
  /** For ordered edges: inputs are sorted by it and merged. Such an edge carries no watermarks and no barriers. */
  readonly comparator: ((a: never, b: never) => number) | null
  /** What crosses instead of items, when the planner decided so. */
  readonly projection: Projection | null
  /** Column types when the producing processor itself emits keys and columns through `outbox.keyed`. */
  readonly keyedByProducer: readonly ColumnType[] | null
  /** Items per queue at most. */
  readonly queueSize: number
  /** Only for the compiler: carries the routing policy in the type. */
  declare protected readonly routingType: R

  private constructor(fields: EdgeFields) {
    this.source = fields.source
    this.sourceOrdinal = fields.sourceOrdinal
    this.destination = fields.destination
    this.destinationOrdinal = fields.destinationOrdinal
    this.routing = fields.routing
    this.locality = fields.locality
    this.priority = fields.priority
    this.keyFunction = fields.keyFunction
    this.comparator = fields.comparator
    this.projection = fields.projection
    this.keyedByProducer = fields.keyedByProducer
    this.queueSize = fields.queueSize
  }

  /** An edge from ordinal 0 to ordinal 0, local and unicast. */
  static between(source: Vertex, destination: Vertex): Edge<'unicast'> {
    return Edge.from(source).to(destination)
  }

  /** Begins an edge at an output ordinal of `source`. */
  static from(
    source: Vertex,
    sourceOrdinal = 0,
  ): { to(destination: Vertex, destinationOrdinal?: number): Edge<'unicast'> } {
    return {
      to: (destination, destinationOrdinal = 0) =>
        new Edge<'unicast'>({
          source,
          sourceOrdinal,
          destination,
          destinationOrdinal,
          routing: 'unicast',
          locality: 'local',
          priority: 0,
          keyFunction: null,
          comparator: null,
          projection: null,
          keyedByProducer: null,
          queueSize: DEFAULT_QUEUE_SIZE,
        }),
    }
  }

  private with<N extends RoutingPolicy = R>(change: Partial<EdgeFields>): Edge<N> {
    return new Edge<N>({ ...this, ...change })
  }

  /** Each item goes to any one consumer; full ones are passed over. */
  unicast(): Edge<'unicast'> {
    return this.with<'unicast'>({ routing: 'unicast' })
  }

  /**
   * Producer i feeds consumer i only (modulo their number, when there are fewer): keeps order and never leaves the
   * member.
   */
  isolated(): Edge<'isolated'> {
    return this.with<'isolated'>({ routing: 'isolated', locality: 'local' })
  }

  /** Items with equal keys go to the same consumer. */
  partitioned<T>(keyFunction: (item: T) => unknown): Edge<'partitioned'> {
    return this.with<'partitioned'>({ routing: 'partitioned', keyFunction: keyFunction as KeyFunction })
  }

  /** Each item goes to every consumer. */
  broadcast(): Edge<'broadcast'> {
    return this.with<'broadcast'>({ routing: 'broadcast' })
  }

  /** Each item goes to every member, there to one consumer. */
  fanout(): Edge<'fanout'> {
    return this.with<'fanout'>({ routing: 'fanout' })
  }

  /** All items go to one and the same consumer. */
  allToOne(): Edge<'allToOne'> {
    return this.with<'allToOne'>({ routing: 'allToOne' })
  }

  /** Lets items cross to other members. */
  distributed(this: Edge<Exclude<R, 'isolated'>>): Edge<R> {
    return this.with<R>({ locality: 'distributed' })
  }

  /** Inputs with lower numbers are read to their end before others. Default 0. */
  withPriority(priority: number): Edge<R> {
    return this.with({ priority })
  }

  /** Merges sorted inputs into one sorted input. */
  ordered<T>(comparator: (a: T, b: T) => number): Edge<R> {
    return this.with({ comparator: comparator as (a: never, b: never) => number })
  }

  /** Bounds each queue of this edge to about so many items. */
  withQueueSize(queueSize: number): Edge<R> {
    return this.with({ queueSize })
  }

  /** Sends keys and getter values instead of items; see {@link Projection}. */
  projected(this: Edge<'partitioned' | 'allToOne'>, projection: Projection): Edge<R> {
    return (this as Edge<R>).with({ projection })
  }

  /** The producing processor emits keys and columns of these types by itself. */
  keyed(this: Edge<'partitioned' | 'allToOne'>, columns: readonly ColumnType[]): Edge<R> {
    return (this as Edge<R>).with({ keyedByProducer: columns })
  }
}
