import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** Bundles that nobody has made anew for so long are removed. */
const BUNDLE_AGE_MAX_MS = 7 * 24 * 3600 * 1000

/**
 * The folder where bundles of this user lie: under the system's temporary folder, for this user alone. What lies there
 * is code that runs, so a folder that others own or may write to is not used: then a fresh one is made.
 */
export function bundleDirectory(): string {
  const path = join(tmpdir(), `nacelle-${userInfo().uid}`)
  try {
    mkdirSync(path, { mode: 0o700 })
    return path
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return isPrivate(path) ? path : mkdtempSync(join(tmpdir(), 'nacelle-'))
}

/** Writes a file that appears whole or not at all. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}.partial`
  writeFileSync(temporary, bytes)
  renameSync(temporary, path)
}

/** Removes bundles that are a week old. A file that another process removes at the same time is no error. */
export function removeOldBundles(directory: string): void {
  const oldest = Date.now() - BUNDLE_AGE_MAX_MS
  for (const name of readdirSync(directory)) {
    if (!/^[0-9a-f]{64}\.mjs/.test(name)) continue
    const path = join(directory, name)
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    if (modified !== undefined && modified < oldest) rmSync(path, { force: true })
  }
}

function isPrivate(path: string): boolean {
  const stat = lstatSync(path)
  const { uid } = userInfo()
  // On systems without user ids everything belongs to -1 and the temporary folder is the user's own.
  if (!stat.isDirectory() || (uid >= 0 && stat.uid !== uid)) return false
  if (uid >= 0 && (stat.mode & 0o077) !== 0) chmodSync(path, 0o700)
  return true
}
