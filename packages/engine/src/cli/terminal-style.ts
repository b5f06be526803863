/** Ways to set text apart on a terminal; the identity where colours are unwanted. */
export interface TerminalStyle {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
}

/** What of a stream and its surroundings decides about colours. */
export interface ColorSetting {
  readonly isTerminal: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Text as it is. */
export const PLAIN_STYLE: TerminalStyle = { bold: (text) => text, dim: (text) => text, red: (text) => text }

const COLORED_STYLE: TerminalStyle = { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39) }

/**
 * Colours on terminals, unless NO_COLOR is set (to anything but the empty string) or the terminal is dumb;
 * FORCE_COLOR wants them anywhere.
 */
export function terminalStyle({ isTerminal, environment }: ColorSetting): TerminalStyle {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment
  if (NO_COLOR !== undefined && NO_COLOR !== '') return PLAIN_STYLE
  if (FORCE_COLOR !== undefined) return FORCE_COLOR === '0' || FORCE_COLOR === 'false' ? PLAIN_STYLE : COLORED_STYLE
  return isTerminal && TERM !== 'dumb' ? COLORED_STYLE : PLAIN_STYLE
}

function sgr(on: number, off: number): (text: string) => string {
  return (text) => `\u001B[${on}m${text}\u001B[${off}m`
}
