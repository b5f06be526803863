import { describe, expect, it } from 'vitest'
import { parseCommandLine } from './command-line.ts'

function parse(...argv: readonly string[]) {
  let out = ''
  let err = ''
  const parsed = parseCommandLine(argv, {
    writeOut: (text) => void (out += text),
    writeErr: (text) => void (err += text),
  })
  return { parsed, out, err }
}

const options = (...argv: readonly string[]) => {
  const { parsed, err } = parse(...argv)
  if (parsed.kind !== 'run') throw new Error(`not understood: ${err}`)
  return parsed.options
}

describe('jet run', () => {
  it('has a default for everything but the job file', () => {
    expect(options('run', 'job.ts')).toEqual({
      jobFile: 'job.ts',
      args: [],
      threads: null,
      name: null,
      logLevel: 'info',
      showsProgress: true,
      isQuiet: false,
      isVerbose: false,
    })
  })

  it('gives everything behind the job file to the job', () => {
    const args = ['-t', '7', '--help', '--', '-x', 'a b', '', '--threads=2']
    expect(options('run', '-t', '3', 'job.ts', ...args)).toMatchObject({ jobFile: 'job.ts', threads: 3, args })
  })

  it('takes options before the job file', () => {
    expect(
      options('run', '--threads=2', '-n', 'x', '--log-level', 'debug', '--no-progress', '-v', 'j.ts'),
    ).toMatchObject({
      threads: 2,
      name: 'x',
      logLevel: 'debug',
      showsProgress: false,
      isVerbose: true,
    })
  })

  it('shows warnings and errors only when quiet', () => {
    expect(options('run', '-q', 'j.ts')).toMatchObject({ isQuiet: true, showsProgress: false, logLevel: 'warn' })
    expect(options('run', '-q', '--log-level', 'error', 'j.ts').logLevel).toBe('error')
  })

  it.each([
    [['run'], "missing required argument 'job file'"],
    [['run', '--bad', 'j.ts'], "unknown option '--bad'"],
    [['run', '-t', '0', 'j.ts'], "'0' is invalid. It must be a whole number from 1 to 1024"],
    [['run', '-t', '2.5', 'j.ts'], "'2.5' is invalid"],
    [['run', '-t', '1e3', 'j.ts'], "'1e3' is invalid"],
    [['run', '-n', '', 'j.ts'], 'It must not be empty'],
    [['run', '--log-level', 'loud', 'j.ts'], 'Allowed choices are trace, debug, info, warn, error'],
    [['rum', 'j.ts'], 'Did you mean run?'],
  ])('refuses %j as wrong usage', (argv, message) => {
    const { parsed, out, err } = parse(...argv)
    expect(parsed).toEqual({ kind: 'exit', code: 2 })
    expect(err).toContain(message)
    expect(out).toBe('')
  })

  it.each([[['--help']], [['help']], [['run', '--help']], [['help', 'run']]])('explains itself: %j', (argv) => {
    const { parsed, out, err } = parse(...argv)
    expect(parsed).toEqual({ kind: 'exit', code: 0 })
    expect(out).toContain("jet run word-count.ts 'logs/*.txt'")
    expect(err).toBe('')
  })

  it('explains itself when it is told nothing', () => {
    const { parsed, out, err } = parse()
    expect([parsed, err]).toEqual([{ kind: 'exit', code: 0 }, ''])
    expect(out).toContain('Usage: jet')
  })

  it('shows its version', () => {
    const { parsed, out } = parse('--version')
    expect(parsed).toEqual({ kind: 'exit', code: 0 })
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
