import { defineJob, Pipeline, Sources, words } from 'nacelle'
import { wordRow } from './checksum.ts'
import { countWords } from './count-words.ts'
import { checksumSink } from './ends.ts'
import { parseArgs } from './workload-args.ts'

/** Words of a text file. Nothing of the user's runs before the first word: the span begins when the sinks are made. */
export default defineJob({ name: 'word_count_file' }, (args) => {
  const workload = parseArgs(args)
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(Sources.files(workload.textFile))
    .flatMap(words())
    .apply(countWords)
    .writeTo(checksumSink(workload, ({ key, value }) => wordRow(key, value), { measuresStart: true }))
  return pipeline
})
