import { describe, expect, test } from 'bun:test'
import type { Uuid } from '#src/core/ids'
import { auditRows, browserHeaders, staffToken, withServer } from '#tests/support/api'
import { aStaff, PASSWORD } from '#tests/support/factory'
import { csrfIn, newVisitor } from '#tests/support/pages'
import { givePhone } from '#tests/support/phone'
import { type AtDesk, atDesk, hiddenOf } from '#tests/support/staff-desk'

const { started, call } = withServer()

const REASON = '本人离职，已完成工作交接'
const rowOf = async (id: Uuid) => (await started.database.owner`SELECT * FROM admin_accounts WHERE id = ${id}`)[0]!
const idOf = async (username: string): Promise<Uuid> =>
  (await started.database.owner<{ id: Uuid }[]>`SELECT id FROM admin_accounts WHERE username = ${username}`)[0]!.id
const onceIn = (html: string): string => /<output[^>]*>([^<]+)<\/output>/.exec(html)?.[1] ?? ''

async function aBoss() {
  const boss = await aStaff('super_admin')
  return { boss, desk: await atDesk(started.url, 'admin', boss.username) }
}

/** Sends the form of a page with what it carries unseen. */
async function change(desk: AtDesk, page: string, to: string, form: Record<string, string>) {
  const seen = hiddenOf((await desk.get(page)).html, 'seen')
  return desk.send(to, { seen, ...form })
}

test('a new person gets a one-time password, shown once, and sets an own one before anything else', async () => {
  const { boss, desk } = await aBoss()
  const made = await desk.send('/admin/staff/new', { username: 'wang.fang', name: '王芳', seat: 'specialist' })
  expect(made.status).toBe(201)
  const password = onceIn(made.html)
  expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{16}$/)
  const id = await idOf('wang.fang')
  expect(await rowOf(id)).toMatchObject({ role: 'finance', finance_grade: 'specialist', password_is_temporary: true, is_active: true })
  const [entry] = await auditRows(started.database, id)
  expect(entry).toMatchObject({ operation: 'staff_create', actor_id: boss.id, details: { username: 'wang.fang', grade: 'specialist' } })
  expect(JSON.stringify(entry)).not.toContain(password)

  const own = await atDesk(started.url, 'finance', 'wang.fang', password)
  expect((await own.get('/finance/refunds')).location).toBe('/staff/security/password?next=%2Ffinance%2Frefunds')
  const token = String((await call('POST /v1/auth/finance/login', { body: { username: 'wang.fang', password } })).body.data.access_token)
  const refused = await call('GET /v1/finance/refunds', { token })
  expect([refused.status, refused.body.error_code, refused.body.details.required]).toEqual([
    403,
    'PERMISSION_DENIED',
    'own_password' as never,
  ])

  const form = (fresh: string) => ({ next: '/finance/refunds', old_password: password, new_password: fresh, password_repeat: fresh })
  const same = await own.send('/staff/security/password', form(password))
  expect([same.status, same.html.includes('须与临时密码不同')]).toEqual([400, true])
  expect((await own.send('/staff/security/password', form('MyOwn-2026'))).location).toBe('/finance/refunds')
  expect((await own.get('/finance/refunds')).status).toBe(200)
  expect((await rowOf(id)).password_is_temporary).toBe(false)
})

test('what is wrong with a new account stands at its field, and nothing is kept', async () => {
  const { boss, desk } = await aBoss()
  const taken = await desk.send('/admin/staff/new', { username: boss.username.toUpperCase(), name: '王芳', seat: 'admin' })
  expect([taken.status, taken.html.includes('id="username-error"')]).toEqual([400, true])
  const wrong = await desk.send('/admin/staff/new', { username: 'a b', name: '', seat: 'owner' })
  expect([wrong.status, wrong.html.includes('value="a b"')]).toEqual([400, true])
  for (const field of ['username', 'name', 'seat']) expect(wrong.html).toContain(`id="${field}-error"`)
})

