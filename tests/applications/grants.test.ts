import { beforeAll, expect, test } from 'bun:test'
import { addDays, addSeconds, iso, now } from '#src/core/time'
import { auditRows, faultyFields, ISO_TIME, operatorToken, staffToken, wireId, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStaff, aStore } from '#tests/support/factory'

const { started, call } = withServer()
const UNKNOWN = '019b7a00-0000-7000-8000-000000000001'
let token: string
let staffId: string
beforeAll(async () => {
  staffId = (await aStaff('operator')).id
  token = await staffToken(staffId)
})

/** An operator with a site and a game it may not start yet. */
async function aPair(options: { balance?: string } = { balance: '100.00' }) {
  const operator = await anOperator(options)
  return { operator, siteId: await aSite(operator.id), applicationId: await anApplication() }
}
type Pair = Awaited<ReturnType<typeof aPair>>
const grant = ({ operator, applicationId }: Pick<Pair, 'operator' | 'applicationId'>, more: object = {}) =>
  call('POST /v1/admin/authorizations', { token, body: { operator_id: `op_${operator.id}`, app_id: `app_${applicationId}`, ...more } })
const revoke = (id: unknown, asked: { body?: unknown; query?: string } = {}) =>
  call(`DELETE /v1/admin/authorizations/${id}${asked.query ?? ''}`, { token, body: asked.body })
const list = (query: string) => call(`GET /v1/admin/authorizations?${query}`, { token })
const messagesOf = (operatorId: string) =>
  started.database
    .owner`SELECT type, title, content, related_id FROM message_notifications WHERE target_operator_id = ${operatorId} ORDER BY id`

test('a grant opens the game on the next headset call, and the operator is told', async () => {
  const pair = await aPair()
  expect((await authorize(started.url, pair)).body.error_code).toBe('APP_NOT_AUTHORIZED')
  const answer = await grant(pair, { note: '首次开通' })
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({
    success: true,
    message: '授权已生效',
    data: { authorization_id: expect.stringMatching(wireId('auth')) },
  } as never)
  expect((await authorize(started.url, pair)).status).toBe(200)
  const apps = await call('GET /v1/operators/me/authorized-apps', { token: await operatorToken(pair.operator.id) })
  expect(apps.body.data.applications).toMatchObject([{ app_id: `app_${pair.applicationId}`, expires_at: null }])
  const id = String(answer.body.data.authorization_id).slice(5)
  expect([...(await messagesOf(pair.operator.id))]).toMatchObject([{ type: 'authorization', title: '游戏授权已生效', related_id: id }])
  expect(await auditRows(started.database, id)).toMatchObject([
    { operation: 'authorization_grant', actor_id: staffId, details: { note: '首次开通', renews: null } },
  ])
})

test('a second grant of the same pair is refused, also of ten at once', async () => {
  const pair = await aPair()
  const answers = await Promise.all(Array.from({ length: 10 }, () => grant(pair)))
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(400)])
  const refused = answers.find((answer) => answer.status === 400)!
  expect(refused.body).toMatchObject({ error_code: 'INVALID_PARAMS', message: '该运营商已被授权此应用' })
  expect(refused.body.details).toMatchObject([{ field: 'app_id', reason: 'ALREADY_AUTHORIZED' }])
  expect(await messagesOf(pair.operator.id)).toHaveLength(1)
})

test('an expired grant is renewed: the old row is ended, a new one is active', async () => {
  const pair = await aPair()
  const old = await aGrant(pair.operator.id, pair.applicationId, { expiresAt: addDays(now(), -1) })
  expect((await authorize(started.url, pair)).body.error_code).toBe('AUTHORIZATION_EXPIRED')
  const answer = await grant(pair, { expires_at: iso(addDays(now(), 30)) })
  expect(answer.status).toBe(201)
  expect((await authorize(started.url, pair)).status).toBe(200)
  const rows = (await list(`operator_id=op_${pair.operator.id}`)).body.items
  expect(rows.map((row) => [row.authorization_id, row.status])).toEqual([
    [answer.body.data.authorization_id, 'active'],
    [`auth_${old}`, 'revoked'],
  ])
})

test('of ten renewals at once one is made', async () => {
  const pair = await aPair()
  await aGrant(pair.operator.id, pair.applicationId, { expiresAt: addDays(now(), -1) })
  const answers = await Promise.all(Array.from({ length: 10 }, () => grant(pair)))
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1)
  expect((await list(`operator_id=${pair.operator.id}&status=active`)).body.total).toBe(1)
})

test('a revoked grant is closed to the next headset call and may be given anew', async () => {
  const store = await aStore({ balance: '100.00' })
  const [{ authorization_id }] = (await list(`operator_id=op_${store.operator.id}`)).body.items as [{ authorization_id: string }]
  expect((await authorize(started.url, store)).status).toBe(200)
  const answer = await revoke(authorization_id, { body: { reason: '合同到期不再续签，停止授权' } })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({ success: true, message: '授权已撤销', data: null } as never)
  expect((await authorize(started.url, store)).body.error_code).toBe('APP_NOT_AUTHORIZED')
  const [message] = await messagesOf(store.operator.id)
  expect(message).toMatchObject({
    type: 'authorization',
    title: '游戏授权已撤销',
    content: expect.stringContaining('合同到期不再续签'),
  } as never)
  const twice = await revoke(authorization_id)
  expect(twice.status).toBe(400)
  expect(twice.body.details).toMatchObject([{ field: 'authorization_id', reason: 'ALREADY_PROCESSED' }])
  expect((await grant(store)).status).toBe(201)
  expect((await authorize(started.url, store)).status).toBe(200)
})

