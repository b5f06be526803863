import { assert } from '../base/assert.ts'
import { NacelleError } from '../base/nacelle-error.ts'
import type { BatchLayout, ColumnType } from '../core/batch.ts'
import { checksumOf } from './chunk-checksum.ts'
import { damagedSnapshot, type SnapshotPlace } from './snapshot-error.ts'

/*
 * A chunk is a piece of a vertex's state that can be read without any other: a header of 64 bytes, the vertex's name,
 * the types of its columns, and a batch as the wire encodes it, with all its shapes and keys. All numbers are
 * little-endian words of 32 bits:
 *
 *  0 'NCHK'                     16 bytes of the chunk      32 entries                    48 columns
 *  4 version of the format      20 id of the snapshot      36 index of the processor     52 0
 *  8 checksum of the bytes      24 kind                    40 processors of the vertex   56 a double: 0, or the
 * 12 from 16 on                 28 flags                   44 bytes of the name             entries of the whole blob
 *
 * A blob is a row of chunks of one vertex, the last one of kind `end`: it says how many there are.
 */

/** What later versions must be able to read; raise it with every change, and keep golden files of the one before. */
export const CHUNK_FORMAT_VERSION = 1

/** Bytes of the fixed part. */
export const CHUNK_HEADER_BYTES = 64

/** Chunks with more than one entry are at most so long. */
export const CHUNK_BYTES_MAX = 512 * 1024

/** Longer ones are damaged: an entry alone may have the wire's limit, which is far less. */
const PLAUSIBLE_BYTES_MAX = 1 << 30

const MAGIC = 0x4b48434e
const KINDS = ['entries', 'columns', 'end'] as const
const FLAG_BROADCAST = 1
const FLAG_TIMED = 2
const NAME_BYTES_MAX = 65_536
const COLUMNS_MAX = 1024

/** What a chunk holds: entries `{ key, value }`, keys with columns, or the end of the blob. */
export type ChunkKind = (typeof KINDS)[number]

/** What stands in front of a chunk's batch. */
export interface ChunkHeader {
  readonly kind: ChunkKind
  readonly snapshotId: number
  readonly vertexName: string
  /** Which processor of the vertex saved it, and of how many: tells the partitions that its keys can belong to. */
  readonly processorIndex: number
  readonly parallelism: number
  /** Entries for all processors of the vertex. */
  readonly isBroadcast: boolean
  readonly timed: boolean
  readonly columns: readonly ColumnType[]
  /** Entries of the chunk; for `end` the chunks before it. */
  readonly count: number
  /** For `end`: entries of all chunks before it. */
  readonly blobEntries: number
}

const textEncoder = new TextEncoder()
const textDecoder = new TextDecoder('utf-8', { fatal: true })

/** Bytes that header, name and column types take, a multiple of 8: the batch follows. */
export function headBytes(vertexName: string, columns: number): number {
  return CHUNK_HEADER_BYTES + padded(textEncoder.encode(vertexName).length) + padded(columns)
}

/** Writes head and checksum of the chunk that fills `buffer`; its batch is there already. */
export function writeChunkHead(buffer: ArrayBuffer, header: ChunkHeader): void {
  const words = new Int32Array(buffer)
  const bytes = new Uint8Array(buffer)
  const name = textEncoder.encode(header.vertexName)
  assert(
    name.length <= NAME_BYTES_MAX,
    `the name of vertex '${header.vertexName.slice(0, 80)}…' is too long to be saved`,
  )
  words[0] = MAGIC
  words[1] = CHUNK_FORMAT_VERSION
  words[4] = buffer.byteLength
  words[5] = header.snapshotId
  words[6] = KINDS.indexOf(header.kind)
  words[7] = (header.isBroadcast ? FLAG_BROADCAST : 0) | (header.timed ? FLAG_TIMED : 0)
  words[8] = header.count
  words[9] = header.processorIndex
  words[10] = header.parallelism
  words[11] = name.length
  words[12] = header.columns.length
  words[13] = 0
  new Float64Array(buffer)[7] = header.blobEntries
  bytes.set(name, CHUNK_HEADER_BYTES)
  const typesAt = CHUNK_HEADER_BYTES + padded(name.length)
  header.columns.forEach((type, i) => (bytes[typesAt + i] = type === 'f64' ? 1 : 0))
  const { low, high } = checksumOf(words, 4, words.length)
  words[2] = low
  words[3] = high
}

