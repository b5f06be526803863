import type {
  PipelineDescription,
  SourceDescription,
  SourceItem,
  StageBody,
  StageDescription,
} from './pipeline-description.ts'

/**
 * A pipeline as it is drawn at random: stages refer to earlier ones by how far back they are, modulo how many there
 * are, and may make no sense where they stand.
 */
export interface DrawnPipeline {
  readonly preserveOrder: boolean
  readonly lateness: 'never' | 'byItem'
  readonly stages: readonly DrawnStage[]
}

/** One stage of a {@link DrawnPipeline}; places in the body are distances. */
export interface DrawnStage {
  readonly body: StageBody
  readonly parallelism: number | null
}

/** What is known of the items of a stage. */
interface Facts {
  readonly kind: 'batch' | 'untimed' | 'stream'
  /** Whether the order of items is the same in every run. */
  readonly ordered: boolean
  /** Whether it is the same in every run which item has which timestamp. */
  readonly timesFixed: boolean
  /** Whether a window lies before it: nothing is late any more. */
  readonly pastWindow: boolean
  readonly source: SourceDescription | null
}

/**
 * The sense that a drawn pipeline makes: stages that do not fit are left out, every stage leads to a sink, and all that
 * depends on chance is avoided: an operation that sees order gets items whose order is fixed, or items that are all
 * alike.
 */
export function soundDescription(drawn: DrawnPipeline): PipelineDescription {
  return new Assembly(drawn).finish()
}

class Assembly {
  readonly #drawn: DrawnPipeline
  readonly #stages: StageDescription[] = []
  readonly #facts: (Facts | null)[] = []

  constructor(drawn: DrawnPipeline) {
    this.#drawn = drawn
    for (const stage of drawn.stages) this.#add(stage)
    this.#addMissingSinks()
  }

  finish(): PipelineDescription {
    const { preserveOrder, lateness } = this.#drawn
    return { preserveOrder, lateness, stages: this.#stages }
  }

  #add({ body, parallelism }: DrawnStage): void {
    if (body.kind === 'source') return this.#addSource(body.source, parallelism)
    if (body.kind === 'sink') return this.#addSink(body, parallelism)
    const from = this.#placeAt(body.from)
    if (from === null) return
    // Lateness is decided by the order in which items and watermarks come to a window: everything before it is one
    // processor.
    const single = this.#isByItem && !this.#facts[from]!.pastWindow
    this.#addTransform({ ...body, from }, this.#facts[from]!, single ? 1 : parallelism)
  }

  #addSource(source: SourceDescription, parallelism: number | null): void {
    if (!this.#isByItem) {
      const sound = soundSource(source)
      return this.#push({ kind: 'source', source: sound }, parallelism, sourceFacts(sound))
    }
    if (this.#stages.length > 0) return
    const timestamps = source.timestamps === 'function' ? 'function' : 'native'
    const oneByOne: SourceDescription = {
      ...source,
      kind: 'stream',
      timestamps,
      fills: [1],
      isDistributed: false,
      isWrapped: source.isWrapped || timestamps === 'function',
    }
    this.#push({ kind: 'source', source: oneByOne }, 1, sourceFacts(oneByOne))
  }

