import { appendFileSync } from 'node:fs'
import { defineJob, Pipeline, Sinks, TestSources } from 'nacelle'

/** Notes its environment in a file, then prints as many lines as its second argument says. */
export default defineJob({ name: 'shows-environment' }, ([journal, lines = '0']) => {
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(TestSources.items(1))
    .map((item) => {
      appendFileSync(journal!, `${JSON.stringify(process.env)}\n`)
      for (let line = 0; line < Number(lines); line++) console.log(`line ${line} ${'x'.repeat(100)}`)
      return item
    })
    .writeTo(Sinks.noop())
  return pipeline
})
