import { readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BlobStore } from '../grid/blob-store.ts'
import { CallsUnderWay } from '../grid/calls-under-way.ts'
import { ChangeFeed } from '../grid/change-feed.ts'
import type { Grid, GridInfo, GridState } from '../grid/grid.ts'
import { checkGridName } from '../grid/grid-name.ts'
import type { Journal } from '../grid/journal.ts'
import type { KeyValue } from '../grid/key-value.ts'
import { WaitingReaders } from '../grid/waiting-readers.ts'
import { NODE_THREADS, workerEntryUrl } from '../platform/node/node-threads.ts'
import type { Platform } from '../platform/platform.ts'
import type { Random } from '../platform/random.ts'
import type { ThreadHost } from '../platform/threads.ts'
import { CHUNK_BYTES } from './blob-writer.ts'
import { EmbeddedJournal } from './embedded-journal.ts'
import { EmbeddedKeyValue } from './embedded-key-value.ts'
import { FileBlobStore, temporaryFolder } from './file-blob-store.ts'
import { FOLDER_FORMAT } from './folder-format.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { errorCode } from './storage-error.ts'
import { StoreClient } from './store-client.ts'
import type { FromStore, ToStore } from './store-messages.ts'

const VALUE_BYTES_MAX = 1024 * 1024

/** What {@link openEmbeddedGrid} takes. */
export interface EmbeddedGridOptions {
  /**
   * A folder, made when it is missing, or one that is locked already (see `memberFolder`): its lock is released when
   * the grid is closed or cannot be opened.
   */
  readonly folder: string | FolderLock
  readonly platform: Pick<Platform, 'random' | 'logger'>
  /** Default: threads of Node. */
  readonly threadHost?: ThreadHost
}

/**
 * Opens the grid of a lone member: a data folder that this process alone holds, with keys and journals in SQLite on a
 * thread of its own and blobs in files. What it acknowledges is synced and survives the end of the process and of the
 * machine, but not that of the disk.
 *
 * @throws NacelleError ERR_GRID_FOLDER when the folder is another program's or of another format;
 *   ERR_GRID_FOLDER_IN_USE when a process has it; ERR_GRID_DAMAGED; ERR_GRID_UNAVAILABLE, for instance on a full disk
 */
export async function openEmbeddedGrid(options: EmbeddedGridOptions): Promise<Grid> {
  const { random, logger } = options.platform
  const entry = workerEntryUrl(import.meta.url, './store-entry')
  // Started first: the folder is looked at while the thread comes up.
  const thread = (options.threadHost ?? NODE_THREADS).start<ToStore, FromStore>(entry, null, { name: 'nacelle-grid' })
  let lock: FolderLock | null = null
  try {
    lock = typeof options.folder === 'string' ? lockFolder(resolve(options.folder)) : options.folder
    removeUnfinished(lock.folder)
    const grid = new EmbeddedGrid(lock, random)
    const store = new StoreClient(thread, (state) => grid.setState(state))
    const clusterId = await store.open(lock.folder, random.uuid())
    grid.connect(store, clusterId)
    const { folder, previousOwner } = lock
    if (previousOwner !== null)
      logger.log('warn', `data folder ${folder}: process ${previousOwner.pid} ended without closing it; taken over`)
    logger.log('info', `data folder ${folder} keeps cluster ${clusterId}, without a mirror on another member`)
    return grid
  } catch (error) {
    await thread.terminate()
    lock?.release()
    throw error
  }
}

class EmbeddedGrid implements Grid {
  readonly #lock: FolderLock
  readonly #random: Random
  readonly #calls = new CallsUnderWay()
  readonly #feeds = new Map<string, ChangeFeed>()
  readonly #readers = new Map<string, WaitingReaders>()
  readonly #blobs = new Map<string, BlobStore>()
  readonly #listeners = new Set<(state: GridState) => void>()
  #store!: StoreClient
  #info!: GridInfo
  #state: GridState = 'up'
  #closed: Promise<void> | null = null

  constructor(lock: FolderLock, random: Random) {
    this.#lock = lock
    this.#random = random
  }

  connect(store: StoreClient, clusterId: string): void {
    this.#store = store
    this.#info = {
      engine: 'embedded',
      version: String(FOLDER_FORMAT),
      clusterId,
      durability: 'fsync',
      replicas: 1,
      valueBytesMax: VALUE_BYTES_MAX,
      chunkBytesMax: CHUNK_BYTES,
    }
  }

  get info(): GridInfo {
    return this.#info
  }

  kv(bucket: string): KeyValue {
    checkGridName('bucket', bucket)
    const feed = madeOnce(this.#feeds, bucket, () => new ChangeFeed())
    const { valueBytesMax } = this.#info
    return new EmbeddedKeyValue({ name: bucket, store: this.#store, calls: this.#calls, feed, valueBytesMax })
  }

  blobs(space: string): BlobStore {
    const { folder } = this.#lock
    const make = (): BlobStore => new FileBlobStore({ folder, space, calls: this.#calls, random: this.#random })
    return madeOnce(this.#blobs, space, make)
  }

  journal(name: string): Journal {
    checkGridName('journal', name)
    const readers = madeOnce(this.#readers, name, () => new WaitingReaders())
    const recordBytesMax = this.#info.valueBytesMax
    return new EmbeddedJournal({ name, store: this.#store, calls: this.#calls, readers, recordBytesMax })
  }

  state(): GridState {
    return this.#state
  }

  onState(listener: (state: GridState) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** The first state of `down` is the last. */
  setState(state: GridState): void {
    if (this.#state === state || this.#state === 'down') return
    this.#state = state
    if (state === 'down') for (const feed of this.#feeds.values()) feed.resync()
    for (const listener of this.#listeners) listener(state)
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await this.#calls.close()
    await this.#store.close()
    this.#lock.release()
  }
}

/** Blobs whose writers have ended before they were whole. */
function removeUnfinished(folder: string): void {
  const temporary = temporaryFolder(folder)
  try {
    for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { force: true })
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

function madeOnce<V>(map: Map<string, V>, name: string, make: () => V): V {
  let value = map.get(name)
  if (value === undefined) map.set(name, (value = make()))
  return value
}
