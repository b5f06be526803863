import { beginNumbers } from '../core/item-numbering.ts'
import { type ChainStage, givesSeveral } from './chain-stage.ts'
import { textTokenizer } from './text-tokenizer.ts'

/** The text of a compiled chain and the constants it refers to. */
export interface ChainSource {
  /** Body of a function of `chain`, `checks`, `log` and `names`; returns `{ run, tails }`. */
  readonly text: string
  readonly names: readonly string[]
  readonly values: readonly unknown[]
}

/** What the generated code does with an item that has passed all stages. */
export interface ChainTerminal {
  /**
   * Statements for the item in variable `x` and its timestamp in `time` (meaningful on timed edges only). `stop`
   * leaves the loop after the input item at hand.
   */
  text(x: string, time: string, stop: string): string
  readonly names: readonly string[]
  readonly values: readonly unknown[]
}

/** Writes results into the output batch. */
function emitTerminal(timed: boolean): ChainTerminal {
  return {
    text: (x, time) => `${timed ? `outTimes[n] = ${time}; ` : ''}outItems[n] = ${x}; n++;`,
    names: [],
    values: [],
  }
}

/**
 * Writes the program of a chain. Only the engine's own text is generated: the user's functions stay closures, named
 * f0, f1, … here.
 *
 * For `map(f0).filter(f1)` the loop reads
 * ```
 * for (; i < to; i++) { if (n >= capacity) break; item = items[i]; at = 0; const x1 = f0(item); … at = 1; …
 * outItems[n++] = x1 }
 * ```
 *
 * @param terminal what happens to results; by default they go into the output batch. Another one excludes stages
 *   that give several items for one.
 */
export function chainSource(
  stages: readonly ChainStage[],
  timed: boolean,
  terminal: ChainTerminal = emitTerminal(timed),
): ChainSource {
  const writer = new ChainWriter(stages, timed, terminal)
  return {
    text: writer.program(),
    names: [...writer.names, ...terminal.names],
    values: [...writer.values, ...terminal.values],
  }
}

class ChainWriter {
  readonly names: string[] = []
  readonly values: unknown[] = []
  readonly #stages: readonly ChainStage[]
  readonly #timed: boolean
  readonly #terminal: ChainTerminal

  constructor(stages: readonly ChainStage[], timed: boolean, terminal: ChainTerminal) {
    this.#stages = stages
    this.#timed = timed
    this.#terminal = terminal
    this.#constant('beginNumbers', beginNumbers)
    stages.forEach((stage, k) => {
      if (stage.kind === 'tokenize') return this.#constant(`tokenizer${k}`, textTokenizer(stage.separator))
      if (stage.kind === 'peek') this.#constant(`should${k}`, stage.shouldLog)
      this.#constant(`f${k}`, stage.kind === 'peek' ? stage.toText : stage.fn)
    })
  }

