const COUNT_UNITS = ['', ' k', ' M', ' G', ' T'] as const
const BYTE_UNITS = [' B', ' kB', ' MB', ' GB', ' TB'] as const

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** A number in three digits: `812`, `4.71 k`, `23.4 M`. */
export function shortCount(value: number): string {
  return threeDigits(value, COUNT_UNITS)
}

/** Bytes in three digits, in powers of 1000: `1.25 GB`. */
export function shortBytes(value: number): string {
  return threeDigits(value, BYTE_UNITS)
}

/** A whole number with its thousands apart: `1,234,567`. */
export function exactCount(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** A length of time in its two largest units: `812 ms`, `3.2 s`, `4 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function durationText(durationMs: number): string {
  // Each border stands where rounding would otherwise show 1000 ms or 60 s.
  if (durationMs < SECOND_MS - 0.5) return `${Math.round(durationMs)} ms`
  if (durationMs < 59_950) return `${(durationMs / SECOND_MS).toFixed(1)} s`
  if (durationMs < HOUR_MS - 500) return twoUnits(durationMs, [MINUTE_MS, ' min', SECOND_MS, ' s'])
  if (durationMs < DAY_MS - 30_000) return twoUnits(durationMs, [HOUR_MS, ' h', MINUTE_MS, ' min'])
  return twoUnits(durationMs, [DAY_MS, ' d', HOUR_MS, ' h'])
}

/** Whole percents, rounded down so that 100 % means: all. */
export function percentText(part: number, whole: number): string {
  return `${whole <= 0 ? 100 : Math.min(100, Math.floor((part / whole) * 100))} %`
}

function threeDigits(value: number, units: readonly string[]): string {
  let scaled = Math.max(0, value)
  let unit = 0
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000
    unit++
  }
  const decimals = unit === 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2
  return `${scaled.toFixed(decimals)}${units[unit]!}`
}

function twoUnits(durationMs: number, units: readonly [number, string, number, string]): string {
  const [large, largeName, small, smallName] = units
  const smalls = Math.round(durationMs / small)
  const perLarge = large / small
  return `${Math.floor(smalls / perLarge)}${largeName} ${smalls % perLarge}${smallName}`
}
