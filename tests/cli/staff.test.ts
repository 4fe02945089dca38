import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { isPassword } from '#src/platform/passwords'
import { createDatabase, type TestDatabase } from '#tests/support/database'
import { mr, PRODUCTION } from './mr'

let database: TestDatabase
let counter = 0
let username: string
beforeAll(async () => {
  database = await createDatabase()
})
beforeEach(() => {
  username = `person_${++counter}`
})
afterAll(() => database.drop())

const PASSWORD = 'Finance-2030'
const create = (role: string, more: string[] = [], options: { stdin?: string; env?: Record<string, string> } = {}) =>
  mr(['staff', 'create', role, username, '--name', '张发财', '--password-stdin', ...more], { database, stdin: `${PASSWORD}\n`, ...options })
const account = async () => (await database.owner`SELECT * FROM admin_accounts WHERE username = ${username}`)[0]

describe('mr staff create', () => {
  test('adds a person whose password works, and the audit log knows', async () => {
    expect(await create('finance', ['--grade', 'manager'])).toMatchObject({ code: 0, err: '' })
    const person = await account()
    expect(person).toMatchObject({ name: '张发财', role: 'finance', finance_grade: 'manager', is_active: true })
    expect(await isPassword(PASSWORD, person!.password_hash)).toBe(true)
    const [entry] =
      await database.owner`SELECT actor_role, details FROM audit_logs WHERE operation = 'staff_create' AND target_id = ${person!.id}`
    expect(entry).toMatchObject({ actor_role: 'cli', details: { username, role: 'finance', grade: 'manager' } })
    expect(JSON.stringify(entry)).not.toContain(PASSWORD)
  })

  test('gives finance the least grade unless asked', async () => {
    await create('finance')
    expect(await account()).toMatchObject({ finance_grade: 'specialist' })
  })

  test.each(['super_admin', 'admin', 'operator', 'analyst'])('knows the role %s', async (role) => {
    expect((await create(role)).code).toBe(0)
    expect(await account()).toMatchObject({ role, finance_grade: null })
  })

  test.each([
    ['short', 'Ab1'],
    ['without a digit', 'Abcdefghij'],
    ['without upper case', 'abcdefgh1'],
    ['empty', ''],
    ['too long', `Aa1${'x'.repeat(40)}`],
  ])('refuses a password that is %s', async (_, password) => {
    const { code, err } = await create('admin', [], { stdin: `${password}\n` })
    expect(code).toBe(2)
    expect(err).toContain('must be 8-32 characters')
    expect(await account()).toBeUndefined()
  })

  test('refuses a name that is taken, in any case', async () => {
    await create('admin')
    username = username.toUpperCase()
    const { code, err } = await create('admin')
    expect(code).toBe(1)
    expect(err).toContain('This username is taken')
  })

  test('what the database refuses is told without the values that were sent to it', async () => {
    const strict = await createDatabase()
    try {
      await strict.owner`ALTER TABLE admin_accounts ADD CONSTRAINT planted CHECK (username <> 'somebody')`
      const args = ['staff', 'create', 'admin', 'somebody', '--name', '某人', '--password-stdin']
      const { code, err } = await mr(args, { database: strict, stdin: PASSWORD })
      expect(code).toBe(1)
      expect(err).toContain('violates check constraint "planted"')
      expect(err.trim().split('\n')).toHaveLength(1)
      expect(err).not.toContain('argon2')
    } finally {
      await strict.drop()
    }
  })

  test('asks nobody where there is no terminal', async () => {
    const { code, err } = await mr(['staff', 'create', 'admin', username, '--name', '某人'], { database })
    expect(code).toBe(2)
    expect(err).toContain('--password-stdin')
  })

  test('refuses a demo password in production, nowhere else', async () => {
    const { code, err } = await create('admin', [], { stdin: 'Admin@2024!\n', env: PRODUCTION })
    expect(code).toBe(1)
    expect(err).toContain('is a demo password, which production refuses')
    expect(await account()).toBeUndefined()
    expect((await create('admin', [], { stdin: 'Admin@2024!\n' })).code).toBe(0)
  })
})