test('the reason of a revocation may stand in the query or be absent', async () => {
  const [first, second] = [await aPair(), await aPair()]
  const [one, two] = [(await grant(first)).body.data.authorization_id, (await grant(second)).body.data.authorization_id]
  const reason = '运营商书面申请停用此应用'
  expect((await revoke(one, { query: `?reason=${encodeURIComponent(reason)}` })).status).toBe(200)
  expect((await revoke(two)).status).toBe(200)
  const [row] = await started.database
    .owner`SELECT revoke_reason, revoked_by FROM operator_app_authorizations WHERE id = ${String(one).slice(5)}`
  expect(row).toEqual({ revoke_reason: reason, revoked_by: staffId })
  expect(faultyFields(await revoke(two, { body: { reason: '太短' } }))).toEqual(['reason'])
  expect(faultyFields(await revoke(two, { query: '?reason=x' }))).toEqual(['reason'])
})

test('an unknown operator, game or authorisation is not found, a closed operator neither', async () => {
  const pair = await aPair({})
  const closed = await aPair({})
  await started.database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${closed.operator.id}`
  for (const more of [{ operator_id: `op_${UNKNOWN}` }, { app_id: UNKNOWN }, { operator_id: closed.operator.id }]) {
    const answer = await grant(pair, more)
    expect(answer.status).toBe(404)
    expect(answer.body).toMatchObject({ error_code: 'RESOURCE_NOT_FOUND', message: '运营商或应用不存在' })
  }
  const unknown = await revoke(`auth_${UNKNOWN}`)
  expect(unknown.status).toBe(404)
  expect(unknown.body).toMatchObject({ error_code: 'RESOURCE_NOT_FOUND', message: '请求的资源不存在' })
  expect(faultyFields(await revoke('op_1'))).toEqual(['authorization_id'])
})

test('all faulty fields of a grant are named at once; its end must lie ahead', async () => {
  const answer = await call('POST /v1/admin/authorizations', {
    token,
    body: { operator_id: 'x', app_id: `op_${UNKNOWN}`, expires_at: '2030-13-01T00:00:00Z', note: '长'.repeat(201) },
  })
  expect(answer.status).toBe(400)
  expect(faultyFields(answer)).toEqual(['operator_id', 'app_id', 'expires_at', 'note'])
  expect(faultyFields(await call('POST /v1/admin/authorizations', { token, body: {} }))).toEqual(['operator_id', 'app_id'])
  for (const expires_at of [iso(addSeconds(now(), -1)), '2020-01-01T00:00:00.000Z']) {
    expect(faultyFields(await grant(await aPair({}), { expires_at }))).toEqual(['expires_at'])
  }
  for (const expires_at of ['2030-01-01', 1893456000, '2030-01-01T00:00:00']) {
    expect(faultyFields(await grant(await aPair({}), { expires_at }))).toEqual(['expires_at'])
  }
})

test('the list shows every field and is filtered by operator, game and state', async () => {
  const operator = await anOperator({ name: '列表乐园' })
  const end = addDays(now(), 3)
  const [active, expired] = [await anApplication({ name: '列表应用' }), await anApplication()]
  const id = (await grant({ operator, applicationId: active }, { expires_at: iso(end) })).body.data.authorization_id
  await aGrant(operator.id, expired, { expiresAt: addDays(now(), -1) })
  await revoke((await grant({ operator, applicationId: await anApplication() })).body.data.authorization_id)
  const answer = await list(`operator_id=op_${operator.id}&status=active`)
  expect(answer.body).toEqual({
    success: true,
    page: 1,
    page_size: 20,
    total: 1,
    items: [
      {
        authorization_id: id,
        operator_id: `op_${operator.id}`,
        operator_name: '列表乐园',
        app_id: `app_${active}`,
        app_name: '列表应用',
        authorized_at: expect.stringMatching(ISO_TIME),
        authorized_by: `admin_${staffId}`,
        expires_at: iso(end),
        status: 'active',
      },
    ],
  } as never)
  const statuses = async (query: string) => (await list(`operator_id=${operator.id}${query}`)).body.items.map((item) => item.status)
  expect((await statuses('')).sort()).toEqual(['active', 'expired', 'revoked'])
  expect(await statuses('&status=expired')).toEqual(['expired'])
  expect(await statuses('&status=revoked')).toEqual(['revoked'])
  expect(await statuses(`&app_id=app_${expired}`)).toEqual(['expired'])
  expect(await statuses('&status=all&page_size=2')).toHaveLength(2)
  expect(faultyFields(await list('operator_id=site_1&app_id=2&status=gone&page=0'))).toEqual(['page', 'operator_id', 'app_id', 'status'])
})
