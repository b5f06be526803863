import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from './durable-file.ts'
import { folderError } from './folder-error.ts'
import { errorCode, messageOf, storageError } from './storage-error.ts'

/** Counts the changes after which an older version could not read what a newer one writes, or the other way round. */
export const FOLDER_FORMAT = 1

const FILE_NAME = 'format'
const TITLE = 'nacelle data folder, format '

/** What a first start may have left before it wrote the format: its lock. */
const EARLY_FILES: ReadonlySet<string> = new Set(['lock', 'owner.json', `${FILE_NAME}.new`])

/**
 * Makes the folder when it is missing, and checks that it is one of this format or empty, before anything is put into
 * it.
 *
 * @returns whether it is new: {@link writeFormat} is still to be called
 * @throws NacelleError ERR_GRID_FOLDER when it is anything else
 */
export function checkFormat(folder: string): boolean {
  let names: string[]
  try {
    mkdirSync(folder, { recursive: true })
    names = readdirSync(folder)
  } catch (error) {
    if (errorCode(error) === 'ENOSPC') throw storageError(folder, 'making the data folder', error)
    throw folderError(folder, `cannot be used: ${messageOf(error)}`, error)
  }
  if (names.includes(FILE_NAME)) {
    checkText(folder, readFileSync(join(folder, FILE_NAME), 'utf8'))
    return false
  }
  const foreign = names.filter((name) => !EARLY_FILES.has(name))
  if (foreign.length === 0) return true
  throw folderError(
    folder,
    `has no file '${FILE_NAME}', but others (${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ', …' : ''}): it belongs to something else, name an empty or a new folder`,
  )
}

/** Says in the folder what it is. */
export function writeFormat(folder: string): void {
  writeDurably(join(folder, FILE_NAME), `${TITLE}${FOLDER_FORMAT}\n`)
}

function checkText(folder: string, text: string): void {
  const version = text.startsWith(TITLE) && text.endsWith('\n') ? Number(text.slice(TITLE.length)) : Number.NaN
  if (!Number.isInteger(version))
    throw folderError(folder, `has a file '${FILE_NAME}' that Nacelle did not write: name another folder`)
  if (version > FOLDER_FORMAT)
    throw folderError(
      folder,
      `has format ${version}, written by a newer Nacelle; this one reads format ${FOLDER_FORMAT}: start the newer one, or name another folder`,
    )
  if (version < FOLDER_FORMAT)
    throw folderError(
      folder,
      `has format ${version}, written by an older Nacelle; this one reads format ${FOLDER_FORMAT}: name another folder`,
    )
}
