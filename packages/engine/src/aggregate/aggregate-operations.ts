import { filtering, flatMapping, mapping } from './adapting.ts'
import { allOf } from './all-of.ts'
import { averagingDouble, averagingLong } from './averaging.ts'
import { aggregateOperation2, aggregateOperation3, coAggregateOperation } from './co-grouping.ts'
import { sorting, toCollection, toList, toSet } from './collecting.ts'
import { concatenating } from './concatenating.ts'
import { counting } from './counting.ts'
import { maxBy, minBy, pickAny } from './extremes.ts'
import { fold } from './fold.ts'
import { groupingBy, toMap } from './grouping.ts'
import { linearTrend } from './linear-trend.ts'
import { bottomN, topN } from './ranking.ts'
import { reducing } from './reducing.ts'
import { summingDouble, summingLong } from './summing.ts'

/** The stock aggregate operations. Each is explained where it is defined. */
export const AggregateOperations = {
  counting,
  summingLong,
  summingDouble,
  averagingLong,
  averagingDouble,
  minBy,
  maxBy,
  topN,
  bottomN,
  linearTrend,
  concatenating,
  mapping,
  filtering,
  flatMapping,
  toCollection,
  toList,
  toSet,
  toMap,
  groupingBy,
  reducing,
  pickAny,
  sorting,
  allOf,
  aggregateOperation2,
  aggregateOperation3,
  coAggregateOperation,
  fold,
} as const
