import type { Output } from '../output.ts'

/** An output that keeps what is written. */
export class RecordingOutput implements Output {
  text = ''

  write(text: string): void {
    this.text += text
  }
}
