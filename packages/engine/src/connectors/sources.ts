import { NacelleError } from '../base/nacelle-error.ts'
import type { ProcessorContext } from '../core/processor-context.ts'
import type { TokenSeparator } from '../core/token-separator.ts'
import type { BatchSource } from '../pipeline/source.ts'
import type { CompressionFormat } from '../platform/files.ts'
import type { CsvColumns, CsvRow } from './files/csv-columns.ts'
import { CsvConsumer } from './files/csv-consumer.ts'
import { type FileSourceRules, fileSourceSupplier } from './files/file-source-processor.ts'
import { JsonConsumer } from './files/json-consumer.ts'
import { MalformedLines, type MalformedPolicy } from './files/malformed-lines.ts'
import { isByteSeparator, SeparatedConsumer, SplittingConsumer } from './files/separated-consumer.ts'
import { DecodedLineConsumer, decoderOf, LineConsumer, type SplitConsumer } from './files/split-consumer.ts'
import type { TextEncoding } from './files/split-reader.ts'
import { WordConsumer } from './files/word-consumer.ts'

/** How files are read; every setting has a default. */
export interface FilesOptions {
  /** Where relative patterns start. Default: the directory in which the job runs. */
  readonly directory?: string
  /** Default `byExtension`: `.gz` is gzip, `.zst` is zstd, all else is not compressed. */
  readonly compression?: 'byExtension' | 'none' | CompressionFormat
  /** Default `utf-8`; a byte order mark at the beginning is skipped. */
  readonly encoding?: TextEncoding
  /** Bytes that are not UTF-8: `replace` them by U+FFFD (default) or `fail`. */
  readonly invalidBytes?: 'replace' | 'fail'
  /** Files larger than so many bytes are shared among the processors, cut at line borders. Default 8 MiB. */
  readonly splitBytes?: number
  /**
   * True: the members of a cluster see the same files and share them. Default false: each reads those on its own disk.
   */
  readonly sharedFileSystem?: boolean
}

/** {@link FilesOptions} of formats in which a line may be wrong. */
export interface ParsedFilesOptions extends FilesOptions {
  /**
   * A line that cannot be read makes the job `fail` with file and line (default), or is `skip`ped, counted and logged
   * now and then.
   */
  readonly malformed?: MalformedPolicy
}

/** How CSV files are read. */
export interface CsvOptions<C extends CsvColumns> extends ParsedFilesOptions {
  /**
   * The columns wanted, by name, and what their text becomes: `{ price: 'number', ticker: 'string' }`. Without it all
   * columns are there, as strings.
   */
  readonly columns?: C
  /**
   * Whether the first record of each file names its columns. Default true; with false `columns` names them, in order.
   */
  readonly header?: boolean
  /** One character. Default `,`. */
  readonly separator?: string
  /**
   * Whether fields in quotes may hold line breaks. Default true. With false, files larger than {@link
   * FilesOptions.splitBytes} are shared among the processors: nothing else tells a line break in a field from the end
   * of a record.
   */
  readonly multilineFields?: boolean
}

const DEFAULT_SPLIT_BYTES = 8 * 1024 * 1024

/**
 * Files that one pattern or several stand for: globs, paths of files, or of directories (their files, not those below).
 */
export type FilePatterns = string | readonly string[]

/** Stock sources. All of them read files in lines ended by LF or CR LF; the last line may lack its end. */
export const Sources = {
  /** The lines of text files. A stock tokenizer directly behind it cuts words out of the bytes without making lines. */
  files(patterns: FilePatterns, options: FilesOptions = {}): BatchSource<string> {
    const { encoding = 'utf-8', invalidBytes = 'replace' } = options
    const source = fileSource<string>({ name: 'files', format: 'text' }, patterns, options, () =>
      invalidBytes === 'fail' ? new DecodedLineConsumer(decoderOf(encoding, true)) : new LineConsumer(encoding),
    )
    if (invalidBytes === 'fail') return source
    const rules = rulesOf(patterns, options)
    return {
      ...source,
      tokenized: (separator) => fileSourceSupplier({ ...rules, createConsumer: () => tokenizer(separator, encoding) }),
    }
  },

  /** The JSON values of files that have one on each line. The type is what you say it is: nothing checks it. */
  json<T>(patterns: FilePatterns, options: ParsedFilesOptions = {}): BatchSource<T> {
    return fileSource<T>(
      { name: 'json', format: 'json' },
      patterns,
      options,
      (context) => new JsonConsumer(decoder(options), malformedLines(options, context)),
    )
  },

  csv,
}

