import { expect, test } from 'bun:test'
import { auditRows, comparable, faultyFields, ISO_TIME, operatorToken, wireId, withServer } from '#tests/support/api'
import { authorize, signedCall } from '#tests/support/client'
import { anOperator, aSite, aStore } from '#tests/support/factory'

const { started, call } = withServer()
const UNKNOWN = 'site_019b7a00-0000-7000-8000-000000000001'
const address = '北京市朝阳区建国路1号'

async function anOwner() {
  const operator = await anOperator()
  return { operator, token: await operatorToken(operator.id) }
}
const create = (token: string, body: unknown) => call('POST /v1/operators/me/sites', { token, body })
const names = async (token: string, query = '') =>
  ((await call(`GET /v1/operators/me/sites${query}`, { token })).body.data.sites as { name: string }[]).map((site) => site.name)

test('an operator makes a site and finds it in its list and at its headset server', async () => {
  const { operator, token } = await anOwner()
  const answer = await create(token, { name: ' 北京门店 ', address, description: '二层' })
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({
    success: true,
    message: '运营点创建成功',
    data: {
      site_id: expect.stringMatching(wireId('site')),
      name: '北京门店',
      address,
      description: '二层',
      is_deleted: false,
      created_at: expect.stringMatching(ISO_TIME),
      updated_at: expect.stringMatching(ISO_TIME),
    },
  } as never)
  const listed = await call('GET /v1/operators/me/sites', { token })
  expect(listed.body).toEqual({ success: true, data: { sites: [answer.body.data] } } as never)
  const headset = await signedCall(started.url, { apiKey: operator.apiKey, method: 'GET', path: '/v1/game/sites' })
  expect(headset.body.data!.sites).toEqual([{ site_id: answer.body.data.site_id, name: '北京门店', address }])
  expect((await auditRows(started.database, operator.id)).map((row) => row.operation)).toEqual(['site_create'])
})

test('a description may be absent and is then null', async () => {
  const { token } = await anOwner()
  expect((await create(token, { name: '无描述', address })).body.data.description).toBeNull()
  expect((await create(token, { name: '空描述', address, description: null })).body.data.description).toBeNull()
})

test('all faulty fields are named at once', async () => {
  const { token } = await anOwner()
  const answer = await create(token, { name: '店', address: '太短了', description: '长'.repeat(501) })
  expect(answer.status).toBe(400)
  expect(faultyFields(answer)).toEqual(['name', 'address', 'description'])
  expect(faultyFields(await create(token, {}))).toEqual(['name', 'address'])
  expect(await names(token)).toEqual([])
})

test('lengths are counted in characters, not in bytes', async () => {
  const { token } = await anOwner()
  expect((await create(token, { name: '店'.repeat(50), address: '路'.repeat(200), description: '😀'.repeat(500) })).status).toBe(201)
  expect(faultyFields(await create(token, { name: '店'.repeat(51), address: '路'.repeat(201) }))).toEqual(['name', 'address'])
})

test('a site is made for its maker, whatever the request says', async () => {
  const [mine, other] = [await anOwner(), await anOwner()]
  const body = {
    name: '夹带',
    address,
    operator_id: `op_${other.operator.id}`,
    site_id: UNKNOWN,
    is_deleted: true,
    deleted_at: '2026-01-01T00:00:00.000Z',
  }
  const answer = await create(mine.token, body)
  expect(answer.body.data).toMatchObject({ is_deleted: false })
  expect(answer.body.data.site_id).not.toBe(UNKNOWN)
  expect(await names(other.token)).toEqual([])
})

test('the list is newest first, searched in name and address with the signs as letters', async () => {
  const { token } = await anOwner()
  for (const name of ['第一店', '第二_店', '第三%店']) await create(token, { name, address: `${address}${name}` })
  expect(await names(token)).toEqual(['第三%店', '第二_店', '第一店'])
  expect(await names(token, `?keyword=${encodeURIComponent('第二')}`)).toEqual(['第二_店'])
  expect(await names(token, `?keyword=${encodeURIComponent('%')}`)).toEqual(['第三%店'])
  expect(await names(token, `?keyword=${encodeURIComponent('_')}`)).toEqual(['第二_店'])
  expect(await names(token, `?keyword=${encodeURIComponent('朝阳区')}`)).toHaveLength(3)
  expect(await names(token, `?keyword=${encodeURIComponent("'; DROP TABLE operation_sites; --")}`)).toEqual([])
})

