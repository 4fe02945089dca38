import { expect, test } from 'bun:test'
import { showId } from '#src/core/ids'
import { auditRows, staffToken, withServer } from '#tests/support/api'
import { anApplication, anOperator, aSite, aStaff, aStore, PASSWORD } from '#tests/support/factory'
import { csrfIn, newVisitor } from '#tests/support/pages'

/** The administrators' pages of operators, as far as HTTP goes. */
const { started, call } = withServer()
const REASON = '电话核实后的处理原因'
const operatorPath = (id: string): string => `/admin/operators/${showId('operator', id)}`

async function visitorOf(door: 'admin' | 'finance', username: string) {
  const visitor = newVisitor(started.url)
  await visitor.post(`/${door}/login`, { username, password: PASSWORD })
  const csrf_token = csrfIn((await visitor.get(`/${door}/`)).html)
  return { ...visitor, send: (path: string, form: Record<string, string>) => visitor.post(path, { csrf_token, ...form }) }
}

test('E45: closed accounts are hidden until asked for; every order of the list is one, page by page', async () => {
  const admin = await visitorOf('admin', (await aStaff('admin')).username)
  for (let index = 0; index < 23; index++)
    await anOperator({ name: `排序乐园${String(index).padStart(2, '0')}`, balance: `${index + 1}.00` })
  const closed = await anOperator({ name: '排序乐园已关' })
  await started.database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${closed.id}`
  const list = async (query: string) => (await admin.get(`/admin/operators?keyword=排序乐园&${query}`)).html
  expect(await list('')).toContain('共 23 家')
  expect(await list('closed=true')).toContain('共 24 家')
  expect(await list('state=deactivated')).toContain('排序乐园已关')
  const names = (html: string) => [...html.matchAll(/title="(排序乐园\d\d)"/g)].map(([, found]) => found)
  const all = Array.from({ length: 23 }, (_, index) => `排序乐园${String(index).padStart(2, '0')}`)
  for (const [sort, order] of [
    ['balance_least', all],
    ['balance_most', all.toReversed()],
    ['oldest', all],
    ['name', all],
  ] as const) {
    const first = await list(`sort=${sort}`)
    const next = /href="([^"]*after=[^"]*)"/.exec(first)![1]!.replaceAll('&amp;', '&')
    const second = (await admin.get(next)).html
    expect([sort, ...names(first), ...names(second)]).toEqual([sort, ...order])
    const back = /href="([^"]*before=[^"]*)"/.exec(second)![1]!.replaceAll('&amp;', '&')
    expect(names((await admin.get(back)).html)).toEqual(order.slice(0, 20) as never)
  }
})

test('closing asks for the name and an empty balance, and is for good', async () => {
  const admin = await visitorOf('admin', (await aStaff('admin')).username)
  const rich = await anOperator({ balance: '1.00' })
  const form = { username: rich.username, reason: REASON }
  expect((await admin.get(`${operatorPath(rich.id)}/deactivate`)).html).toContain('账户还有余额 ¥1.00，不能注销')
  const refused = await admin.send(`${operatorPath(rich.id)}/deactivate`, form)
  expect([refused.status, refused.html.includes('账户余额为1.00元')]).toEqual([400, true])
  const operator = await anOperator()
  const at = `${operatorPath(operator.id)}/deactivate`
  const wrong = await admin.send(at, { username: 'somebody', reason: REASON })
  expect([wrong.status, wrong.html.includes('username-error')]).toEqual([400, true])
  expect((await admin.send(at, { username: operator.username, reason: REASON })).status).toBe(303)
  const again = await admin.send(at, { username: operator.username, reason: REASON })
  expect([again.status, again.html.includes('账户状态不允许此操作')]).toEqual([400, true])
  const page = (await admin.get(operatorPath(operator.id))).html
  expect([page.includes('账户已于'), page.includes('/edit"')]).toEqual([true, false])
  const site = await admin.send('/admin/sites/new', { operator: operator.username, name: '新的门店', address: '杭州市滨江区1号' })
  expect([site.status, site.html.includes('operator-error')]).toEqual([400, true])
})

test('of two at once one wins, the other is told and changes nothing', async () => {
  const [one, other] = [
    await visitorOf('admin', (await aStaff('admin')).username),
    await visitorOf('admin', (await aStaff('admin')).username),
  ]
  const operator = await anOperator({ name: '原来的名字' })
  const at = operatorPath(operator.id)
  const both = await Promise.all([one, other].map((who) => who.send(`${at}/lock`, { reason: REASON })))
  expect(both.map(({ status }) => status).sort()).toEqual([303, 400])
  expect(both.find(({ status }) => status === 400)!.html).toContain('账户状态不允许此操作')
  const seen = { seen_name: '原来的名字', seen_phone: '13800138000', seen_email: 'a@example.com' }
  const edits = await Promise.all(
    [one, other].map((who, index) =>
      who.send(`${at}/edit`, { ...seen, name: `改名${index}`, phone: '13800138000', email: 'a@example.com' }),
    ),
  )
  expect(edits.map(({ status }) => status).sort()).toEqual([303, 400])
  expect(edits.find(({ status }) => status === 400)!.html).toContain('name-error')
  const tier = { category: 'vip', pinned: 'true', seen_category: 'normal', seen_pinned: 'false', reason: '' }
  await started.database.owner`UPDATE operator_accounts SET category = 'normal', category_pinned = false WHERE id = ${operator.id}`
  const tiers = await Promise.all([one, other].map((who) => who.send(`${at}/category`, tier)))
  expect(tiers.map(({ status }) => status).sort()).toEqual([303, 400])
  const [row] = await started.database.owner`SELECT api_key_generated_at AS at FROM operator_accounts WHERE id = ${operator.id}`
  const resets = await Promise.all(
    [one, other].map((who) => who.send(`${at}/api-key/reset`, { reason: REASON, replaces: row!.at.toISOString() })),
  )
  expect(resets.map(({ status }) => status).sort()).toEqual([200, 400])
  expect(resets.find(({ status }) => status === 400)!.html).toContain('该申请已处理')
})

test('what a role may not do is not there, and is refused where it is asked for all the same', async () => {
  const operator = await anOperator({ balance: '12.00' })
  const staff = await visitorOf('admin', (await aStaff('operator')).username)
  const at = operatorPath(operator.id)
  const { html } = await staff.get(at)
  for (const hidden of ['/money"', '/api-key"', '/category"', '/deactivate"', '/staff-actions"'])
    expect([hidden, html.includes(hidden)]).toEqual([hidden, false])
  for (const shown of ['/edit"', '/lock"', '/timeline"', '/sites"']) expect([shown, html.includes(shown)]).toEqual([shown, true])
  for (const path of ['/money', '/api-key', '/category', '/deactivate', '/staff-actions'])
    expect((await staff.get(at + path)).status).toBe(403)
  const story = (await staff.get(`${at}/timeline`)).html
  expect([story.includes('测试调账'), story.includes('chapter=money')]).toEqual([false, false])
  const form = {
    username: 'rich_one',
    password: PASSWORD,
    password_repeat: PASSWORD,
    name: '富有乐园',
    phone: '13900001111',
    email: 'a@example.com',
    category: 'vip',
  }
  expect((await staff.get('/admin/operators/new')).html).not.toContain('initial_balance')
  expect((await staff.send('/admin/operators/new', { ...form, initial_balance: '5.00' })).status).toBe(403)
  const taken = await staff.send('/admin/operators/new', { ...form, username: operator.username })
  expect([taken.status, taken.html.includes('username-error')]).toEqual([400, true])
})

test('what the lists show is taken out as it is filtered, and that is recorded', async () => {
  const person = await aStaff('admin')
  const admin = await visitorOf('admin', person.username)
  const operator = await anOperator({ name: '导出乐园', balance: '7.00' })
  await aSite(operator.id, { name: '导出门店' })
  const operators = await admin.send('/staff/exports', { kind: 'operators', format: 'csv', keyword: '导出乐园' })
  expect([operators.status, operators.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
  expect(operators.html.trim().split('\n')).toHaveLength(2)
  for (const word of ['导出乐园', operator.username, '13800138000', '7.00', showId('operator', operator.id)])
    expect(operators.html).toContain(word)
  const sites = await admin.send('/staff/exports', { kind: 'sites', format: 'csv', keyword: '导出门店' })
  expect(sites.html.trim().split('\n')).toHaveLength(2)
  for (const word of ['导出门店', '导出乐园', '北京市朝阳区建国路1号']) expect(sites.html).toContain(word)
  const taken = (await auditRows(started.database, person.id)).filter(({ operation }) => operation === 'export')
  expect(taken.map(({ details }) => details)).toMatchObject([{ kind: 'operators', filter: { keyword: '导出乐园' } }, { kind: 'sites' }])
  expect(
    (
      await (
        await visitorOf('finance', (await aStaff('finance', 'auditor')).username)
      ).send('/staff/exports', { kind: 'sites', format: 'csv' })
    ).status,
  ).toBe(403)
})

test('a timeline names the game of a right and of a request', async () => {
  const admin = await visitorOf('admin', (await aStaff('super_admin')).username)
  const store = await aStore()
  const applicationId = await anApplication({ name: '时间线里的游戏' })
  const body = { operator_id: showId('operator', store.operator.id), app_id: showId('application', applicationId) }
  const token = await staffToken((await aStaff('admin')).id)
  expect((await call('POST /v1/admin/authorizations', { token, body })).status).toBe(201)
  for (const tab of ['timeline?chapter=access', 'staff-actions'])
    expect((await admin.get(`${operatorPath(store.operator.id)}/${tab}`)).html).toContain('时间线里的游戏')
})
