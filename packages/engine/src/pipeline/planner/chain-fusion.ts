import type { TokenSeparator } from '../../core/token-separator.ts'
import type { ChainStage } from '../../processors/chain-stage.ts'
import type { Transform, UserFunction } from '../transform.ts'
import type { PipelineShape } from './pipeline-shape.ts'

/** A node that keeps no state: it can be a part of a chain. */
export type StatelessTransform = Extract<Transform, { readonly kind: 'map' | 'filter' | 'flatMap' | 'peek' }>

export function isStateless(node: Transform): node is StatelessTransform {
  return node.kind === 'map' || node.kind === 'filter' || node.kind === 'flatMap' || node.kind === 'peek'
}

/**
 * The chain that begins at a node: as long as each node is read by the next one only and wants as many processors.
 * Every stateless node is in exactly one chain.
 */
export function chainFrom(first: StatelessTransform, shape: PipelineShape): readonly StatelessTransform[] {
  const chain = [first]
  for (;;) {
    const next = shape.soleConsumerOf(chain.at(-1)!)
    if (next === null || !isStateless(next) || next.localParallelism !== first.localParallelism) return chain
    chain.push(next)
  }
}

/** The stages that a chain of nodes runs. */
export function chainStages(chain: readonly StatelessTransform[]): readonly ChainStage[] {
  return chain.map((node): ChainStage => {
    const { name } = node
    if (node.kind === 'peek') return { kind: 'peek', name, shouldLog: node.shouldLog, toText: node.toText }
    const separator = node.kind === 'flatMap' ? separatorOf(node.fn) : null
    return separator === null ? { kind: node.kind, name, fn: node.fn } : { kind: 'tokenize', name, separator }
  })
}

/** How a stock tokenizer cuts text; null for other functions. */
export function separatorOf(fn: UserFunction): TokenSeparator | null {
  return (fn as Partial<{ readonly separator: TokenSeparator }>).separator ?? null
}

/** The name of the vertex that runs a chain. */
export function chainName(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `fused(${names.join(', ')})`
}
