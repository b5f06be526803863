import { NacelleError } from '../base/nacelle-error.ts'
import type { Transform, TransformFields } from './transform.ts'

/** A node as its maker gives it: the graph adds its number and the settings that users change afterwards. */
export type NewTransform = Transform extends infer N
  ? N extends Transform
    ? Omit<N, 'id' | 'localParallelism'>
    : never
  : never

/** The logical nodes of one pipeline. Nodes are immutable; changing a setting puts another node into the same place. */
export class PipelineGraph {
  readonly #nodes: Transform[] = []

  /** All nodes, each behind those that it reads. */
  get nodes(): readonly Transform[] {
    return this.#nodes
  }

  /** Adds a node and answers its id. */
  add(node: NewTransform): number {
    const id = this.#nodes.length
    this.#nodes.push({ ...node, id, localParallelism: -1 })
    return id
  }

  node(id: number): Transform {
    return this.#nodes[id]!
  }

  /** Changes settings of a node. */
  change(id: number, settings: Partial<Pick<TransformFields, 'name' | 'localParallelism'>>): void {
    this.#nodes[id] = { ...this.node(id), ...settings }
  }

  /** @throws NacelleError ERR_FOREIGN_STAGE when `other` is not this pipeline's */
  requireOwn(other: PipelineGraph, name: string): void {
    if (other === this) return
    throw new NacelleError(
      'ERR_FOREIGN_STAGE',
      `stage '${name}' belongs to another pipeline: stages of one pipeline cannot be connected with those of another`,
      {
        details: { stage: name },
      },
    )
  }
}
