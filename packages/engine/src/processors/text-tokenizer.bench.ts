import { textTokenizer } from './text-tokenizer.ts'

/**
 * Prints nanoseconds per token of the stock tokenizers and of `split`: `node text-tokenizer.bench.ts [distinct
 * words]`.
 */
const distinct = Number(process.argv[2] ?? 100_000)
const LINES = 100_000
const WORDS_PER_LINE = 20

/** Of this thread: other work on the machine counts little. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

let state = 1
const random = (limit: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
  return Math.floor((state / 0x80000000) * limit)
}
const line = (): string =>
  Buffer.from(Array.from({ length: WORDS_PER_LINE }, () => `w${random(distinct)}`).join(' ')).toString('latin1')
const lines = Array.from({ length: LINES }, line)
const out: string[] = Array.from({ length: 1024 }, () => '')

function timed(name: string, run: () => number): void {
  for (let round = 0; round < 5; round++) {
    const start = cpuMs()
    const count = run()
    const nanoseconds = ((cpuMs() - start) * 1e6) / count
    if (round > 2) process.stdout.write(`${name}: ${nanoseconds.toFixed(1)} ns per token, ${count} tokens\n`)
  }
}

for (const [name, tokenizer] of [
  ['words()', textTokenizer({ kind: 'words' })],
  ["splitBy(' ')", textTokenizer({ kind: 'character', code: 32 })],
] as const) {
  timed(name, () => {
    let n = 0
    for (const text of lines) {
      let at = 0
      for (;;) {
        const token = tokenizer.next(text, at)
        if (token === null) break
        at = tokenizer.position
        out[n++ & 1023] = token
      }
    }
    return n
  })
}
timed("text.split(' ')", () => {
  let n = 0
  for (const text of lines) for (const token of text.split(' ')) out[n++ & 1023] = token
  return n
})
