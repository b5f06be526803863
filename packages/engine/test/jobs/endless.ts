import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { defineJob, Pipeline, SinkBuilder, SourceBuilder } from 'nacelle'

/**
 * Goes on for ever; notes in a file what is closed. With `stuck` one function does not come back, with `slow` closing
 * takes long.
 */
export default defineJob({ name: 'endless' }, ([journal, kind]) => {
  const note = (text: string): void => appendFileSync(journal!, `${text}\n`)
  const numbers = SourceBuilder.stream('numbers', () => ({ next: 0 }))
    .fillBuffer<number>((state, buffer) => {
      while (buffer.size < buffer.capacity) buffer.add(state.next++)
    })
    .destroy(() => note('source closed'))
    .build()
  const sink = SinkBuilder.sink('journal', () => ({ seen: 0 }))
    .receive<number>((state) => {
      if (state.seen++ === 0) console.log('running')
      if (kind === 'stuck') note('stuck')
      while (kind === 'stuck');
    })
    .destroy(async () => {
      note('sink is being closed')
      await delay(kind === 'slow' ? 60_000 : 20)
      note('sink closed')
    })
    .build()
  const pipeline = Pipeline.create()
  pipeline.readFrom(numbers).withoutTimestamps().writeTo(sink)
  return pipeline
})