/** The records of CSV files (RFC 4180), as objects: with the columns wanted, or with all as strings. */
function csv(
  patterns: FilePatterns,
  options?: ParsedFilesOptions & Omit<CsvOptions<CsvColumns>, 'columns'>,
): BatchSource<Readonly<Record<string, string>>>
function csv<const C extends CsvColumns>(
  patterns: FilePatterns,
  options: CsvOptions<C> & { readonly columns: C },
): BatchSource<CsvRow<C>>
function csv(patterns: FilePatterns, options: CsvOptions<CsvColumns> = {}): BatchSource<never> {
  const { columns = null, header: hasHeader = true, separator = ',', multilineFields = true } = options
  if (separator.length !== 1 || /["\r\n]/.test(separator)) {
    throw new NacelleError(
      'ERR_CSV_SEPARATOR',
      `the separator of CSV files must be one character other than a quote or a line break, not ${JSON.stringify(separator)}`,
    )
  }
  if (!hasHeader && columns === null) {
    throw new NacelleError(
      'ERR_CSV_HEADER',
      'CSV files without a header need columns: { name: type, … } in the order of the fields',
    )
  }
  const described = { columns: columns === null ? null : Object.keys(columns), hasHeader, separator, multilineFields }
  const splitBytes = multilineFields ? Number.POSITIVE_INFINITY : (options.splitBytes ?? DEFAULT_SPLIT_BYTES)
  return fileSource<never>({ name: 'csv', format: described }, patterns, { ...options, splitBytes }, (context) => {
    const { files } = context.platform
    return new CsvConsumer({ separator, hasHeader, columns }, files, decoder(options), malformedLines(options, context))
  })
}

function fileSource<T>(
  { name, format }: { readonly name: string; readonly format: unknown },
  patterns: FilePatterns,
  options: FilesOptions,
  createConsumer: (context: ProcessorContext) => SplitConsumer,
): BatchSource<T> {
  const rules = rulesOf(patterns, options)
  return {
    kind: 'batch',
    name: `${name}Source(${rules.patterns.join(', ')})`,
    description: { format, ...rules, splitBytes: String(rules.splitBytes) },
    metaSupplier: fileSourceSupplier({ ...rules, createConsumer }),
  }
}

function rulesOf(patterns: FilePatterns, options: FilesOptions): Omit<FileSourceRules, 'createConsumer'> {
  const splitBytes = options.splitBytes ?? DEFAULT_SPLIT_BYTES
  if (!(splitBytes >= 1) || (splitBytes !== Number.POSITIVE_INFINITY && !Number.isSafeInteger(splitBytes))) {
    throw new NacelleError(
      'ERR_SPLIT_BYTES',
      `splitBytes must be a positive whole number of bytes, or Infinity for no splitting, not ${splitBytes}`,
    )
  }
  return {
    patterns: typeof patterns === 'string' ? [patterns] : patterns,
    directory: options.directory ?? '.',
    compression: options.compression ?? 'byExtension',
    splitBytes,
    sharedFileSystem: options.sharedFileSystem ?? false,
    skipsByteOrderMark: (options.encoding ?? 'utf-8') === 'utf-8',
  }
}

function tokenizer(separator: TokenSeparator, encoding: TextEncoding): SplitConsumer {
  if (separator.kind === 'words') return new WordConsumer(encoding)
  return isByteSeparator(separator.code)
    ? new SeparatedConsumer(separator.code, encoding)
    : new SplittingConsumer(separator.code, encoding)
}

function decoder(options: FilesOptions): ReturnType<typeof decoderOf> {
  return decoderOf(options.encoding ?? 'utf-8', options.invalidBytes === 'fail')
}

function malformedLines(options: ParsedFilesOptions, context: ProcessorContext): MalformedLines {
  const { platform, logger, metrics } = context
  return new MalformedLines(
    options.malformed ?? 'fail',
    platform.clock,
    logger,
    metrics.metric('malformedLinesSkipped'),
  )
}
