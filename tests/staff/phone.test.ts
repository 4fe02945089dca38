import { describe, expect, test } from 'bun:test'
import type { Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { loadSettings } from '#src/settings/settings'
import { replaceRecoveryCodes, useRecoveryCode } from '#src/staff/recovery-codes'
import { auditRows, staffToken, withServer } from '#tests/support/api'
import { aStaff, PASSWORD } from '#tests/support/factory'
import { newVisitor } from '#tests/support/pages'
import { givePhone, phoneOf } from '#tests/support/phone'
import { atDesk, hiddenOf } from '#tests/support/staff-desk'

const { started, call } = withServer()
const PHONE = '/staff/security/totp'

async function askFor(roles: string): Promise<void> {
  await started.database.owner`UPDATE system_configs SET value = ${roles} WHERE key = 'totp_required_roles'`
  await loadSettings()
}
const rowOf = async (id: Uuid) => (await started.database.owner`SELECT * FROM admin_accounts WHERE id = ${id}`)[0]!
const codesIn = (html: string): string[] => [...html.matchAll(/<code>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})<\/code>/g)].map(([, code]) => code!)
const secretIn = (html: string): string => /<output[^>]*>([A-Z2-7 ]+)<\/output>/.exec(html)![1]!.replaceAll(' ', '')

/** Somebody who turned on codes at the page, as people do. */
async function enrolled(role: 'admin' | 'super_admin' = 'admin') {
  const staff = await aStaff(role)
  const desk = await atDesk(started.url, 'admin', staff.username)
  const page = (await desk.get(PHONE)).html
  const phone = phoneOf(secretIn(page))
  const done = await desk.send(PHONE, { ticket: hiddenOf(page, 'ticket'), next: '/admin/', totp_code: await phone.code(-30) })
  return { staff, desk, phone, done, codes: codesIn(done.html) }
}

/** The two steps of a sign-in; gives what the second answered. */
async function twoSteps(username: string, second: Record<string, string>, door = 'admin') {
  const visitor = newVisitor(started.url)
  const first = await visitor.post(`/${door}/login`, { username, password: PASSWORD, next: '/staff/security' })
  const ticket = hiddenOf(first.html, 'ticket')
  const next = hiddenOf(first.html, 'next')
  return { first, ticket, visitor, answer: await visitor.post(`/${door}/login`, { ticket, next, ...second }) }
}

describe('turning on codes', () => {
  test('needs a first code of the phone, gives ten recovery codes, and ends the other sessions', async () => {
    const { staff, desk, done, codes } = await enrolled()
    expect([done.status, codes.length, new Set(codes).size]).toEqual([200, 10, 10])
    expect((await desk.get('/staff/security')).html).toContain('剩余 10 个')
    const other = await staffToken(staff.id)
    const again = (await desk.get(PHONE)).html
    const phone = phoneOf(secretIn(again))
    const wrong = await desk.send(PHONE, { ticket: hiddenOf(again, 'ticket'), totp_code: '12345' })
    expect([wrong.status, wrong.html.includes('id="totp_code-error"'), secretIn(wrong.html)]).toEqual([401, true, phone.secret])
    expect((await call('GET /v1/admin/operators', { token: other })).status).toBe(200)
    const replaced = await desk.send(PHONE, { ticket: hiddenOf(wrong.html, 'ticket'), totp_code: await phone.code() })
    expect(codesIn(replaced.html)).toHaveLength(10)
    expect((await call('GET /v1/admin/operators', { token: other })).status).toBe(401)
    const rows = await auditRows(started.database, staff.id)
    expect(rows.map(({ operation }) => operation).filter((operation) => operation.startsWith('totp'))).toEqual([
      'totp_enrol',
      'totp_replace',
    ])
    const stored = JSON.stringify(rows) + JSON.stringify(await started.database.owner`SELECT * FROM staff_recovery_codes`)
    for (const secret of [phone.secret, codes[0]!, codes[0]!.replaceAll('-', '')]) expect(stored).not.toContain(secret)
    expect(Buffer.from((await rowOf(staff.id)).totp_cipher).toString('latin1')).not.toContain(phone.secret)
  })

  test('a secret goes with its own session only', async () => {
    const [mine, theirs] = [await aStaff('admin'), await aStaff('admin')]
    const desk = await atDesk(started.url, 'admin', mine.username)
    const page = (await desk.get(PHONE)).html
    const other = await atDesk(started.url, 'admin', theirs.username)
    const code = await phoneOf(secretIn(page)).code()
    const answer = await other.send(PHONE, { ticket: hiddenOf(page, 'ticket'), totp_code: code })
    expect([answer.status, answer.location]).toEqual([303, PHONE])
    expect((await other.send(PHONE, { ticket: 'x.y', totp_code: code })).status).toBe(303)
    expect((await rowOf(theirs.id)).totp_cipher).toBeNull()
  })

  test('is taken back with a proof, and the recovery codes with it', async () => {
    const { staff, desk } = await enrolled()
    expect((await desk.send('/staff/security/removal')).location).toBe('/staff/security')
    expect(await rowOf(staff.id)).toMatchObject({ totp_cipher: null, totp_since: null })
    const [left] = await started.database.owner`SELECT count(*)::int AS n FROM staff_recovery_codes WHERE admin_id = ${staff.id}`
    expect(left!.n).toBe(0)
    expect((await desk.send('/staff/security/removal')).status).toBe(404)
    expect((await desk.send('/staff/security/recovery-codes')).status).toBe(404)
  })
})