  #constant(name: string, value: unknown): void {
    this.names.push(name)
    this.values.push(value)
  }

  program(): string {
    const tails = this.#stages.map((stage, k) => (givesSeveral(stage) ? this.#tail(k) : 'null'))
    return `'use strict';
return { run: ${this.#run()}, tails: [${tails.join(', ')}] };`
  }

  #run(): string {
    return `function run(batch, from, to, output, capacity) {
  const items = batch.items${this.#timed ? ', times = batch.timestamps' : ''}, outItems = output.items;
  ${this.#outTimes()}
  let n = output.count, i = from, at = 0, item;
  try {
    for (; i < to; i++) {
      if (n >= capacity) break;
      item = items[i];
      ${this.#timed ? 'const time = times[i];' : ''}
      ${this.#stagesFrom(0, 'item', 'continue;')}
      ${this.#maySuspend(0) ? 'if (chain.isSuspended) { i++; break; }' : ''}
    }
  } catch (error) { output.count = n; throw checks.failure(error, at, item); }
  output.count = n;
  return i;
}`
  }

  /** What follows the stage `k`, a flatMap or a tokenizer, for results that are read one by one. */
  #tail(k: number): string {
    return `function tail${k}(item, time, output, capacity) {
  if (item === null || item === undefined) return;
  const outItems = output.items;
  ${this.#outTimes()}
  let n = output.count, at = ${k + 1};
  ${this.#timed ? 'if (outTimes.length <= n) { output.reserve(n + 1); outTimes = output.timestamps; }' : ''}
  try {
    body: { ${this.#stagesFrom(k + 1, 'item', 'break body;')} }
  } catch (error) { output.count = n; throw checks.failure(error, at, item); }
  output.count = n;
}`
  }

  #outTimes(): string {
    return this.#timed ? 'let outTimes = output.timestamps;' : ''
  }

  /** The stages from `k` on, applied to variable `x`; `drop` leaves the innermost item. */
  #stagesFrom(k: number, x: string, drop: string): string {
    const stage = this.#stages[k]
    if (stage === undefined)
      return `at = ${k}; ${this.#number()} ${this.#terminal.text(x, this.#timed ? 'time' : 'NaN', '{ i++; break; }')}`
    const rest = (variable: string) => this.#stagesFrom(k + 1, variable, drop)
    switch (stage.kind) {
      case 'peek':
        return `at = ${k}; if (should${k}(${x})) log(String(f${k}(${x})));\n${rest(x)}`
      case 'filter':
        return `at = ${k}; const p${k} = f${k}(${x});
if (p${k} !== true) { ${this.#refusePromise(`p${k}`, k, x)} if (!p${k}) ${drop} }
${rest(x)}`
      case 'map':
        return `at = ${k}; const x${k} = f${k}(${x});
if (x${k} === null || x${k} === undefined) ${drop}
${this.#refusePromise(`x${k}`, k, x)}
${rest(`x${k}`)}`
      case 'flatMap':
        return this.#flatMap(k, x)
      case 'tokenize':
        return this.#tokenize(k, x)
    }
  }

  #flatMap(k: number, x: string): string {
    const [array, index, element] = [`a${k}`, `j${k}`, `e${k}`]
    const time = this.#timed ? 'time' : '0'
    const suspends = this.#maySuspend(k + 1)
    return `at = ${k}; const ${array} = f${k}(${x});
if (Array.isArray(${array})) {
  ${this.#timed ? `if (outTimes.length < n + ${array}.length + 1) { output.count = n; output.reserve(n + ${array}.length + 1); outTimes = output.timestamps; }` : ''}
  for (let ${index} = 0; ${index} < ${array}.length; ${index}++) {
    const ${element} = ${array}[${index}];
    if (${element} === null || ${element} === undefined) continue;
    ${this.#stagesFrom(k + 1, element, 'continue;')}
    ${suspends ? `if (chain.isSuspended) { chain.suspendArray(${array}, ${index} + 1, ${k}, ${time}); break; }` : ''}
  }
} else {
  output.count = n;
  chain.read(${array}, ${k}, ${x}, ${time}, output, capacity);
  n = output.count;
  ${this.#timed ? 'outTimes = output.timestamps;' : ''}
}`
  }

  /**
   * A text may have any number of tokens: where the output is full, which is also the case when something inside the
   * last token is half read, the rest of it waits as an iterator.
   */
  #tokenize(k: number, x: string): string {
    const [tokenizer, position, token] = [`tokenizer${k}`, `p${k}`, `e${k}`]
    const suspend = `{ chain.suspendText(${tokenizer}, ${x}, ${position}, ${k}, ${this.#timed ? 'time' : '0'}); break; }`
    return `at = ${k}; if (typeof ${x} !== 'string') throw checks.notText(${k}, ${x});
for (let ${position} = 0; ;) {
  if (n >= capacity) ${suspend}
  const ${token} = ${tokenizer}.next(${x}, ${position});
  if (${token} === null) break;
  ${position} = ${tokenizer}.position;
  ${this.#stagesFrom(k + 1, token, 'continue;')}
}`
  }

  /** Notes the number of a token that comes out as it was cut. */
  #number(): string {
    const last = this.#stages.findLastIndex((stage) => stage.kind !== 'filter' && stage.kind !== 'peek')
    if (this.#stages[last]?.kind !== 'tokenize') return ''
    return `if (output.numbering !== tokenizer${last}.table.numbering) { output.count = n; beginNumbers(output, tokenizer${last}.table.numbering, capacity); }
output.numbers[n] = tokenizer${last}.table.number;`
  }

  #refusePromise(value: string, k: number, x: string): string {
    return `if (typeof ${value} === 'object' && ${value} !== null && typeof ${value}.then === 'function') throw checks.promise(${k}, ${x});`
  }

  #maySuspend(from: number): boolean {
    return this.#stages.slice(from).some(givesSeveral)
  }
}
