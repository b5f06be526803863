type Sqlite = typeof import('node:sqlite')

/**
 * SQLite as it is part of Node. Older versions warn on loading it that it may change; what the engine uses of it has
 * not changed since, so whoever starts a member need not read that.
 */
export const { DatabaseSync }: Sqlite = loadSqlite()

/** SQLite's result codes that mean something here. Extended codes have one of these in their lowest byte. */
const BUSY = 5
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const NOT_A_DATABASE = 26

/** What an error of SQLite means: `other` for those that are none. */
export type SqliteFailure = 'busy' | 'full' | 'damaged' | 'io' | 'other'

/** Tells what an error that SQLite gave means. */
export function sqliteFailure(error: unknown): SqliteFailure {
  const code = (error as { errcode?: unknown } | null)?.errcode
  if (typeof code !== 'number') return 'other'
  switch (code & 0xff) {
    case BUSY:
      return 'busy'
    case FULL:
      return 'full'
    case CORRUPT:
    case NOT_A_DATABASE:
      return 'damaged'
    case IO_ERROR:
      return 'io'
    default:
      return 'other'
  }
}

function loadSqlite(): Sqlite {
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (rest[0] !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
