import type { Clock } from '../clock.ts'
import type {
  CompressedFile,
  CompressionFormat,
  DirectoryEntry,
  FileStat,
  Files,
  ReadableFile,
  WritableFile,
} from '../files.ts'

interface FileNode {
  readonly kind: 'file'
  bytes: Uint8Array
  size: number
  modifiedMs: number
}

interface DirectoryNode {
  readonly kind: 'directory'
  readonly modifiedMs: number
}

type Node = FileNode | DirectoryNode

/** How much {@link MemoryFiles.openCompressed} gives in one piece. */
const PIECE_LENGTH = 4096

/**
 * Files in memory. Paths are POSIX paths; relative ones start at `/`. Errors carry `code`, `path` and `syscall` like
 * those of the operating system.
 */
export class MemoryFiles implements Files {
  readonly #nodes = new Map<string, Node>()
  readonly #failures = new Map<string, string>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
    this.#nodes.set('/', { kind: 'directory', modifiedMs: clock.wallMs() })
  }

  /** Makes every call on `path` fail with this code, for instance `EACCES`; null = no longer. */
  failWith(path: string, code: string | null): void {
    if (code === null) this.#failures.delete(normalize(path))
    else this.#failures.set(normalize(path), code)
  }

  /** Puts a file there, with the directories above it. */
  write(path: string, content: string | Uint8Array): void {
    this.makeDirectory(parentOf(normalize(path)))
    const file = this.openForAppending(path, { truncate: true })
    file.append(typeof content === 'string' ? new TextEncoder().encode(content) : content)
    file.close()
  }

  /** {@link write} of a file that {@link openCompressed} reads: here "compressed" means behind a mark and a length. */
  writeCompressed(path: string, format: CompressionFormat, plain: string | Uint8Array): void {
    this.write(path, fakeCompressed(format, typeof plain === 'string' ? new TextEncoder().encode(plain) : plain))
  }

  /** What a file holds, as text. */
  text(path: string): string {
    return new TextDecoder().decode(this.readAll(path))
  }

  stat(path: string): FileStat | null {
    const normal = this.#check(path, 'stat')
    const node = this.#nodes.get(normal)
    if (node === undefined) return null
    return { kind: node.kind, size: node.kind === 'file' ? node.size : 0, modifiedMs: node.modifiedMs }
  }

  list(directory: string): readonly DirectoryEntry[] {
    const normal = this.#check(directory, 'scandir')
    const node = this.#nodes.get(normal)
    if (node === undefined) throw fileError('ENOENT', 'scandir', directory)
    if (node.kind === 'file') throw fileError('ENOTDIR', 'scandir', directory)
    const entries: DirectoryEntry[] = []
    for (const [path, { kind }] of this.#nodes) {
      if (path !== '/' && parentOf(path) === normal) entries.push({ name: path.slice(path.lastIndexOf('/') + 1), kind })
    }
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  openForReading(path: string): ReadableFile {
    const node = this.#file(path, 'open')
    let isOpen = true
    return {
      read: (target, offset, length, position) => {
        if (!isOpen) throw fileError('EBADF', 'read', path)
        const piece = node.bytes.subarray(position, Math.min(node.size, position + length))
        target.set(piece, offset)
        return piece.length
      },
      close: () => {
        isOpen = false
      },
    }
  }

  openCompressed(path: string, format: CompressionFormat): CompressedFile {
    return new MemoryCompressedFile(this.readAll(path), format, path)
  }

  openForAppending(path: string, options: { readonly truncate?: boolean } = {}): WritableFile {
    const normal = this.#check(path, 'open')
    if (this.#nodes.get(parentOf(normal))?.kind !== 'directory') throw fileError('ENOENT', 'open', path)
    let node = this.#nodes.get(normal)
    if (node?.kind === 'directory') throw fileError('EISDIR', 'open', path)
    if (node === undefined) {
      node = { kind: 'file', bytes: new Uint8Array(64), size: 0, modifiedMs: this.#clock.wallMs() }
      this.#nodes.set(normal, node)
    }
    if (options.truncate === true) node.size = 0
    return this.#appender(node, path)
  }

  readAll(path: string): Uint8Array {
    const node = this.#file(path, 'open')
    return node.bytes.slice(0, node.size)
  }

  rename(from: string, to: string): void {
    const source = this.#check(from, 'rename')
    const target = this.#check(to, 'rename')
    const node = this.#nodes.get(source)
    if (node === undefined || this.#nodes.get(parentOf(target))?.kind !== 'directory')
      throw fileError('ENOENT', 'rename', from)
    if (node.kind === 'directory') throw fileError('EISDIR', 'rename', from)
    if (this.#nodes.get(target)?.kind === 'directory') throw fileError('EISDIR', 'rename', to)
    this.#nodes.delete(source)
    this.#nodes.set(target, node)
  }

  remove(path: string): void {
    this.#file(path, 'unlink')
    this.#nodes.delete(normalize(path))
  }

  makeDirectory(path: string): void {
    const normal = this.#check(path, 'mkdir')
    const node = this.#nodes.get(normal)
    if (node?.kind === 'file') throw fileError('EEXIST', 'mkdir', path)
    if (node !== undefined) return
    if (this.#nodes.get(parentOf(normal))?.kind === 'file') throw fileError('ENOTDIR', 'mkdir', path)
    this.makeDirectory(parentOf(normal))
    this.#nodes.set(normal, { kind: 'directory', modifiedMs: this.#clock.wallMs() })
  }

  #appender(node: FileNode, path: string): WritableFile {
    let isOpen = true
    return {
      append: (bytes) => {
        if (!isOpen) throw fileError('EBADF', 'write', path)
        const size = node.size + bytes.length
        if (size > node.bytes.length) {
          const grown = new Uint8Array(Math.max(size, node.bytes.length * 2))
          grown.set(node.bytes.subarray(0, node.size))
          node.bytes = grown
        }
        node.bytes.set(bytes, node.size)
        node.size = size
        node.modifiedMs = this.#clock.wallMs()
      },
      sync: () => {
        if (!isOpen) throw fileError('EBADF', 'fsync', path)
      },
      close: () => {
        isOpen = false
      },
    }
  }

  #file(path: string, syscall: string): FileNode {
    const node = this.#nodes.get(this.#check(path, syscall))
    if (node === undefined) throw fileError('ENOENT', syscall, path)
    if (node.kind === 'directory') throw fileError('EISDIR', syscall, path)
    return node
  }

  #check(path: string, syscall: string): string {
    const normal = normalize(path)
    const code = this.#failures.get(normal)
    if (code !== undefined) throw fileError(code, syscall, path)
    return normal
  }
}

class MemoryCompressedFile implements CompressedFile {
  position = 0
  readonly #bytes: Uint8Array
  readonly #path: string
  readonly #plainLength: number

  constructor(bytes: Uint8Array, format: CompressionFormat, path: string) {
    const mark = new TextEncoder().encode(`${format}:`)
    this.#bytes = bytes
    this.#path = path
    const isMarked = mark.every((byte, i) => bytes[i] === byte) && bytes.length >= mark.length + 4
    this.#plainLength = isMarked ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(mark.length) : -1
    if (isMarked) this.position = mark.length + 4
  }

  read(): Promise<Uint8Array | null> {
    if (this.#plainLength < 0) return Promise.reject(new Error(`${this.#path}: incorrect header check`))
    const end = HEADER_LENGTH + this.#plainLength
    if (this.position >= end) return Promise.resolve(null)
    if (this.position >= this.#bytes.length) return Promise.reject(new Error(`${this.#path}: unexpected end of file`))
    const piece = this.#bytes.slice(this.position, Math.min(end, this.position + PIECE_LENGTH))
    this.position += piece.length
    return Promise.resolve(piece)
  }

  close(): void {}
}

/** Mark of five bytes, length of four. */
const HEADER_LENGTH = 9

/** What {@link MemoryFiles.openCompressed} takes for compressed: a mark, the length, the plain bytes. */
export function fakeCompressed(format: CompressionFormat, plain: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + plain.length)
  bytes.set(new TextEncoder().encode(`${format}:`))
  new DataView(bytes.buffer).setUint32(5, plain.length)
  bytes.set(plain, HEADER_LENGTH)
  return bytes
}

function normalize(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}

function fileError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path })
}