describe('signing in with a phone', () => {
  test('is two steps: the password, then the code, and then the page that was asked for', async () => {
    const { staff, phone } = await enrolled()
    const { first, answer } = await twoSteps(staff.username, { totp_code: await phone.code() })
    expect([first.status, first.html.includes(PASSWORD), first.headers.getSetCookie().join()]).toEqual([200, false, ''])
    expect([answer.status, answer.location]).toEqual([303, '/staff/security'])
    const last = (await auditRows(started.database, staff.id)).findLast(({ operation }) => operation === 'login')
    expect(last!.details).toMatchObject({ second_factor: 'totp', door: 'pages' })
  })

  test('a used code and a wrong one are refused at the field, and the ticket stays', async () => {
    const { staff, phone } = await enrolled()
    const code = await phone.code()
    const { answer, ticket, visitor } = await twoSteps(staff.username, { totp_code: '000000' === code ? '000001' : '000000' })
    expect([answer.status, answer.html.includes('id="totp_code-error"'), hiddenOf(answer.html, 'ticket')]).toEqual([401, true, ticket])
    expect((await visitor.post('/admin/login', { ticket, totp_code: code })).status).toBe(303)
    expect((await visitor.post('/admin/login', { ticket, totp_code: code })).status).toBe(401)
  })

  test('a ticket ends after five minutes, with the password, and at the other door', async () => {
    const { staff, phone } = await enrolled()
    const { ticket, visitor } = await twoSteps(staff.username, {})
    const code = await phone.code()
    expect((await visitor.post('/finance/login', { ticket, totp_code: code })).status).toBe(403)
    await started.database.owner`UPDATE admin_accounts SET password_hash = password_hash || 'x' WHERE id = ${staff.id}`
    const ended = await visitor.post('/admin/login', { ticket, totp_code: code })
    expect([ended.status, ended.html.includes('登录已超时')]).toEqual([401, true])
    expect((await visitor.post('/admin/login', { ticket: `${ticket}x`, totp_code: code })).status).toBe(401)
  })

  test('guesses at the second step make everybody wait', async () => {
    const { staff } = await enrolled()
    const { ticket, visitor } = await twoSteps(staff.username, { totp_code: '1' })
    const statuses: number[] = []
    for (let guess = 0; guess < 6; guess++)
      statuses.push((await visitor.post('/admin/login', { ticket, totp_code: `00000${guess}` })).status)
    expect(statuses.slice(-2)).toEqual([429, 429])
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(4)
  })

  test('a recovery code stands in for the phone once, at the pages and at the API, however it is written', async () => {
    const { staff, codes } = await enrolled()
    const [first, second] = codes as [string, string]
    const { answer } = await twoSteps(staff.username, { totp_code: '', recovery_code: ` ${first.toUpperCase().replaceAll('-', ' ')} ` })
    expect(answer.status).toBe(303)
    const used = await twoSteps(staff.username, { totp_code: '', recovery_code: first })
    expect([used.answer.status, used.answer.html.includes('id="recovery_code-error"')]).toEqual([401, true])
    const login = (code: string) =>
      call('POST /v1/auth/admin/login', { body: { username: staff.username, password: PASSWORD, recovery_code: code } })
    expect((await login(second)).status).toBe(200)
    expect((await login(second)).status).toBe(401)
    const last = (await auditRows(started.database, staff.id)).findLast(({ operation }) => operation === 'login')
    expect(last!.details).toMatchObject({ second_factor: 'recovery_code' })
  })

  test('one recovery code opens one session, however many ask at once', async () => {
    const staff = await aStaff('admin')
    const [code] = await transaction((tx) => replaceRecoveryCodes(tx, staff.id, now()))
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => transaction((tx) => useRecoveryCode(tx, staff.id, code!, now()))))
    expect(outcomes.filter(Boolean)).toHaveLength(1)
  })

  test('new recovery codes make the old ones worthless; few left are said', async () => {
    const { staff, desk, codes } = await enrolled()
    const fresh = codesIn((await desk.send('/staff/security/recovery-codes')).html)
    expect([fresh.length, fresh.some((code) => codes.includes(code))]).toEqual([10, false])
    expect((await twoSteps(staff.username, { recovery_code: codes[0]! })).answer.status).toBe(401)
    for (const code of fresh.slice(0, 7)) await transaction((tx) => useRecoveryCode(tx, staff.id, code, now()))
    expect((await desk.get('/staff/security')).html).toContain('恢复码只剩 3 个')
  })
})

