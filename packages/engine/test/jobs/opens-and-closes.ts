import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { defineJob, Pipeline, SinkBuilder, SourceBuilder } from 'nacelle'

/**
 * Sources and sinks on all threads that note in a file what is opened and closed. They open slowly; what happens then
 * is up to the second argument: one sink fails, a timer fails, or nothing does and the job goes on.
 */
export default defineJob({ name: 'opens-and-closes' }, ([journal, kind]) => {
  const note = (text: string): void => appendFileSync(journal!, `${text}\n`)
  const numbers = SourceBuilder.stream('numbers', async ({ globalProcessorIndex }) => {
    await delay(20)
    note(`source ${globalProcessorIndex} opened`)
    if (kind === 'create' && globalProcessorIndex === 1) throw new Error('no connection')
    return { name: `source ${globalProcessorIndex}`, next: 0 }
  })
    .fillBuffer<number>((state, buffer) => buffer.add(state.next++))
    .destroy(({ name }) => note(`${name} closed`))
    .distributed()
    .build()
  const sink = SinkBuilder.sink('sink', async ({ globalProcessorIndex }) => {
    await delay(50)
    note(`sink ${globalProcessorIndex} opened`)
    return { index: globalProcessorIndex, seen: 0 }
  })
    .receive<number>((state) => {
      if (++state.seen !== 1000 || state.index !== 1) return
      note('running')
      if (kind === 'throw') throw new Error('enough')
      if (kind === 'timer') setTimeout(() => (null as unknown as string).trim(), 0)
    })
    .destroy(({ index }) => note(`sink ${index} closed`))
    .preferredLocalParallelism(-1)
    .build()
  const pipeline = Pipeline.create()
  pipeline.readFrom(numbers).withoutTimestamps().writeTo(sink)
  return pipeline
})
