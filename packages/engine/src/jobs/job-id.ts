import type { Random } from '../platform/random.ts'

/** A new id of a job: 16 hexadecimal digits. */
export function newJobId(random: Random): string {
  return hexWord(random) + hexWord(random)
}

/** An id as people read it: `xxxx-xxxx-xxxx-xxxx`. */
export function jobIdText(id: string): string {
  return `${id.slice(0, 4)}-${id.slice(4, 8)}-${id.slice(8, 12)}-${id.slice(12)}`
}

/** The id that a text stands for, with hyphens or without; null when it is none. */
export function parseJobId(text: string): string | null {
  if (!/^[0-9a-fA-F]{4}(-?)[0-9a-fA-F]{4}\1[0-9a-fA-F]{4}\1[0-9a-fA-F]{4}$/.test(text)) return null
  return text.replaceAll('-', '').toLowerCase()
}

function hexWord(random: Random): string {
  return random.uint32().toString(16).padStart(8, '0')
}