describe('where a phone is asked for', () => {
  test.each([
    ['nobody', []],
    ['finance', ['manager']],
    ['finance_and_admin', ['super_admin', 'admin', 'manager']],
    ['everybody', ['super_admin', 'admin', 'operator', 'manager', 'analyst']],
    ['auto', []],
  ] as const)('%s: people without one are led to it', async (setting, asked) => {
    const people = [
      ['super_admin', await aStaff('super_admin'), 'admin', '/admin/'],
      ['admin', await aStaff('admin'), 'admin', '/admin/'],
      ['operator', await aStaff('operator'), 'admin', '/admin/'],
      ['manager', await aStaff('finance', 'manager'), 'finance', '/finance/'],
      ['analyst', await aStaff('analyst'), 'admin', '/analytics/'],
    ] as const
    const desks = await Promise.all(
      people.map(async ([seat, { username }, door, home]) => ({ seat, home, desk: await atDesk(started.url, door, username) })),
    )
    await askFor(setting)
    const led: string[] = []
    for (const { seat, home, desk } of desks) {
      const { status, location } = await desk.get(home)
      if (status === 303 && location === `${PHONE}?next=${encodeURIComponent(home)}`) led.push(seat)
      else expect([seat, status]).toEqual([seat, 200])
    }
    expect(led).toEqual([...asked])
    await askFor('auto')
  })

  test('nothing else opens before it is done, then everything does; it cannot be turned off', async () => {
    const staff = await aStaff('finance', 'manager')
    const desk = await atDesk(started.url, 'finance', staff.username)
    const token = await staffToken(staff.id)
    await askFor('finance')
    const refused = await call('GET /v1/finance/refunds', { token })
    expect([refused.status, refused.body.details.required]).toEqual([403, 'totp' as never])
    expect((await desk.send('/finance/refunds/019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55/rejection')).location).toBe(PHONE)
    const page = (await desk.get(`${PHONE}?next=/finance/refunds`)).html
    expect(page).not.toContain('class="side"')
    const phone = phoneOf(secretIn(page))
    const done = await desk.send(PHONE, { ticket: hiddenOf(page, 'ticket'), next: '/finance/refunds', totp_code: await phone.code() })
    expect([done.status, done.html.includes('action="/finance/refunds"')]).toEqual([200, true])
    expect((await desk.get('/finance/refunds')).status).toBe(200)
    expect((await desk.get('/staff/security')).html).not.toContain('/staff/security/removal')
    expect((await desk.send('/staff/security/removal')).status).toBe(403)
    await askFor('auto')
  })

  test('in production the setting that nobody touched asks finance and administrators', async () => {
    const { needsPhone } = await import('#src/staff/duties')
    expect((['super_admin', 'admin', 'finance', 'operator', 'analyst'] as const).map((role) => needsPhone(role, true))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })
})

test('who has a phone signs out and in again at any time: duties never lock the door', async () => {
  const staff = await aStaff('admin')
  await started.database.owner`UPDATE admin_accounts SET password_is_temporary = true WHERE id = ${staff.id}`
  await givePhone(staff.id)
  const { answer, visitor } = await twoSteps(staff.username, { totp_code: await (await givePhone(staff.id)).code() })
  expect(answer.status).toBe(303)
  expect((await visitor.get('/staff/security')).location).toContain('/staff/security/password')
  expect((await visitor.get(PHONE)).location).toBe('/staff/security/password')
})