  #addTransform(body: Exclude<StageBody, { kind: 'source' | 'sink' }>, facts: Facts, parallelism: number | null): void {
    const ordered = facts.ordered && (this.#drawn.preserveOrder || parallelism === 1)
    const next = { ...facts, ordered, source: null }
    switch (body.kind) {
      case 'merge':
        return this.#addMerge(body, facts)
      case 'addTimestamps':
        return this.#addTimestamps(body, next, parallelism)
      case 'rolling': {
        // Without keys a single processor keeps the order, but results are settled behind it, in a stage of their own.
        const meets = body.key === null ? ordered : facts.ordered && parallelism === 1
        const of = facts.ordered ? 'item' : 'key'
        return this.#push({ ...body, of }, parallelism, {
          ...next,
          ordered: meets,
          timesFixed: facts.timesFixed && facts.ordered,
        })
      }
      case 'custom':
        return this.#push(
          body,
          parallelism,
          body.key === null ? next : { ...next, ordered: facts.ordered && parallelism === 1 },
        )
      case 'distinct':
        return facts.kind === 'batch' ? this.#push(body, parallelism, { ...next, ordered: false }) : undefined
      case 'aggregate':
        if (facts.kind === 'batch') return this.#addAggregate(body, next, parallelism)
        return this.#addTransform({ ...body, kind: 'window', slideByMs: 20, slides: 2 }, facts, parallelism)
      case 'window':
        if (facts.kind === 'stream') return this.#addAggregate(body, next, parallelism)
        this.#addTimestamps({ kind: 'addTimestamps', from: body.from, by: 'field', allowedLagMs: 0 }, next, null)
        return this.#addTransform({ ...body, from: this.#stages.length - 1 }, this.#facts.at(-1)!, parallelism)
      default:
        return this.#push(body, parallelism, next)
    }
  }

  #addMerge(body: Extract<StageBody, { kind: 'merge' }>, facts: Facts): void {
    const other = this.#placeAt(body.other, body.from)
    const others = other === null ? null : this.#facts[other]!
    if (
      other === null ||
      others === null ||
      others.kind !== facts.kind ||
      (this.#isByItem && !(facts.pastWindow && others.pastWindow))
    )
      return
    const timesFixed = facts.timesFixed && others.timesFixed
    this.#push({ ...body, other }, null, {
      ...facts,
      ordered: false,
      timesFixed,
      pastWindow: facts.pastWindow && others.pastWindow,
      source: null,
    })
  }

  #addTimestamps(body: Extract<StageBody, { kind: 'addTimestamps' }>, facts: Facts, parallelism: number | null): void {
    if (facts.kind === 'stream' || this.#isByItem) return
    const source = this.#stages[body.from]!.kind === 'source' ? this.#facts[body.from]!.source : null
    const byField = source !== null && source.isWrapped && !isSpread(source) && body.by === 'field'
    const stage: StageBody = byField
      ? { ...body, by: 'field', allowedLagMs: source.allowedLagMs }
      : { ...body, by: 'content', allowedLagMs: Math.max(body.allowedLagMs, 500) }
    this.#push(stage, parallelism, { ...facts, kind: 'stream', timesFixed: true })
  }

  #addAggregate(
    body: Extract<StageBody, { kind: 'aggregate' | 'window' }>,
    facts: Facts,
    parallelism: number | null,
  ): void {
    const isWindow = body.kind === 'window'
    if (facts.kind !== (isWindow ? 'stream' : 'batch') || (isWindow && !facts.timesFixed)) return
    const others: number[] = []
    for (const back of body.others) {
      const place = this.#placeAt(back)
      const other = place === null ? null : this.#facts[place]!
      const fits = other !== null && other.kind === facts.kind && (!isWindow || other.timesFixed)
      if (fits && (!this.#isByItem || (facts.pastWindow && other.pastWindow))) others.push(place!)
    }
    const operations = body.operations.slice(0, others.length + 1)
    while (operations.length < others.length + 1) operations.push(operations[0]!)
    const isSingle = body.key === null && body.kind === 'aggregate'
    this.#push({ ...body, others, operations }, parallelism, { ...facts, ordered: isSingle, pastWindow: isWindow })
  }

  #addSink(body: Extract<StageBody, { kind: 'sink' }>, parallelism: number | null): void {
    const places = body.from.map((back) => this.#placeAt(back)).filter((place) => place !== null)
    const from = [...new Set(places)].filter(
      (place, _, all) => (this.#facts[place]!.kind === 'stream') === (this.#facts[all[0]!]!.kind === 'stream'),
    )
    if (from.length > 0) this.#pushSink(from, body.sink, parallelism)
  }

  #pushSink(from: readonly number[], sink: 'lines' | 'wide' | 'collector', parallelism: number | null): void {
    const facts = from.map((place) => this.#facts[place]!)
    const isOne = sink === 'collector' || (sink === 'lines' && parallelism === null) || parallelism === 1
    const ordered = facts.length === 1 && facts[0]!.ordered && (this.#drawn.preserveOrder || isOne)
    const timed = facts.every(({ kind, timesFixed }) => kind === 'stream' && timesFixed)
    this.#push({ kind: 'sink', from, sink, ordered, timed }, sink === 'collector' ? null : parallelism, null)
  }

  #addMissingSinks(): void {
    const read = new Set(this.#stages.flatMap(readBy))
    const leaves = this.#stages.flatMap((stage, place) => (stage.kind !== 'sink' && !read.has(place) ? [place] : []))
    for (const place of leaves) {
      const { parallelism } = this.#stages[place]!
      // Sinks that stand where their input stands take stateless stages into themselves.
      if (place % 3 === 0) this.#pushSink([place], 'collector', null)
      else this.#pushSink([place], place % 3 === 1 ? 'wide' : 'lines', parallelism ?? null)
    }
  }

  #push(body: StageBody, parallelism: number | null, facts: Facts | null): void {
    this.#stages.push(parallelism === null || body.kind === 'merge' ? body : { ...body, parallelism })
    this.#facts.push(facts)
  }

  /** The place of a stage with items so far back; null = there is none. */
  #placeAt(back: number, except = -1): number | null {
    const places = this.#facts.flatMap((facts, place) => (facts === null || place === except ? [] : [place]))
    return places.length === 0 ? null : places[places.length - 1 - (back % places.length)]!
  }

  get #isByItem(): boolean {
    return this.#drawn.lateness === 'byItem'
  }
}

/** The places that a stage reads. */
export function readBy(stage: StageBody): readonly number[] {
  switch (stage.kind) {
    case 'source':
      return []
    case 'sink':
      return stage.from
    case 'merge':
      return [stage.from, stage.other]
    case 'aggregate':
    case 'window':
      return [stage.from, ...stage.others]
    default:
      return [stage.from]
  }
}

function isSpread(source: SourceDescription): boolean {
  return source.kind === 'distributed' || (source.kind !== 'items' && source.isDistributed)
}

function sourceFacts(source: SourceDescription): Facts {
  const kind = source.kind !== 'stream' ? 'batch' : source.timestamps === 'none' ? 'untimed' : 'stream'
  return {
    kind,
    ordered: !isSpread(source),
    timesFixed: kind === 'stream' && source.timestamps !== 'ingestion',
    pastWindow: false,
    source,
  }
}

/** Items no further behind than the lag, so that none is late however they are spread. */
function soundSource(source: SourceDescription): SourceDescription {
  const timestamps = source.kind === 'stream' ? source.timestamps : 'none'
  let top = Number.NEGATIVE_INFINITY
  const items = source.items.map(({ v, t }): SourceItem => {
    top = Math.max(top, t)
    return { v, t: Math.max(t, top - source.allowedLagMs) }
  })
  return { ...source, timestamps, isWrapped: source.isWrapped || timestamps === 'function', items }
}
