import { describe, expect, test } from 'bun:test'
import { newId, type Uuid } from '#src/core/ids'
import { addDays, iso, now } from '#src/core/time'
import { auditRows, faultyFields, ISO_TIME, operatorToken, staffToken, wireId, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStaff } from '#tests/support/factory'

const { started, call } = withServer()
const REASON = '新店开业，需要一款四人合作的游戏'
const REFUSAL = { reason: '该应用暂不对试用客户开放' }

async function aCustomer(balance = '100.00') {
  const operator = await anOperator({ balance })
  return { operator, siteId: await aSite(operator.id), token: await operatorToken(operator.id) }
}
const request = (token: string, applicationId: Uuid, reason = REASON) =>
  call('POST /v1/operators/me/app-requests', { token, body: { app_id: `app_${applicationId}`, reason } })
const reviewer = async (role: 'admin' | 'operator' = 'operator') => staffToken((await aStaff(role)).id)
const approve = (token: string, id: unknown, body: object = {}) => call(`POST /v1/admin/app-requests/${id}/approve`, { token, body })
const reject = (token: string, id: unknown, body: object = REFUSAL) => call(`POST /v1/admin/app-requests/${id}/reject`, { token, body })
const messagesOf = (operatorId: Uuid) =>
  started.database.owner`SELECT title FROM message_notifications WHERE target_operator_id = ${operatorId} ORDER BY id`.then((rows) =>
    rows.map(({ title }) => title),
  )
const reasonOf = (answer: Awaited<ReturnType<typeof call>>) => [answer.status, answer.body.error_code, answer.body.details[0]?.reason]

test('what waits is an alert for administrators, with the operator and the game, until somebody decides', async () => {
  const { operator, token } = await aCustomer()
  const open = () =>
    started.database.owner`SELECT kind, audience, details FROM alerts WHERE details->>'reason' = ${REASON} AND closed_at IS NULL`
  const games = [await anApplication({ name: '深海列车' }), await anApplication({ name: '云端跳跃' })]
  const ids = [(await request(token, games[0]!)).body.data.request_id, (await request(token, games[1]!)).body.data.request_id]
  const [name] = await started.database.owner`SELECT name FROM operator_accounts WHERE id = ${operator.id}`
  expect([...(await open())]).toEqual(
    ['深海列车', '云端跳跃'].map((application) => ({
      kind: 'app_request_pending',
      audience: 'admin',
      details: { application, reason: REASON, operator: name!.name },
    })),
  )
  const staff = await reviewer()
  await approve(staff, ids[0])
  expect(await open()).toHaveLength(1)
  await reject(staff, ids[1])
  expect(await open()).toHaveLength(0)
})

