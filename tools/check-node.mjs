// Runs before anything is built. Plain JavaScript that any Node parses, so that an old one gets a message and not a
// syntax error. npm puts node_modules/.bin in front, where the locked Node of this repository lies.
const OLDEST_NODE = 24

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(
    [
      `Nacelle needs Node ${OLDEST_NODE} or newer, this is Node ${process.versions.node} (${process.execPath}).`,
      `The repository brings a Node of its own as an optional dependency, but none is installed for ${process.platform} ${process.arch}.`,
      'Run `npm ci` without --omit=optional, or put a newer Node first in PATH.',
    ].join('\n'),
  )
  process.exitCode = 1
}
