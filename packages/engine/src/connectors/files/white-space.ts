/**
 * How many bytes of UTF-8 text at `at` are one character of white space other than a blank (what `\s` matches in
 * regular expressions); 0 = none.
 */
export function whiteSpaceLength(bytes: Uint8Array, at: number, isUtf8: boolean): number {
  const c = bytes[at]!
  if (c < 0x80) return (c >= 9 && c <= 13) || c === 32 ? 1 : 0
  if (!isUtf8) return c === 0xa0 ? 1 : 0
  const d = bytes[at + 1]!
  if (c === 0xc2) return d === 0xa0 ? 2 : 0
  if (c < 0xe1 || c > 0xef) return 0
  const e = bytes[at + 2]!
  if (c === 0xe1) return d === 0x9a && e === 0x80 ? 3 : 0
  if (c === 0xe2) return isGeneralSpace(d, e) ? 3 : 0
  if (c === 0xe3) return d === 0x80 && e === 0x80 ? 3 : 0
  return c === 0xef && d === 0xbb && e === 0xbf ? 3 : 0
}

/** U+2000 … U+200A, U+2028, U+2029, U+202F, U+205F, behind the byte E2. */
function isGeneralSpace(d: number, e: number): boolean {
  if (d === 0x80) return (e >= 0x80 && e <= 0x8a) || e === 0xa8 || e === 0xa9 || e === 0xaf
  return d === 0x81 && e === 0x9f
}
