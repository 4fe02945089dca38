import { expect, test } from 'bun:test'
import { withAdmins } from '#tests/applications/admin-scene'
import { auditRows } from '#tests/support/api'
import { aGrant, anApplication, anOperator, aStaff, PASSWORD } from '#tests/support/factory'
import { newVisitor } from '#tests/support/pages'

const { started, visitorOf, ask } = withAdmins()

test('two people at once: the second is told above the page or beside the field, and nothing changes', async () => {
  const [one, other] = [await visitorOf(), await visitorOf()]
  const operator = await anOperator()
  const game = await anApplication({ price: '10.00' })
  const request = await ask(operator.id, game)
  const reason = '暂不开放，请补充场地说明'
  const terms = { term: 'forever', note: '' }
  expect((await one.visitor.post(`/admin/app-requests/${request}/approval`, { csrf_token: one.csrf_token, ...terms })).status).toBe(303)
  const late = await other.visitor.post(`/admin/app-requests/${request}/rejection`, { csrf_token: other.csrf_token, reason })
  expect([late.status, late.html.includes('该申请已处理，无法重复操作')]).toEqual([400, true])
  const bulk = await other.visitor.post('/admin/app-requests/bulk', {
    csrf_token: other.csrf_token,
    decision: 'reject',
    requests: request,
    reason,
  })
  expect([bulk.status, bulk.html.includes('已完成 0 项，未完成 1 项')]).toEqual([400, true])

  const price = { unit_price: '12.00', when: 'now', effective_at: '', reason: '', seen: '10.00' }
  const path = `/admin/applications/app_${game}`
  expect((await one.visitor.post(`${path}/price`, { csrf_token: one.csrf_token, ...price })).status).toBe(303)
  const moved = await other.visitor.post(`${path}/price`, { csrf_token: other.csrf_token, ...price, unit_price: '13.00' })
  expect([moved.status, moved.html.includes('当前价格刚刚有变动')]).toEqual([400, true])
  expect((await one.visitor.post(`${path}/state`, { csrf_token: one.csrf_token, is_active: 'false' })).status).toBe(303)
  const retired = await other.visitor.post(`${path}/state`, { csrf_token: other.csrf_token, is_active: 'false' })
  expect([retired.status, retired.html.includes('该申请已处理')]).toEqual([400, true])

  const [grant] = await started.database.owner`SELECT id FROM operator_app_authorizations WHERE operator_id = ${operator.id}`
  const right = `/admin/authorizations/auth_${grant!.id}`
  expect((await one.visitor.post(`${right}/revocation`, { csrf_token: one.csrf_token, reason })).status).toBe(303)
  const revoked = await other.visitor.post(`${right}/revocation`, { csrf_token: other.csrf_token, reason })
  expect([revoked.status, revoked.html.includes('该申请已处理')]).toEqual([400, true])
  const given = { csrf_token: one.csrf_token, ...terms, [`operator.${operator.id}`]: 'true' }
  expect((await one.visitor.post(`/admin/authorizations/new?app_id=app_${game}`, given)).status).toBe(303)
  const held = await other.visitor.post(`/admin/authorizations/new?app_id=app_${game}`, { ...given, csrf_token: other.csrf_token })
  expect([held.status, held.html.includes('该运营商已被授权此应用')]).toEqual([400, true])
  const [audited] = (await auditRows(started.database, game)).filter(({ operation }) => operation === 'application_update')
  expect(audited!.details).toMatchObject({ before: { is_active: true }, after: { is_active: false } })
})

