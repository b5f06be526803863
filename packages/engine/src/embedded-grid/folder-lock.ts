import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync as Database } from 'node:sqlite'
import { NacelleError } from '../base/nacelle-error.ts'
import { folderInUse } from './folder-error.ts'
import { checkFormat, writeFormat } from './folder-format.ts'
import { DatabaseSync, sqliteFailure } from './sqlite.ts'
import { storageError } from './storage-error.ts'

/** Who holds a data folder, for messages. */
export interface FolderOwner {
  readonly pid: number
  readonly host: string
}

/** A data folder that this process holds. */
export interface FolderLock {
  readonly folder: string
  /** Who held it before and ended without letting go of it: killed, or the machine failed. */
  readonly previousOwner: FolderOwner | null
  release(): void
}

/** Folders that a search looks at. */
const MEMBERS_MAX = 1000

/**
 * Takes a data folder for this process alone, makes it when it is missing, and checks its format. The lock is one of
 * the operating system on a file, so that it ends with the process, however that ends.
 *
 * @throws NacelleError ERR_GRID_FOLDER_IN_USE naming the process that has it; ERR_GRID_FOLDER when it is none of ours
 */
export function lockFolder(folder: string): FolderLock {
  checkFormat(folder)
  const database = takeLock(folder)
  try {
    // Looked at again: before the lock was ours somebody else may have made the folder.
    if (checkFormat(folder)) writeFormat(folder)
    const previousOwner = readOwner(folder)
    const owner: FolderOwner = { pid: process.pid, host: hostname() }
    writeFileSync(ownerPath(folder), `${JSON.stringify(owner)}\n`)
    return {
      folder,
      previousOwner,
      release() {
        if (!database.isOpen) return
        rmSync(ownerPath(folder), { force: true })
        database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error instanceof NacelleError ? error : storageError(folder, 'taking the data folder', error)
  }
}

/**
 * Takes the first of the folders `member-1`, `member-2`, … below `root` that nobody holds, so that each member of a
 * machine has one of its own, and the same one again after a restart.
 *
 * @throws NacelleError ERR_GRID_FOLDER when one of them is not what it should be
 */
export function memberFolder(root: string): FolderLock {
  for (let number = 1; ; number++) {
    try {
      return lockFolder(join(root, `member-${number}`))
    } catch (error) {
      const isTaken = error instanceof NacelleError && error.code === 'ERR_GRID_FOLDER_IN_USE'
      if (!isTaken || number === MEMBERS_MAX) throw error
    }
  }
}

function takeLock(folder: string): Database {
  let database: Database | null = null
  try {
    database = new DatabaseSync(join(folder, 'lock'))
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if (sqliteFailure(error) === 'busy') throw folderInUse(folder, readOwner(folder))
    throw storageError(folder, 'locking the data folder', error)
  }
}

function readOwner(folder: string): FolderOwner | null {
  try {
    const { pid, host } = JSON.parse(readFileSync(ownerPath(folder), 'utf8')) as Record<string, unknown>
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : null
  } catch {
    // Not there, or torn when the machine failed: it serves messages only, the lock is another file.
    return null
  }
}

function ownerPath(folder: string): string {
  return join(folder, 'owner.json')
}