test('any of the three fields may be changed', async () => {
  const { token } = await anOwner()
  const { site_id } = (await create(token, { name: '旧名', address, description: '旧' })).body.data
  const one = await call(`PUT /v1/operators/me/sites/${site_id}`, { token, body: { name: '新名' } })
  expect(one.status).toBe(200)
  expect(one.body).toMatchObject({ message: '运营点信息已更新', data: { name: '新名', address, description: '旧' } } as never)
  const cleared = await call(`PUT /v1/operators/me/sites/${site_id}`, { token, body: { description: null } })
  expect(cleared.body.data).toMatchObject({ name: '新名', description: null })
  const [, , last] = await auditRows(started.database, String(site_id).slice(5))
  expect(last).toMatchObject({ operation: 'site_update', details: { before: { description: '旧' }, after: { description: null } } })
})

test('a change of nothing, of another owner or with faults is refused', async () => {
  const { token } = await anOwner()
  const { site_id } = (await create(token, { name: '不变', address })).body.data
  expect(
    faultyFields(await call(`PUT /v1/operators/me/sites/${site_id}`, { token, body: { operator_id: 'x', is_deleted: true } })),
  ).toEqual(['body'])
  expect(faultyFields(await call(`PUT /v1/operators/me/sites/${site_id}`, { token, body: { name: '', address: 1 } }))).toEqual([
    'name',
    'address',
  ])
  expect(await names(token)).toEqual(['不变'])
})

test('a deleted site is gone from the list and from games, once; its history stays', async () => {
  const store = await aStore({ balance: '100.00' })
  const token = await operatorToken(store.operator.id)
  expect((await authorize(started.url, store)).status).toBe(200)
  const answer = await call(`DELETE /v1/operators/me/sites/site_${store.siteId}`, { token })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({ success: true, message: '运营点已删除', data: null } as never)
  expect(await names(token)).toEqual([])
  expect(await names(token, '?include_deleted=true')).toEqual(['北京门店'])
  expect((await authorize(started.url, store)).body.error_code).toBe('SITE_INACTIVE')
  expect((await call(`DELETE /v1/operators/me/sites/site_${store.siteId}`, { token })).status).toBe(404)
  expect((await call(`PUT /v1/operators/me/sites/site_${store.siteId}`, { token, body: { name: '复活' } })).status).toBe(404)
  const [row] = await started.database.owner`SELECT count(*)::int AS n FROM usage_records WHERE site_id = ${store.siteId}`
  expect(row!.n).toBe(1)
})

test("somebody else's site is answered like one that never was", async () => {
  const { token } = await anOwner()
  const foreign = `site_${await aSite((await anOperator()).id, { name: '别人的店' })}`
  for (const [method, body] of [['PUT', { name: '抢来的店' }] as const, ['DELETE', undefined] as const]) {
    const [theirs, nobodys] = [
      await call(`${method} /v1/operators/me/sites/${foreign}`, { token, body }),
      await call(`${method} /v1/operators/me/sites/${UNKNOWN}`, { token, body }),
    ]
    expect(theirs.status).toBe(404)
    expect(theirs.body).toMatchObject({ error_code: 'SITE_NOT_FOUND', message: '运营点不存在', details: { site_id: foreign } } as never)
    expect(comparable(theirs)).toBe(comparable(nobodys))
    expect(theirs.text).not.toContain('别人的店')
  }
  const [row] = await started.database.owner`SELECT name, deleted_at FROM operation_sites WHERE id = ${foreign.slice(5)}`
  expect(row).toEqual({ name: '别人的店', deleted_at: null })
})

test.each(['app_019b7a00-0000-7000-8000-000000000001', 'site_1', '..%2f..%2fsites', '%00'])('the id %s is a faulty field', async (id) => {
  const { token } = await anOwner()
  const answer = await call(`DELETE /v1/operators/me/sites/${id}`, { token })
  expect(answer.status).toBe(400)
  expect(faultyFields(answer)).toEqual(['site_id'])
})

test('an unknown value of include_deleted is refused', async () => {
  const { token } = await anOwner()
  expect(faultyFields(await call('GET /v1/operators/me/sites?include_deleted=yes', { token }))).toEqual(['include_deleted'])
})
