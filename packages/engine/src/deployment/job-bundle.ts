/**
 * A job's modules in one file, as every thread imports it. Bundles are named by their content: equal bundles are the
 * same file.
 */
export interface JobBundle {
  /** The bundle on disk, an absolute path that ends with `.mjs`. */
  readonly path: string
  /** SHA-256 of the bundle's text, in hexadecimal. */
  readonly sha256: string
  /** Its source map on disk, an absolute path. Sources in it are relative to {@link sourceRoot}. */
  readonly sourceMapPath: string
  /** The job file that the bundle was made of, an absolute path. */
  readonly entry: string
  /** The folder of the job file. */
  readonly sourceRoot: string
  /** Bytes of the bundle. */
  readonly byteLength: number
  /** Source files in the bundle, those of packages included. */
  readonly sourceCount: number
  /** What the bundler had to say without refusing, as text for people. */
  readonly warnings: readonly string[]
}
