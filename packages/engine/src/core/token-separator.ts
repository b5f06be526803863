/** How a stock tokenizer cuts text: at every run of white space, or at each occurrence of one character. */
export type TokenSeparator =
  | { readonly kind: 'words' }
  /** `code` is a UTF-16 code unit. Empty tokens are kept, as by `split`. */
  | { readonly kind: 'character'; readonly code: number }

/** The tokens of a text in the plain form, an array for each call: what every faster form must agree with. */
export function tokensOf(text: string, separator: TokenSeparator): string[] {
  if (separator.kind === 'character') return text.split(String.fromCharCode(separator.code))
  return text.split(/\s+/).filter((word) => word !== '')
}