test('a grant acts on the next call and is on record with before and after; taken back it is gone as fast', async () => {
  const { boss, desk } = await aBoss()
  const staff = await aStaff('finance', 'specialist')
  const token = await staffToken(staff.id)
  const review = () =>
    call('POST /v1/finance/refunds/019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55/reject', { token, body: { reason: '请补充门店停业的书面说明' } })
  expect((await review()).status).toBe(403)
  const page = `/admin/staff/${staff.id}`
  expect((await change(desk, page, `${page}/permissions`, { 'grant-refund:review': 'true' })).location).toBe(page)
  expect((await review()).status).toBe(404)
  expect((await change(desk, page, `${page}/permissions`, {})).location).toBe(page)
  expect((await review()).status).toBe(403)
  const rows = await auditRows(started.database, staff.id)
  expect(rows.map(({ operation, actor_id, details }) => ({ operation, actor_id, ...details }))).toEqual([
    {
      operation: 'staff_grant',
      actor_id: boss.id,
      username: staff.username,
      before: { granted: [] },
      after: { granted: ['refund:review'] },
    },
    {
      operation: 'staff_grant',
      actor_id: boss.id,
      username: staff.username,
      before: { granted: ['refund:review'] },
      after: { granted: [] },
    },
  ] as never)
})

test('what a post cannot hold is not granted, and two who save at once do not overwrite each other', async () => {
  const { desk } = await aBoss()
  const staff = await aStaff('finance', 'specialist')
  const page = `/admin/staff/${staff.id}`
  const odd = await change(desk, page, `${page}/permissions`, { 'grant-staff:manage': 'true' })
  expect([odd.status, odd.html.includes('该岗位不能授予此权限')]).toEqual([400, true])
  const seen = hiddenOf((await desk.get(page)).html, 'seen')
  expect((await desk.send(`${page}/permissions`, { seen, 'grant-invoice:review': 'true' })).status).toBe(303)
  const late = await desk.send(`${page}/permissions`, { seen, 'grant-refund:review': 'true' })
  expect([late.status, late.html.includes('刚被他人修改')]).toEqual([400, true])
  expect((await rowOf(staff.id)).permissions).toEqual(['invoice:review'])
})

test('another post drops the grants that do not fit and ends the sessions of the other console', async () => {
  const { desk } = await aBoss()
  const staff = await aStaff('finance', 'specialist')
  await started.database.owner`UPDATE admin_accounts SET permissions = '{refund:review}' WHERE id = ${staff.id}`
  const token = await staffToken(staff.id)
  const page = `/admin/staff/${staff.id}`
  expect((await change(desk, `${page}/edit`, `${page}/edit`, { name: '周敏', seat: 'analyst' })).location).toBe(page)
  expect(await rowOf(staff.id)).toMatchObject({ role: 'analyst', finance_grade: null, permissions: [], name: '周敏' })
  expect((await call('GET /v1/finance/refunds', { token })).status).toBe(401)
  const [entry] = await auditRows(started.database, staff.id)
  expect(entry!.details).toMatchObject({
    before: { seat: 'specialist', granted: ['refund:review'] },
    after: { seat: 'analyst', granted: [] },
  })
})

test('disabling ends everything at once; of two who do it together one is told', async () => {
  const { desk } = await aBoss()
  const { desk: other } = await aBoss()
  const staff = await aStaff('admin')
  const token = await staffToken(staff.id)
  const path = `/admin/staff/${staff.id}/disable`
  expect((await desk.send(path, { reason: '短' })).html).toContain('id="reason-error"')
  const answers = await Promise.all([desk.send(path, { reason: REASON }), other.send(path, { reason: REASON })])
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 400])
  expect(answers.find(({ status }) => status === 400)!.html).toContain('该申请已处理，无法重复操作')
  expect((await call('GET /v1/admin/operators', { token })).status).toBe(401)
  expect((await call('POST /v1/auth/admin/login', { body: { username: staff.username, password: PASSWORD } })).status).toBe(403)
  expect((await auditRows(started.database, staff.id)).map((row) => row.operation)).toEqual(['staff_disable'])
  expect((await desk.send(`/admin/staff/${staff.id}/enable`)).status).toBe(303)
  expect((await call('POST /v1/auth/admin/login', { body: { username: staff.username, password: PASSWORD } })).status).toBe(200)
})

test('a reset password is shown once and temporary; the old one and all sessions are dead', async () => {
  const { desk } = await aBoss()
  const staff = await aStaff('analyst')
  const token = await staffToken(staff.id)
  const shown = await desk.send(`/admin/staff/${staff.id}/password`, { reason: REASON })
  const password = onceIn(shown.html)
  expect([shown.status, password.length]).toEqual([200, 16])
  expect((await call('POST /v1/auth/admin/logout', { token })).status).toBe(401)
  expect((await call('POST /v1/auth/admin/login', { body: { username: staff.username, password: PASSWORD } })).status).toBe(401)
  const fresh = String((await call('POST /v1/auth/admin/login', { body: { username: staff.username, password } })).body.data.access_token)
  const changed = await call('POST /v1/auth/password', { token: fresh, body: { old_password: password, new_password: 'MyOwn-2026' } })
  expect(changed.status).toBe(200)
  expect((await desk.get(`/admin/staff/${staff.id}`)).html).not.toContain(password)
})