test('what a role may not do is not there, and refused when it is sent all the same', async () => {
  const operator = await anOperator()
  const game = await anApplication()
  const request = await ask(operator.id, game)
  await aGrant(operator.id, await anApplication())
  const { visitor, csrf_token } = await visitorOf('operator')
  const list = (await visitor.get('/admin/applications')).html
  expect([list.includes('/admin/applications/new'), list.includes(`app_${game}`)]).toEqual([false, true])
  const one = (await visitor.get(`/admin/applications/app_${game}`)).html
  expect([/\/(price|edit|state)"/.test(one)]).toEqual([false])
  for (const path of ['new', `app_${game}/edit`, `app_${game}/state`, `app_${game}/price`]) {
    expect((await visitor.get(`/admin/applications/${path}`)).status).toBe(403)
    expect((await visitor.post(`/admin/applications/${path}`, { csrf_token })).status).toBe(403)
  }
  expect((await visitor.get(`/admin/app-requests/${request}`)).html).toContain('/approval')
  const finance = newVisitor(started.url)
  await finance.post('/finance/login', { username: (await aStaff('finance', 'manager')).username, password: PASSWORD })
  for (const path of ['applications', 'app-requests', 'authorizations', 'announcements'])
    expect((await finance.get(`/admin/${path}`)).status).toBe(403)
})

test('wrong addresses and nothing ticked are answered, not broken', async () => {
  const { visitor, csrf_token } = await visitorOf()
  expect((await visitor.get('/admin/app-requests/bulk?decision=approve')).html).toContain('请先勾选要处理的申请')
  expect((await visitor.get('/admin/app-requests/bulk?decision=approve&request=nonsense')).html).toContain('请先勾选要处理的申请')
  expect((await visitor.post('/admin/app-requests/bulk', { csrf_token, decision: 'approve', requests: ',,' })).status).toBe(400)
  const nobody = await visitor.post(`/admin/authorizations/new?app_id=app_${await anApplication()}`, { csrf_token, term: 'forever' })
  expect([nobody.status, nobody.html.includes('请先勾选运营商')]).toEqual([400, true])
  for (const path of [
    'applications?state=x&after=y',
    'app-requests?status=x',
    'authorizations?status=x',
    'authorizations/matrix?part=-1',
    'announcements?state=x',
  ])
    expect([path, (await visitor.get(`/admin/${path}`)).status]).toEqual([path, 200])
  expect((await visitor.get('/admin/authorizations?app_id=site_1')).status).toBe(400)
  const words = await visitor.get(`/admin/applications?keyword=${encodeURIComponent('100%_<b>')}`)
  expect([words.status, words.html.includes('<b>')]).toEqual([200, false])
})

test('each list is taken out as it is filtered, and an id of any of them opens its page', async () => {
  const operator = await anOperator({ name: '导出乐园' })
  const game = await anApplication({ name: '导出游戏' })
  const request = await ask(operator.id, game)
  const grant = await aGrant(operator.id, await anApplication())
  const { visitor, csrf_token } = await visitorOf()
  const form = { title: '导出公告', content: '这则公告只给一家运营商。', target: 'chosen', operators: operator.username, step: 'publish' }
  const announcement = (await visitor.post('/admin/announcements/new', { csrf_token, ...form })).location!.split('/').at(-1)!
  const taken = async (kind: string, filter: Record<string, string>) => {
    const file = await visitor.post('/staff/exports', { csrf_token, kind, format: 'csv', ...filter })
    return [file.status, file.html.trim().split('\n').length - 1, file.html.includes('导出')]
  }
  expect(await taken('applications', { keyword: '导出游戏', state: 'active' })).toEqual([200, 1, true])
  expect(await taken('access_requests', { status: 'pending', app_id: `app_${game}` })).toEqual([200, 1, true])
  expect(await taken('authorizations', { status: 'all', keyword: operator.username })).toEqual([200, 1, true])
  expect(await taken('receipts', { announcement_id: announcement, read: 'no' })).toEqual([200, 1, true])
  expect(await taken('receipts', { announcement_id: announcement, read: 'yes' })).toEqual([200, 0, false])
  for (const [id, path] of [
    [`app_${game}`, 'applications'],
    [request, 'app-requests'],
    [`auth_${grant}`, 'authorizations'],
    [announcement, 'announcements'],
  ] as const) {
    const found = await visitor.get(`/staff/search?q=${id}`)
    expect([found.status, found.location]).toEqual([303, `/admin/${path}/${id}`])
  }
})