describe('an operator asks for a game', () => {
  test('and sees what it asked for, newest first, by state', async () => {
    const { operator, token } = await aCustomer()
    const [first, second] = [await anApplication({ name: '星际矿工甲' }), await anApplication()]
    const made = await request(token, first, `  ${REASON}  `)
    expect([made.status, made.body.message]).toEqual([201, '申请已提交，等待管理员审批'])
    expect(made.body.data).toEqual({
      request_id: expect.stringMatching(wireId('req')),
      app_id: `app_${first}`,
      app_name: '星际矿工甲',
      reason: REASON,
      status: 'pending',
      reject_reason: null,
      reviewed_by: null,
      reviewed_at: null,
      created_at: expect.stringMatching(ISO_TIME),
    })
    await request(token, second)
    const all = await call('GET /v1/operators/me/app-requests', { token })
    expect([all.body.total, all.body.items.map(({ app_id }) => app_id)]).toEqual([2, [`app_${second}`, `app_${first}`]])
    expect((await call('GET /v1/operators/me/app-requests?status=approved', { token })).body.total).toBe(0)
    expect((await call('GET /v1/operators/me/app-requests?status=open', { token })).status).toBe(400)
    const [audited] = (await auditRows(started.database, operator.id)).filter(({ operation }) => operation === 'application_request')
    expect(audited!.details).toEqual({ app_id: first, reason: REASON })
  })

  test('with a reason of 10 to 500 characters, for a game that is there and on offer', async () => {
    const { token } = await aCustomer()
    const game = await anApplication()
    expect(faultyFields(await request(token, game, '太短'))).toEqual(['reason'])
    expect(faultyFields(await request(token, game, '长'.repeat(501)))).toEqual(['reason'])
    const unknown = await request(token, newId())
    expect([unknown.status, unknown.body.error_code]).toEqual([404, 'APP_NOT_FOUND'])
    expect(reasonOf(await request(token, await anApplication({ active: false })))).toEqual([400, 'INVALID_PARAMS', 'APP_INACTIVE'])
  })

  test('not while one waits, nor while it may start the game for longer than a week; from a week before the end on it may', async () => {
    const { operator, token } = await aCustomer()
    const [waiting, lasting, long, ending, ended] = await Promise.all([1, 2, 3, 4, 5].map(() => anApplication()))
    await request(token, waiting!)
    await aGrant(operator.id, lasting!)
    await aGrant(operator.id, long!, { expiresAt: addDays(now(), 9) })
    await aGrant(operator.id, ending!, { expiresAt: addDays(now(), 7) })
    await aGrant(operator.id, ended!, { expiresAt: addDays(now(), -1) })
    expect(reasonOf(await request(token, waiting!))).toEqual([400, 'INVALID_PARAMS', 'REQUEST_EXISTS'])
    const refused = await request(token, lasting!)
    expect(reasonOf(refused)).toEqual([400, 'INVALID_PARAMS', 'ALREADY_AUTHORIZED'])
    expect(refused.body.message).toBe('您已被授权该应用，无需重复申请')
    expect(reasonOf(await request(token, long!))).toEqual([400, 'INVALID_PARAMS', 'ALREADY_AUTHORIZED'])
    const available = await call('GET /v1/operators/me/available-apps', { token })
    const offered = (available.body.data.applications as { app_id: string }[]).map(({ app_id }) => app_id)
    expect([waiting, lasting, long, ending, ended].map((id) => offered.includes(`app_${id}`))).toEqual([false, false, false, true, true])
    expect([(await request(token, ending!)).status, (await request(token, ended!)).status]).toEqual([201, 201])
  })

  test('twice at the same moment makes one request', async () => {
    const { token } = await aCustomer()
    const game = await anApplication()
    const answers = await Promise.all(Array.from({ length: 6 }, () => request(token, game)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 400, 400, 400, 400, 400])
  })
})

