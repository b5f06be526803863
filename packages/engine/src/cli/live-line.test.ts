import { describe, expect, it } from 'vitest'
import { LiveLine, type TerminalStream } from './live-line.ts'

/** A terminal that two streams write to. */
function terminal(columns?: number) {
  let text = ''
  const stream = (): TerminalStream & { write: (chunk: string | Uint8Array) => boolean } => ({
    columns,
    write: (chunk: string | Uint8Array) => {
      text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
      return true
    },
  })
  return { out: stream(), err: stream(), text: () => text.replaceAll('\r\u001B[K', '<clear>') }
}

describe('LiveLine', () => {
  it('is rewritten in place', () => {
    const { err, text } = terminal()
    const line = new LiveLine(err, [err])
    line.show('one')
    line.show('two')
    line.close()
    expect(text()).toBe('<clear>one<clear>two<clear>')
  })

  it('makes way for what others write, on both streams', () => {
    const { out, err, text } = terminal()
    const line = new LiveLine(err, [out, err])
    line.show('10 %')
    out.write('a result\n')
    err.write('a log line\n')
    line.show('20 %')
    expect(text()).toBe('<clear>10 %<clear>a result\na log line\n<clear>20 %')
  })

  it('waits until a line that somebody has begun is complete', () => {
    const { out, err, text } = terminal()
    const line = new LiveLine(err, [out, err])
    out.write('half a ')
    line.show('10 %')
    out.write('')
    line.show('15 %')
    out.write(new TextEncoder().encode('line\n'))
    line.show('20 %')
    expect(text()).toBe('half a line\n<clear>20 %')
  })

  it('leaves the streams as they were', () => {
    const { out, err, text } = terminal()
    const before = out.write
    const line = new LiveLine(err, [out, err])
    line.show('x')
    line.close()
    expect(out.write).toBe(before)
    out.write('y')
    expect(text()).toBe('<clear>x<clear>y')
  })

  it('knows how wide it may be', () => {
    expect(new LiveLine(terminal(100).err, []).width).toBe(99)
    expect(new LiveLine(terminal().err, []).width).toBe(79)
    expect(new LiveLine(terminal(3).err, []).width).toBe(10)
  })
})
