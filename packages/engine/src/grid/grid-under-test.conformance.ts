import { expect } from 'vitest'
import type { BlobRef } from './blob-store.ts'
import type { Grid } from './grid.ts'

/** An engine with empty content, and the handles that {@link gridConformance} needs beside it. */
export interface GridUnderTest {
  readonly grid: Grid
  /**
   * Makes the call in such a way that its caller does not learn how it ended, be it done or not, so that it rejects
   * with ERR_GRID_INDETERMINATE. Answers a connection that works afterwards.
   */
  makeIndeterminate(call: (grid: Grid) => Promise<unknown>, isDone: boolean): Promise<Grid>
  /** Changes the content of a blob behind the engine's back. */
  damageBlob(space: string, ref: BlobRef, how: 'flip' | 'truncate' | 'remove'): Promise<void>
  /** Closes the grid, and connects anew to what it has kept. */
  reopen(): Promise<Grid>
  /** Closes all and removes what is left. */
  dispose(): Promise<void>
}

/** UTF-8 of a text. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The text of some bytes, in one piece or several. */
export function textOf(bytes: Uint8Array | readonly Uint8Array[]): string {
  return Buffer.concat(bytes instanceof Uint8Array ? [bytes] : bytes).toString()
}

/** An asynchronous source of these texts. */
export async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for (const text of texts) {
    await Promise.resolve()
    yield bytesOf(text)
  }
}

/** All that an iteration gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Expects a call to reject with an error of this code. */
export async function rejects(call: Promise<unknown>, code: string): Promise<void> {
  await expect(call).rejects.toMatchObject({ code })
}