describe('our people review', () => {
  test('the queue shows who asks, waiting ones first by default', async () => {
    const { operator, token } = await aCustomer()
    const made = await request(token, await anApplication())
    const queue = await call('GET /v1/admin/app-requests?page_size=100', { token: await reviewer() })
    const mine = queue.body.items.find(({ request_id }) => request_id === made.body.data.request_id)
    expect(mine).toMatchObject({
      operator_id: `op_${operator.id}`,
      operator_name: '星空乐园',
      operator_category: 'trial',
      status: 'pending',
    })
  })

  test('approved: the game starts at once, the operator is told in the same moment, the request says who and when', async () => {
    const customer = await aCustomer()
    const applicationId = await anApplication({ price: '10.00' })
    const store = { ...customer, applicationId }
    expect((await authorize(started.url, store)).body.error_code).toBe('APP_NOT_AUTHORIZED')
    const made = await request(customer.token, applicationId)
    const until = iso(addDays(now(), 90))
    const admin = await aStaff('admin')
    const answer = await approve(await staffToken(admin.id), made.body.data.request_id, { expires_at: until, note: '先开通三个月' })
    expect([answer.status, answer.body.message]).toEqual([200, '申请已批准，运营商可立即使用'])
    expect(answer.body.data).toEqual({ authorization_id: expect.stringMatching(wireId('auth')) })
    expect((await authorize(started.url, store)).status).toBe(200)
    const [item] = (await call('GET /v1/operators/me/app-requests', { token: customer.token })).body.items
    expect(item).toMatchObject({ status: 'approved', reviewed_by: `admin_${admin.id}`, reviewed_at: expect.stringMatching(ISO_TIME) })
    const [held] = (await call('GET /v1/operators/me/authorized-apps', { token: customer.token })).body.data.applications as object[]
    expect(held).toMatchObject({ app_id: `app_${applicationId}`, expires_at: until })
    expect(await messagesOf(customer.operator.id)).toEqual(['游戏授权已生效'])
  })

  test('rejected: nothing is granted, the reason arrives, and it may be asked for again', async () => {
    const { operator, token } = await aCustomer()
    const game = await anApplication()
    const made = await request(token, game)
    const answer = await reject(await reviewer(), made.body.data.request_id)
    expect([answer.status, answer.body as unknown]).toEqual([200, { success: true, message: '申请已拒绝', data: null }])
    const [item] = (await call('GET /v1/operators/me/app-requests?status=rejected', { token })).body.items
    expect(item).toMatchObject({ status: 'rejected', reject_reason: REFUSAL.reason })
    expect(await messagesOf(operator.id)).toEqual(['授权申请未通过'])
    expect((await request(token, game)).status).toBe(201)
  })

  test('exactly once: of many reviewers at once one decides, and there is one authorisation and one message', async () => {
    const { operator, token } = await aCustomer()
    const game = await anApplication()
    const made = await request(token, game)
    const people = await Promise.all(Array.from({ length: 8 }, () => reviewer()))
    const answers = await Promise.all(
      people.map((person, n) => (n % 2 === 0 ? approve(person, made.body.data.request_id) : reject(person, made.body.data.request_id))),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const refused of answers.filter(({ status }) => status !== 200)) {
      expect(reasonOf(refused)).toEqual([400, 'INVALID_PARAMS', 'ALREADY_PROCESSED'])
    }
    const [counted] = await started.database.owner`
      SELECT (SELECT count(*)::int FROM operator_app_authorizations WHERE operator_id = ${operator.id}) AS grants, status
      FROM application_authorization_requests WHERE operator_id = ${operator.id}`
    expect(counted!.grants).toBe(counted!.status === 'approved' ? 1 : 0)
    expect(await messagesOf(operator.id)).toHaveLength(1)
  })

  test('a renewal takes the place of what still holds, and its past stays', async () => {
    const { operator, token } = await aCustomer()
    const game = await anApplication()
    const old = await aGrant(operator.id, game, { expiresAt: addDays(now(), 3) })
    const made = await request(token, game)
    const answer = await approve(await reviewer(), made.body.data.request_id)
    expect(answer.status).toBe(200)
    const rows = await started.database.owner`
      SELECT id, revoked_at IS NULL AS live, revoke_reason, expires_at FROM operator_app_authorizations
      WHERE operator_id = ${operator.id} ORDER BY authorized_at`
    expect([...rows]).toEqual([
      { id: old, live: false, revoke_reason: '续期', expires_at: expect.anything() },
      { id: String(answer.body.data.authorization_id).slice(5), live: true, revoke_reason: null, expires_at: null },
    ])
  })

  test('what cannot be approved stays waiting: a time gone by, a withdrawn game; an unknown request is 404', async () => {
    const { token } = await aCustomer()
    const game = await anApplication()
    const made = await request(token, game)
    const person = await reviewer()
    const past = await approve(person, made.body.data.request_id, { expires_at: iso(addDays(now(), -1)) })
    expect([past.status, faultyFields(past)]).toEqual([400, ['expires_at']])
    await started.database.owner`UPDATE applications SET is_active = false WHERE id = ${game}`
    expect(reasonOf(await approve(person, made.body.data.request_id))).toEqual([400, 'INVALID_PARAMS', 'APP_INACTIVE'])
    expect((await call('GET /v1/operators/me/app-requests?status=pending', { token })).body.total).toBe(1)
    const unknown = await approve(person, `req_${newId()}`)
    expect([unknown.status, unknown.body.error_code]).toEqual([404, 'RESOURCE_NOT_FOUND'])
    expect((await approve(person, 'req_nonsense')).status).toBe(400)
    expect(faultyFields(await reject(person, made.body.data.request_id, { reason: '短' }))).toEqual(['reason'])
  })
})
