import type { ExecutionPlan, PlannedVertex } from '../execution/execution-plan.ts'

/**
 * Vertices whose processors must have ended before a snapshot can begin: those in front of an input that is read to its
 * end before another one of the same vertex. A barrier there would wait for ever behind input that is not read.
 */
export function prioritisedVertices(plan: ExecutionPlan): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { inbound } of plan.vertices) {
    const last = Math.max(...inbound.map(({ edge }) => edge.priority))
    for (const { edge } of inbound) if (edge.priority < last) addUpstream(plan, edge.source.name, names)
  }
  return names
}

function addUpstream(plan: ExecutionPlan, name: string, names: Set<string>): void {
  if (names.has(name)) return
  names.add(name)
  const planned: PlannedVertex = plan.vertices.find(({ vertex }) => vertex.name === name)!
  for (const { edge } of planned.inbound) addUpstream(plan, edge.source.name, names)
}
