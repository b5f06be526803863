import { defineJob, Pipeline, words } from 'nacelle'
import { wordRow } from './checksum.ts'
import { countWords } from './count-words.ts'
import { checksumSink, lines } from './ends.ts'
import { parseArgs } from './workload-args.ts'

/** Words of lines in memory, by the stock tokenizer. */
export default defineJob({ name: 'word_count' }, (args) => {
  const workload = parseArgs(args)
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(lines(workload))
    .flatMap(words())
    .apply(countWords)
    .writeTo(checksumSink(workload, ({ key, value }) => wordRow(key, value)))
  return pipeline
})
