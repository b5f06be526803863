/** How a stock tokenizer cuts text: at every run of white space, or at each occurrence of one character. */
export type TokenSeparator =
  | { readonly kind: 'words' }
  /** `code` is a UTF-16 code unit. Empty tokens are kept, as by `split`. */
  | { readonly kind: 'character'; readonly code: number }