test('a phone that is gone is taken from the account, its recovery codes with it', async () => {
  const { desk } = await aBoss()
  const staff = await aStaff('admin')
  await givePhone(staff.id)
  expect((await desk.send(`/admin/staff/${staff.id}/totp`, { reason: REASON })).status).toBe(303)
  expect(await rowOf(staff.id)).toMatchObject({ totp_cipher: null, totp_last_step: null })
  expect((await call('POST /v1/auth/admin/login', { body: { username: staff.username, password: PASSWORD } })).status).toBe(200)
  const again = await desk.send(`/admin/staff/${staff.id}/totp`, { reason: REASON })
  expect([again.status, again.html.includes('该申请已处理')]).toEqual([400, true])
})

describe('nobody raises the own rights', () => {
  test.each(['edit', 'permissions', 'password', 'totp', 'disable', 'enable', 'sign-out'])('not by %s', async (act) => {
    const { boss, desk } = await aBoss()
    await aStaff('super_admin')
    const before = await rowOf(boss.id)
    const form = { reason: REASON, name: '自己', seat: 'admin', seen: before.updated_at.toISOString() }
    expect((await desk.send(`/admin/staff/${boss.id}/${act}`, form)).status).toBe(403)
    expect(await rowOf(boss.id)).toEqual(before)
  })

  test('the own page has no controls', async () => {
    const { boss, desk } = await aBoss()
    const { html } = await desk.get(`/admin/staff/${boss.id}`)
    expect(html).toContain('自己的岗位、权限与状态由其他管理人员维护')
    expect([html.includes(`/admin/staff/${boss.id}/`), html.includes('name="grant-')]).toEqual([false, false])
  })
})

test('two super_admins cannot put each other out: one stays', async () => {
  await started.database.owner`UPDATE admin_accounts SET is_active = false WHERE role = 'super_admin'`
  const [first, second] = [await aBoss(), await aBoss()]
  const answers = await Promise.all([
    first.desk.send(`/admin/staff/${second.boss.id}/disable`, { reason: REASON }),
    second.desk.send(`/admin/staff/${first.boss.id}/disable`, { reason: REASON }),
  ])
  const [left] = await started.database.owner`SELECT count(*)::int AS n FROM admin_accounts WHERE role = 'super_admin' AND is_active`
  expect([left!.n, answers.filter(({ status, location }) => status === 303 && location?.startsWith('/admin/staff/')).length]).toEqual([
    1, 1,
  ])
})

test('the last super_admin is not given another post either', async () => {
  await started.database.owner`UPDATE admin_accounts SET is_active = false WHERE role = 'super_admin'`
  const { boss } = await aBoss()
  const { boss: helper, desk } = await aBoss()
  await started.database.owner`UPDATE admin_accounts SET role = 'admin' WHERE id = ${helper.id}`
  const refused = await desk.send(`/admin/staff/${boss.id}/edit`, { name: '甲', seat: 'admin', seen: 'x' })
  expect(refused.status).toBe(403)
  expect((await rowOf(boss.id)).role).toBe('super_admin')
})