/**
 * Bytes of the chunk that begins with these 64 bytes.
 *
 * @throws NacelleError ERR_SNAPSHOT_DAMAGED or ERR_SNAPSHOT_VERSION
 */
export function chunkBytes(head: DataView, place: SnapshotPlace): number {
  if (head.getInt32(0, true) !== MAGIC) throw damagedSnapshot(place, 'a chunk does not begin as one')
  const version = head.getInt32(4, true)
  if (version !== CHUNK_FORMAT_VERSION) {
    throw new NacelleError(
      'ERR_SNAPSHOT_VERSION',
      `blob '${place.blob}' of a snapshot has format ${version}; this version of Nacelle reads format ${CHUNK_FORMAT_VERSION}: run the version that wrote it`,
      { domain: 'external', details: { blob: place.blob, version } },
    )
  }
  const bytes = head.getInt32(16, true)
  if (bytes < CHUNK_HEADER_BYTES || bytes % 8 !== 0 || bytes > PLAUSIBLE_BYTES_MAX)
    throw damagedSnapshot(place, `a chunk says that it has ${bytes} bytes`)
  return bytes
}

/** Reads the head of a whole chunk, after its checksum. @throws NacelleError ERR_SNAPSHOT_DAMAGED */
export function readChunkHead(buffer: ArrayBuffer, place: SnapshotPlace): ChunkHeader {
  const words = new Int32Array(buffer)
  const { low, high } = checksumOf(words, 4, words.length)
  if (words[2] !== low || words[3] !== high) throw damagedSnapshot(place, 'the checksum of a chunk is wrong')
  const kind = KINDS[words[6]!]
  const [nameLength, columnCount] = [words[11]!, words[12]!]
  if (
    kind === undefined ||
    nameLength < 0 ||
    nameLength > NAME_BYTES_MAX ||
    columnCount < 0 ||
    columnCount > COLUMNS_MAX
  )
    throw damagedSnapshot(place, 'the head of a chunk makes no sense')
  const bytes = new Uint8Array(buffer)
  const typesAt = CHUNK_HEADER_BYTES + padded(nameLength)
  if (typesAt + padded(columnCount) > bytes.length) throw damagedSnapshot(place, 'a chunk ends within its head')
  const flags = words[7]!
  return {
    kind,
    snapshotId: words[5]!,
    vertexName: nameOf(bytes.subarray(CHUNK_HEADER_BYTES, CHUNK_HEADER_BYTES + nameLength), place),
    processorIndex: words[9]!,
    parallelism: words[10]!,
    isBroadcast: (flags & FLAG_BROADCAST) !== 0,
    timed: (flags & FLAG_TIMED) !== 0,
    columns: Array.from(bytes.subarray(typesAt, typesAt + columnCount), (code) => (code === 1 ? 'f64' : 'any')),
    count: words[8]!,
    blobEntries: new Float64Array(buffer)[7]!,
  }
}

/** The layout of the batch behind a head. */
export function layoutOfChunk({ kind, timed, columns }: ChunkHeader): BatchLayout {
  return kind === 'columns' ? { kind: 'keyed', timed, columns } : { kind: 'items', timed: false }
}

function nameOf(bytes: Uint8Array, place: SnapshotPlace): string {
  try {
    return textDecoder.decode(bytes)
  } catch (error) {
    throw damagedSnapshot(place, 'the name of a vertex is not text', error)
  }
}

function padded(bytes: number): number {
  return (bytes + 7) & ~7
}
