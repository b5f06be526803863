/**
 * First word of each encoded column. Every value of a column takes at least one byte in it, so a decoder can refuse a
 * count that the message cannot hold before it makes anything.
 */
export const INT32_COLUMN = 1
export const FLOAT64_COLUMN = 2
/** A byte each: undefined, null, false or true. */
export const ODDBALL_COLUMN = 3
/** Text in Latin-1 or UTF-16: lengths, then all characters. */
export const LATIN1_COLUMN = 4
export const UTF16_COLUMN = 5
/** Strings that repeat: the distinct ones as a column of strings, and an index for each. */
export const DICTIONARY_COLUMN = 6
export const INT64_COLUMN = 7
export const DATE_COLUMN = 8
/** Objects or tuples of one shape: a column for each field. */
export const SHAPE_COLUMN = 9
/** Arrays of any length: lengths, then all elements as one column. */
export const LIST_COLUMN = 10
/** Values of several classes: which class each belongs to, then a column for each class. */
export const MIXED_COLUMN = 11
/** Values one by one, as ValueWriter writes them. */
export const VALUE_COLUMN = 12
/** Instances of one registered class: the id of its serializer, then what it wrote. */
export const REGISTERED_COLUMN = 13

/** Columns within columns; what is nested deeper travels value by value. */
export const COLUMN_DEPTH_MAX = 16

/** Classes that a mixed column tells apart. */
export const CLASS_COUNT_MAX = 32
