import { AggregateOperations, defineJob, Pipeline, Sinks, Sources, words } from 'nacelle'

const DEFAULT_FILES = ['**/*.md']

/** `The`, `(the` and `the,` are one word; `--` is none. */
const normalized = (word: string): string => word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')

/** The most frequent words of text files: `jet run examples/word-count.ts [pattern…]`. */
export default defineJob({ name: 'word-count' }, (args) => {
  const pipeline = Pipeline.create()
  pipeline
    .readFrom(Sources.files(args.length > 0 ? args : DEFAULT_FILES))
    .flatMap(words())
    .map(normalized)
    .filter((word) => word !== '')
    .groupingKey((word) => word)
    .aggregate(AggregateOperations.counting())
    .writeTo(
      Sinks.table({
        columns: { word: ({ key }) => key, count: ({ value }) => value },
        // Words of one frequency in alphabetical order, so that the table is the same each time.
        sort: (a, b) => b.value - a.value || (a.key < b.key ? -1 : 1),
        limit: 20,
      }),
    )
  return pipeline
})
