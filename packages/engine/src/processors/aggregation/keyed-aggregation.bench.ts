import type { AnyAggregateOperation } from '../../aggregate/aggregate-operation.ts'
import { AggregateOperations } from '../../aggregate/aggregate-operations.ts'
import { columnarFormOf } from '../../aggregate/columnar-form.ts'
import { Batch, type BatchLayout, KeyDictionary } from '../../core/batch.ts'
import { Inbox } from '../../core/inbox.ts'
import type { Processor } from '../../core/processor.ts'
import { ProcessorRig } from '../../testing/processor-rig.ts'
import { AccumulateByKeyProcessor } from './accumulate-by-key-processor.ts'
import { CombineByKeyProcessor } from './combine-by-key-processor.ts'
import { RollingAggregateProcessor } from './rolling-aggregate-processor.ts'

/** Prints nanoseconds per item of aggregations by an integer key: `node keyed-aggregation.bench.ts [keys]`. */
const keyCount = Number(process.argv[2] ?? 1000)
const BATCH = 1024
const BATCHES = 64
const ROUNDS = 200

const UNTIMED: BatchLayout = { kind: 'items', timed: false }
const count = AggregateOperations.counting() as AnyAggregateOperation
const sum = AggregateOperations.summingLong(({ price }: Bid) => price) as AnyAggregateOperation

interface Bid {
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly time: number
}

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

function keyedLayout(columns: readonly { readonly type: 'f64' | 'any' }[]): BatchLayout {
  return { kind: 'keyed', timed: false, columns: columns.map(({ type }) => type) }
}

function itemBatches(): Batch[] {
  return Array.from({ length: BATCHES }, () => {
    const batch = new Batch(UNTIMED, BATCH)
    for (let i = 0; i < BATCH; i++) {
      batch.items[i] = { auction: random(keyCount), bidder: 1, price: random(1000), time: i }
    }
    batch.count = BATCH
    return batch
  })
}

function keyedBatches(layout: BatchLayout): Batch[] {
  const dictionary = new KeyDictionary()
  for (let key = 0; key < keyCount; key++) dictionary.keys.push(key)
  return Array.from({ length: BATCHES }, () => {
    const batch = new Batch(layout, BATCH)
    batch.dictionary = dictionary
    batch.keyCount = keyCount
    for (let i = 0; i < BATCH; i++) {
      batch.slots![i] = random(keyCount)
      batch.columns[0]![i] = random(1000)
    }
    batch.count = BATCH
    return batch
  })
}

function measure(name: string, processor: Processor, batches: readonly Batch[], drop: () => void): void {
  const inbox = new Inbox(batches[0]!)
  let best = Number.POSITIVE_INFINITY
  for (let repeat = 0; repeat < 5; repeat++) {
    const start = cpuMs()
    for (let round = 0; round < ROUNDS; round++) {
      for (const batch of batches) {
        inbox.batch = batch
        inbox.position = 0
        processor.process(0, inbox)
        drop()
      }
    }
    best = Math.min(best, ((cpuMs() - start) * 1e6) / (ROUNDS * BATCHES * BATCH))
  }
  process.stdout.write(`${name}, ${keyCount} keys: ${best.toFixed(1)} ns per item\n`)
}

for (const [name, operation] of [
  ['counting', count],
  ['summingLong', sum],
] as const) {
  const { state, values } = columnarFormOf(operation)
  const stateLayout = keyedLayout(state)
  const first = new AccumulateByKeyProcessor({ keyFunction: ({ auction }: Bid) => auction, operation })
  new ProcessorRig(first, { inputs: [UNTIMED], output: stateLayout })
  measure(`first stage, ${name}`, first, itemBatches(), () => {})
  const second = new CombineByKeyProcessor({ operation })
  new ProcessorRig(second, { inputs: [stateLayout], output: UNTIMED })
  measure(`second stage, ${name}`, second, keyedBatches(stateLayout), () => {})
  const rolling = new RollingAggregateProcessor({ operation, keyed: true })
  const valuesLayout = keyedLayout(values.length === 0 ? [{ type: 'f64' }] : values)
  const { outbox } = new ProcessorRig(rolling, { inputs: [valuesLayout], output: UNTIMED, capacity: BATCH })
  measure(`rolling, ${name}`, rolling, keyedBatches(valuesLayout), () => {
    outbox.staging.count = 0
  })
}
