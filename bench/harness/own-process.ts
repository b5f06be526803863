// The program that runs a workload on our engine, once for each result.
import { printResult } from './measured-process.ts'
import { measureOwnRun } from './own-run.ts'
import { orderOfProcess } from './run-order.ts'

printResult(await measureOwnRun(orderOfProcess()))
