import { describe, expect, test } from 'bun:test'
import { mr } from './mr'

describe('mr tells how it is called', () => {
  test.each([[['--help']], [['help']], [['-h']]])('%p lists every command, both languages, exit 0', async (args) => {
    const { code, out, err } = await mr(args)
    expect(code).toBe(0)
    expect(err).toBe('')
    for (const name of [
      'migrate up',
      'migrate down',
      'migrate status',
      'schema verify',
      'seed demo',
      'simulate',
      'staff create',
      'staff password',
      'staff disable',
      'ledger verify',
      'job list',
      'job <name>',
    ]) {
      expect(out).toContain(`mr ${name}`)
    }
    expect(out).toContain('新建员工账户')
    expect(out).toContain('add a member of staff')
  })

  test('without a command: the same help, exit 2', async () => {
    const { code, out } = await mr([])
    expect(code).toBe(2)
    expect(out).toContain('mr staff create')
  })

  test('a command tells its options and needs no database for it', async () => {
    const { code, out } = await mr(['simulate', '--help'])
    expect(code).toBe(0)
    for (const option of ['--sites', '--rate', '--seconds', '--url', '--seed']) expect(out).toContain(option)
  })

  test('a group tells its commands', async () => {
    const { code, out } = await mr(['staff', '--help'])
    expect(code).toBe(0)
    expect(out).toContain('mr staff disable')
    expect(out).not.toContain('mr simulate')
  })
})

describe('a wrong call is one sentence and exit 2', () => {
  test.each([
    [['stafff', 'create'], 'mr staff create'],
    [['migrate', 'stat'], 'mr migrate status'],
    [['simulat'], 'mr simulate'],
    [['ledger', 'check'], 'mr ledger verify'],
  ])('%p suggests %s', async (args, suggestion) => {
    const { code, err } = await mr(args)
    expect(code).toBe(2)
    expect(err).toContain(`Did you mean: mr ${suggestion.slice(3)}`)
  })

  test('a word that resembles nothing points to the help', async () => {
    const { code, err } = await mr(['frobnicate'])
    expect(code).toBe(2)
    expect(err).toContain('mr --help')
  })

  test.each([
    [['migrate', 'up', '--force'], "Unknown option '--force'"],
    [['staff', 'create', 'finance'], '<username> is missing'],
    [['staff', 'create', 'boss', 'x', '--name', 'y'], 'must be one of'],
    [['staff', 'create', 'admin', 'abc'], '--name is required'],
    [['staff', 'create', 'admin', 'abc', '--name', 'x', '--grade', 'manager'], 'only finance staff have a grade'],
    [['staff', 'password', 'a', 'b'], 'unexpected argument "b"'],
    [['simulate', '--rate', '1e3'], '--rate must be a whole number'],
    [['simulate', '--seconds', '0'], '--seconds must be a whole number'],
    [['simulate', '--url', 'ftp://x'], '--url must look like'],
    [['migrate', 'down', '--steps', '-1'], 'wrong arguments'],
    [['ledger', 'verify', '--operator', 'site_1'], '--operator is not a valid id'],
    [['job'], '<name> is missing'],
  ])('%p', async (args, sentence) => {
    const { code, out, err } = await mr(args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(sentence)
    expect(err).toContain('Usage: mr ')
    expect(err).not.toMatch(/\n\s+at /)
  })
})

describe('what fails says why, without a stack, exit 1', () => {
  test.each([
    [['migrate', 'status']],
    [['ledger', 'verify']],
    [['schema', 'verify']],
    [['seed', 'demo']],
    [['job', 'list']],
    [['staff', 'disable', 'admin']],
  ])('no database: %p says to start it', async (args) => {
    const { code, err } = await mr(args)
    expect(code).toBe(1)
    expect(err).toContain('run bin/start first')
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  test('no server: simulate says to start it', async () => {
    const { code, err } = await mr(['simulate', '--url', 'http://127.0.0.1:1'])
    expect(code).toBe(1)
    expect(err).toContain('run bin/start first')
  })

  test('a wrong environment is listed', async () => {
    const { code, err } = await mr(['migrate', 'status'], { env: { PORT: 'many', APP_ENV: 'staging' } })
    expect(code).toBe(1)
    expect(err).toContain('PORT must be a whole number')
    expect(err).toContain('APP_ENV must be')
  })
})
