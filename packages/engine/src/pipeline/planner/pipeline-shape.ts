import { NacelleError } from '../../base/nacelle-error.ts'
import type { Transform } from '../transform.ts'

/** Who reads whom in a pipeline. */
export class PipelineShape {
  readonly nodes: readonly Transform[]
  readonly #consumers: readonly (readonly Transform[])[]

  /** @throws NacelleError ERR_EMPTY_PIPELINE, ERR_DANGLING_STAGE */
  constructor(nodes: readonly Transform[]) {
    if (nodes.length === 0)
      throw new NacelleError(
        'ERR_EMPTY_PIPELINE',
        'the pipeline is empty: begin with readFrom(source) and end with writeTo(sink)',
      )
    this.nodes = nodes
    const consumers: Transform[][] = nodes.map(() => [])
    for (const node of nodes) for (const id of node.upstream) consumers[id]!.push(node)
    this.#consumers = consumers
    for (const node of nodes) this.#checkLeadsOn(node)
  }

  node(id: number): Transform {
    return this.nodes[id]!
  }

  /** The nodes that read a node; one that reads it twice stands there twice. */
  consumersOf(node: Transform): readonly Transform[] {
    return this.#consumers[node.id]!
  }

  /** The only node that reads a node, when it reads nothing else; null otherwise. */
  soleConsumerOf(node: Transform): Transform | null {
    const [consumer, ...others] = this.consumersOf(node)
    return consumer !== undefined && others.length === 0 && consumer.upstream.length === 1 ? consumer : null
  }

  #checkLeadsOn(node: Transform): void {
    if (node.kind === 'sink' || this.consumersOf(node).length > 0) return
    throw new NacelleError(
      'ERR_DANGLING_STAGE',
      `stage '${node.name}' leads nowhere: add writeTo(sink) to it, or leave it out`,
      { details: { stage: node.name } },
    )
  }
}