describe('a manager of finance', () => {
  async function aManager() {
    const manager = await aStaff('finance', 'manager')
    return { manager, desk: await atDesk(started.url, 'finance', manager.username) }
  }

  test('sees finance and nobody else', async () => {
    const { desk } = await aManager()
    const [admin, specialist] = [await aStaff('admin'), await aStaff('finance', 'specialist')]
    const { html } = await desk.get('/finance/staff?size=100')
    expect([html.includes(specialist.username), html.includes(admin.username)]).toEqual([true, false])
    for (const path of ['', '/edit', '/disable']) expect((await desk.get(`/finance/staff/${admin.id}${path}`)).status).toBe(404)
    expect((await desk.send(`/finance/staff/${admin.id}/disable`, { reason: REASON })).status).toBe(404)
  })

  test('makes specialists and auditors, and nobody who could confirm what they began', async () => {
    const { desk } = await aManager()
    const form = (username: string, seat: string) => ({ username, name: '新人', seat })
    expect((await desk.send('/finance/staff/new', form('new.specialist', 'specialist'))).status).toBe(201)
    for (const seat of ['manager', 'admin', 'super_admin']) {
      expect((await desk.send('/finance/staff/new', form(`new.${seat}`, seat))).status).toBe(403)
    }
    const id = await idOf('new.specialist')
    const page = `/finance/staff/${id}`
    expect(
      (await change(desk, page, `${page}/permissions`, { 'grant-report:generate': 'true', 'grant-invoice:review': 'true' })).status,
    ).toBe(303)
    expect((await change(desk, page, `${page}/permissions`, { 'grant-refund:review': 'true' })).status).toBe(400)
    expect((await rowOf(id)).permissions).toEqual(['invoice:review', 'report:generate'])
    expect((await change(desk, `${page}/edit`, `${page}/edit`, { name: '新人', seat: 'manager' })).status).toBe(403)
  })

  test('gives no password to another manager or to a reviewer of refunds', async () => {
    const { desk } = await aManager()
    const [other, reviewer] = [await aStaff('finance', 'manager'), await aStaff('finance', 'specialist')]
    await started.database.owner`UPDATE admin_accounts SET permissions = '{refund:review}' WHERE id = ${reviewer.id}`
    for (const { id } of [other, reviewer]) {
      expect((await desk.send(`/finance/staff/${id}/password`, { reason: REASON })).status).toBe(403)
      expect((await desk.send(`/finance/staff/${id}/totp`, { reason: REASON })).status).toBe(403)
      const { html } = await desk.get(`/finance/staff/${id}`)
      expect([html.includes('由超级管理员维护'), html.includes('重置密码</a>')]).toEqual([true, false])
    }
  })
})

test('an old sign-in proves itself before it changes anybody', async () => {
  const { boss, desk } = await aBoss()
  const staff = await aStaff('admin')
  await started.database.owner`UPDATE auth_sessions SET created_at = created_at - interval '11 minutes' WHERE admin_id = ${boss.id}`
  const asked = await desk.send(`/admin/staff/${staff.id}/disable`, { reason: REASON })
  expect([asked.status, asked.html.includes('验证身份')]).toEqual([403, true])
  expect((await rowOf(staff.id)).is_active).toBe(true)
  expect((await desk.send(`/admin/staff/${staff.id}/disable`, { reason: REASON, step_up_password: PASSWORD })).status).toBe(303)
  expect((await rowOf(staff.id)).is_active).toBe(false)
})

test('the list is filtered by name, post, state and phone, and the address is its state', async () => {
  const { desk } = await aBoss()
  const [seeked, other] = [await aStaff('operator'), await aStaff('operator')]
  await started.database.owner`UPDATE admin_accounts SET name = '欧阳修远' WHERE id = ${seeked.id}`
  await started.database.owner`UPDATE admin_accounts SET is_active = false WHERE id = ${other.id}`
  const phone = await aStaff('operator')
  await givePhone(phone.id)
  const found = async (query: string) => {
    const { html } = await desk.get(`/admin/staff?size=100&${query}`)
    return [seeked, other, phone].map(({ username }) => html.includes(`<bdi>${username}</bdi>`))
  }
  expect(await found(`keyword=${encodeURIComponent('欧阳')}`)).toEqual([true, false, false])
  expect(await found('seat=operator')).toEqual([true, true, true])
  expect(await found('seat=manager')).toEqual([false, false, false])
  expect(await found('seat=operator&state=disabled')).toEqual([false, true, false])
  expect(await found('seat=operator&phone=with')).toEqual([false, false, true])
  expect(await found('seat=nonsense&state=nonsense')).toEqual([true, true, true])
})

test('who does not manage staff finds neither page nor link', async () => {
  const admin = await aStaff('admin')
  const desk = await atDesk(started.url, 'admin', admin.username)
  expect((await desk.get('/admin/')).html).not.toContain('/admin/staff')
  for (const path of ['/admin/staff', '/admin/staff/roles', '/admin/staff/new', `/admin/staff/${admin.id}`]) {
    expect((await desk.get(path)).status).toBe(403)
  }
  const visitor = newVisitor(started.url)
  expect(csrfIn((await visitor.get('/admin/staff')).html)).toBe('')
  const headers = await browserHeaders({ adminId: (await aStaff('finance', 'specialist')).id })
  expect((await fetch(`${started.url}/finance/staff`, { headers, redirect: 'manual' })).status).toBe(403)
})
