import type { PipelineDescription, StageDescription } from './pipeline-description.ts'

/** A pipeline as text for people, a line for each stage. */
export function descriptionText({ preserveOrder, lateness, stages }: PipelineDescription): string {
  const lines = stages.map((stage, place) => `  ${place}: ${stageText(stage)}`)
  return [`pipeline (preserveOrder ${preserveOrder}, lateness ${lateness})`, ...lines].join('\n')
}

function stageText(stage: StageDescription): string {
  const { kind, parallelism, ...rest } = stage
  const settings = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return [kind, ...settings, ...(parallelism === undefined ? [] : [`parallelism ${parallelism}`])].join(', ')
}
