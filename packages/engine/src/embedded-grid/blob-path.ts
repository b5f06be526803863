/** The end of the name of each file that is a blob; no folder's name has a dot in it. */
const BLOB_END = '.blob'

/** The end of the name of a folder whose name goes on in what lies below it. */
const CONTINUED = '+'

/** File systems take 255 bytes for a name. */
const NAME_LENGTH_MAX = 200
const NAME_PIECES = new RegExp(`.{1,${NAME_LENGTH_MAX}}`, 'g')

/** How an empty part of an id looks: no encoded part ends so. */
const EMPTY = '%'

/** The folder of a space, relative to that of all of them. */
export function spacePath(space: string): string {
  return encodePart(space)
}

/** The file of a blob, relative to that of its space. Ids may have any characters, file names may not. */
export function blobPath(id: string): string {
  return `${id.split('/').map(encodePart).join('/')}${BLOB_END}`
}

/** The folder of the blobs whose ids begin with `folder`, which is empty or ends with a slash. */
export function blobFolderPath(folder: string): string {
  return folder.split('/').slice(0, -1).map(encodePart).join('/')
}

/** The id of a blob by its file's path relative to the space, with slashes; null when the file is none. */
export function blobIdOf(path: string): string | null {
  if (!path.endsWith(BLOB_END)) return null
  const encoded = path.slice(0, -BLOB_END.length).replaceAll(`${CONTINUED}/`, '')
  return encoded
    .split('/')
    .map((part) => (part === EMPTY ? '' : decodeURIComponent(part)))
    .join('/')
}

function encodePart(part: string): string {
  if (part === '') return EMPTY
  const encoded = encodeURIComponent(part).replace(
    /[.!~*'()]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  if (encoded.length <= NAME_LENGTH_MAX) return encoded
  return (encoded.match(NAME_PIECES) ?? []).join(`${CONTINUED}/`)
}
