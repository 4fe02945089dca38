import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isPassword } from '#src/platform/passwords'
import { createDatabase, type TestDatabase } from '#tests/support/database'
import { mr } from './mr'

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await createDatabase()
  folder = mkdtempSync(join(tmpdir(), 'mr-cli-release-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await database.drop()
})

test('mr staff first: one super_admin with a password that is shown once and has to be changed; nobody where there is somebody', async () => {
  const first = await mr(['staff', 'first'], { database })
  expect(first.code).toBe(0)
  const password = /one-time password: (\S+)/.exec(first.out)![1]!
  expect(password).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[A-Za-z2-9]{16}$/)
  const [person] = await database.owner`SELECT * FROM admin_accounts`
  expect(person).toMatchObject({ username: 'admin', role: 'super_admin', password_is_temporary: true })
  expect(await isPassword(password, person!.password_hash)).toBe(true)
  expect((await mr(['staff', 'first'], { database })).out).toContain('there is staff already')
  expect(await database.owner`SELECT id FROM admin_accounts`).toHaveLength(1)
})

describe('mr release', () => {
  test('outside a home asks for one', async () => {
    for (const command of [['release'], ['release', 'status'], ['rollback']]) {
      const { code, err } = await mr(command, { database })
      expect(code).toBe(2)
      expect(err).toContain('name the folder of releases with --home')
    }
  })

  test('refuses a home without settings, before it makes anything', async () => {
    const { code, out, err } = await mr(['release', '--home', folder], { database })
    expect(code).toBe(1)
    expect(out).toContain('✗ preflight')
    expect(err).toContain(`there is no ${folder}/shared/.env`)
    const [row] = await database.owner`SELECT result, failure FROM deploy_log`
    expect(row).toMatchObject({ result: 'failed', failure: expect.stringContaining('shared/.env') })
    expect(JSON.parse(readFileSync(join(folder, 'deploy.log'), 'utf8'))).toMatchObject({ result: 'failed' })
  })

  test.each([
    [['--watch', '1'], '--watch'],
    [['--without-backup', '太短'], '--without-backup'],
  ])('%p is a wrong call', async (words, option) => {
    const { code, err } = await mr(['release', '--home', folder, ...words], { database })
    expect(code).toBe(2)
    expect(err).toContain(option)
  })

  test('has nothing to go back to in an empty home', async () => {
    const { code, err } = await mr(['rollback', '--home', folder], { database })
    expect(code).toBe(1)
    expect(err).toContain('there is no release to go back to')
  })

  test('tells what runs and what is kept', async () => {
    const { code, out } = await mr(['release', 'status', '--home', folder], { database })
    expect(code).toBe(0)
    expect(out).toContain('not running')
  })

  test('enters a release of containers, and an archive carries its digest beside it', async () => {
    const words = ['release', 'record', 'release', 'undone', '--from', 'v1', '--to', 'v2', '--step', 'switch']
    expect((await mr(words, { database })).code).toBe(0)
    const [row] = await database.owner`SELECT result, failure, place FROM deploy_log WHERE to_version = 'v2'`
    expect(row).toMatchObject({ result: 'undone', failure: '在 switch 失败 / failed at switch', place: 'compose' })

    const archive = join(folder, 'product.tar.gz')
    expect((await mr(['release', 'pack', archive], { database })).code).toBe(0)
    const digest = new Bun.CryptoHasher('sha256').update(await Bun.file(archive).arrayBuffer()).digest('hex')
    expect(readFileSync(`${archive}.sha256`, 'utf8')).toBe(`${digest}  product.tar.gz\n`)
  })
})
