import { NacelleError } from '../base/nacelle-error.ts'
import { type TokenSeparator, tokensOf } from '../core/token-separator.ts'

/**
 * A function that cuts text into tokens, for `flatMap`. The engine knows it by its separator and cuts in place: a token
 * that repeats costs no new string, and a files source need not make a string for each line.
 */
export type Tokenizer = ((text: string) => string[]) & { readonly separator: TokenSeparator }

/** Cuts at runs of white space, as `text.split(/\s+/)` does, and leaves out empty words. */
export function words(): Tokenizer {
  return tokenizer({ kind: 'words' })
}

/**
 * Cuts at each occurrence of a character, as `text.split(separator)` does; empty tokens are kept.
 *
 * @param separator one UTF-16 unit, for instance `','`
 * @throws NacelleError ERR_SEPARATOR when it is anything else
 */
export function splitBy(separator: string): Tokenizer {
  if (typeof separator !== 'string' || separator.length !== 1) {
    const given = typeof separator === 'string' ? `'${separator}'` : String(separator)
    throw new NacelleError(
      'ERR_SEPARATOR',
      `splitBy takes a separator of one character (one UTF-16 unit), not ${given}: use flatMap((text) => text.split(…)) for others`,
    )
  }
  return tokenizer({ kind: 'character', code: separator.charCodeAt(0) })
}

function tokenizer(separator: TokenSeparator): Tokenizer {
  return Object.assign((text: string): string[] => tokensOf(text, separator), { separator })
}