const openSession = async (adminId: string) =>
  database.owner`
    INSERT INTO auth_sessions (id, admin_id, door, token_sha256, ip, user_agent, created_at, expires_at)
    VALUES (gen_random_uuid(), ${adminId}, 'pages', sha256(gen_random_uuid()::text::bytea), '127.0.0.1', '', now(), now() + interval '1 day')`
const liveSessions = async (adminId: string) =>
  (await database.owner`SELECT FROM auth_sessions WHERE admin_id = ${adminId} AND revoked_at IS NULL`).length

describe('mr staff password', () => {
  test('sets a new password, ends the sessions and forgets failed sign-ins', async () => {
    await create('admin')
    const { id } = (await account())!
    await openSession(id)
    await database.owner`INSERT INTO login_failures (id, realm, username, ip, at) VALUES (gen_random_uuid(), 'staff', ${username}, '127.0.0.1', now())`
    expect((await mr(['staff', 'password', username, '--password-stdin'], { database, stdin: 'Another-2030' })).code).toBe(0)
    expect(await isPassword('Another-2030', (await account())!.password_hash)).toBe(true)
    expect(await liveSessions(id)).toBe(0)
    expect(await database.owner`SELECT FROM login_failures WHERE username = ${username}`).toHaveLength(0)
    expect(await database.owner`SELECT FROM audit_logs WHERE operation = 'staff_password' AND target_id = ${id}`).toHaveLength(1)
  })

  test('says when there is nobody of that name', async () => {
    const { code, err } = await mr(['staff', 'password', 'nobody_here', '--password-stdin'], { database, stdin: PASSWORD })
    expect(code).toBe(1)
    expect(err).toContain('nobody_here')
  })
})

describe('mr staff disable', () => {
  test('takes access away once, and ends the sessions', async () => {
    await create('analyst')
    const { id } = (await account())!
    await openSession(id)
    expect((await mr(['staff', 'disable', username.toUpperCase()], { database })).code).toBe(0)
    expect(await account()).toMatchObject({ is_active: false })
    expect(await liveSessions(id)).toBe(0)
    expect((await mr(['staff', 'disable', username], { database })).out).toContain('was disabled before')
    expect(await database.owner`SELECT FROM audit_logs WHERE operation = 'staff_disable' AND target_id = ${id}`).toHaveLength(1)
  })

  test('never the last super_admin', async () => {
    const lonely = await createDatabase()
    try {
      const options = { database: lonely, stdin: PASSWORD }
      for (const name of ['first_one', 'second_one'])
        await mr(['staff', 'create', 'super_admin', name, '--name', '某人', '--password-stdin'], options)
      expect((await mr(['staff', 'disable', 'first_one'], options)).code).toBe(0)
      const { code, err } = await mr(['staff', 'disable', 'second_one'], options)
      expect(code).toBe(1)
      expect(err).toContain('The last super_admin')
    } finally {
      await lonely.drop()
    }
  })
})

describe('mr staff totp', () => {
  test('takes phone and recovery codes from an account once, the last super_admin’s too, and ends the sessions', async () => {
    await create('super_admin')
    const { id } = (await account())!
    await openSession(id)
    await database.owner`UPDATE admin_accounts SET totp_cipher = 'x', totp_version = 1, totp_last_step = 7 WHERE id = ${id}`
    await database.owner`
      INSERT INTO staff_recovery_codes (id, admin_id, code_sha256, created_at) VALUES (gen_random_uuid(), ${id}, sha256('x'), now())`
    expect((await mr(['staff', 'totp', username], { database })).code).toBe(0)
    expect(await account()).toMatchObject({ totp_cipher: null, totp_version: null, totp_last_step: null })
    expect(await database.owner`SELECT FROM staff_recovery_codes WHERE admin_id = ${id}`).toHaveLength(0)
    expect(await liveSessions(id)).toBe(0)
    expect((await mr(['staff', 'totp', username], { database })).out).toContain('was off before')
    expect(await database.owner`SELECT FROM audit_logs WHERE operation = 'staff_totp_reset' AND target_id = ${id}`).toHaveLength(1)
  })
})
