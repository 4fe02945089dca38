import { beforeAll, expect, test } from 'bun:test'
import { addDays, now } from '#src/core/time'
import { auditRows, faultyFields, ISO_TIME, operatorToken, staffToken, wireId, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aStaff, aStore, balanceOf } from '#tests/support/factory'

const { started, call } = withServer()
const UNKNOWN = 'app_019b7a00-0000-7000-8000-000000000001'
let token: string
let adminId: string
beforeAll(async () => {
  adminId = (await aStaff('admin')).id
  token = await staffToken(adminId)
})

let counter = 0
const aGame = (more: object = {}) => ({
  app_name: `深海迷踪${++counter}`,
  unit_price: '10.00',
  min_players: 2,
  max_players: 8,
  description: '合作闯关',
  ...more,
})
const create = (body: unknown) => call('POST /v1/admin/applications', { token, body })
const created = async (more: object = {}) => String((await create(aGame(more))).body.data.app_id)
const change = (id: string, body: unknown) => call(`PUT /v1/admin/applications/${id}`, { token, body })
const price = (id: string, body: unknown) => call(`PUT /v1/admin/applications/${id}/price`, { token, body })

test('an administrator makes a game', async () => {
  const game = aGame()
  const answer = await create(game)
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({
    success: true,
    message: '应用创建成功',
    data: {
      app_id: expect.stringMatching(wireId('app')),
      ...game,
      is_active: true,
      created_at: expect.stringMatching(ISO_TIME),
      updated_at: expect.stringMatching(ISO_TIME),
      authorized_operators_count: 0,
    },
  } as never)
  const [row] = await auditRows(started.database, String(answer.body.data.app_id).slice(4))
  expect(row).toMatchObject({
    operation: 'application_create',
    actor_id: adminId,
    details: { app_name: game.app_name, unit_price: '10.00' },
  })
})

test('all faulty fields are named at once, and players that contradict each other', async () => {
  const answer = await create({ app_name: 'x', unit_price: 10, min_players: 0, max_players: 101, description: '长'.repeat(501) })
  expect(answer.status).toBe(400)
  expect(faultyFields(answer)).toEqual(['app_name', 'unit_price', 'min_players', 'max_players', 'description'])
  expect(faultyFields(await create(aGame({ min_players: 9, max_players: 2 })))).toEqual(['max_players'])
  expect(faultyFields(await create({}))).toEqual(['app_name', 'unit_price', 'min_players', 'max_players'])
})

test.each([
  ['unit_price', '0.00'],
  ['unit_price', '0'],
  ['unit_price', '10000.00'],
  ['unit_price', '1.999'],
  ['unit_price', '-1.00'],
  ['unit_price', '1e2'],
  ['unit_price', 9.5],
  ['min_players', 0],
  ['min_players', '2'],
  ['min_players', 1.5],
  ['min_players', null],
  ['max_players', 101],
  ['max_players', 2 ** 53],
  ['app_name', '游'.repeat(51)],
])('%s %p is refused', async (field, value) => {
  const answer = await create(aGame({ [field]: value }))
  expect(answer.status).toBe(400)
  expect(faultyFields(answer)).toEqual([field])
})

test('a name is taken once, at creation and at renaming, also by twins', async () => {
  const game = aGame()
  const twins = await Promise.all([create(game), create(game)])
  expect(twins.map((answer) => answer.status).sort()).toEqual([201, 400])
  const refused = twins.find((answer) => answer.status === 400)!
  expect(refused.body).toMatchObject({ error_code: 'INVALID_PARAMS', message: '名称已存在，请更换' })
  expect(refused.body.details).toMatchObject([{ field: 'app_name', reason: 'NAME_EXISTS' }])
  expect((await change(await created(), { app_name: game.app_name })).body.details).toMatchObject([{ reason: 'NAME_EXISTS' }])
})

test('the list is paged, newest first, searched, and counts who may play now', async () => {
  const id = await created({ app_name: '列表之游戏甲' })
  await created({ app_name: '列表之游戏乙' })
  const bare = id.slice(4)
  const closed = await anOperator()
  await aGrant((await anOperator()).id, bare)
  await aGrant((await anOperator()).id, bare, { expiresAt: addDays(now(), 1) })
  await aGrant((await anOperator()).id, bare, { expiresAt: addDays(now(), -1) })
  await aGrant(closed.id, bare)
  await started.database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${closed.id}`
  const answer = await call('GET /v1/admin/applications?keyword=列表之&page_size=1&page=2', { token })
  expect(answer.body).toMatchObject({
    success: true,
    page: 2,
    page_size: 1,
    total: 2,
    items: [{ app_id: id, authorized_operators_count: 2 }],
  } as never)
  expect(Object.keys(answer.body.items[0]!)).toEqual([
    'app_id',
    'app_name',
    'unit_price',
    'min_players',
    'max_players',
    'description',
    'is_active',
    'created_at',
    'updated_at',
    'authorized_operators_count',
  ])
  expect((await call('GET /v1/admin/applications?keyword=%25', { token })).body.total).toBe(0)
  expect(faultyFields(await call('GET /v1/admin/applications?page=x&page_size=1000', { token }))).toEqual(['page', 'page_size'])
})

test('any field but the price may be changed', async () => {
  const id = await created()
  const answer = await change(id, { min_players: 1, max_players: 4, description: null, is_active: false, app_name: '改名之游戏' })
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    message: '应用信息已更新',
    data: { app_id: id, app_name: '改名之游戏', unit_price: '10.00', min_players: 1, max_players: 4, description: null, is_active: false },
  } as never)
})

test('a price in passing is refused and nothing changes', async () => {
  const id = await created()
  for (const body of [
    { unit_price: '1.00', app_name: '夹带价格' },
    { unit_price: '1.00' },
    { price: '1.00', max_players: 3 },
    { unit_price: null },
  ]) {
    const answer = await change(id, body)
    expect(answer.status).toBe(400)
    expect(answer.body.details).toMatchObject([{ field: 'price' in body ? 'price' : 'unit_price', message: '价格请通过价格接口修改' }])
  }
  const { rows } = { rows: await started.database.owner`SELECT unit_price_fen, max_players FROM applications WHERE id = ${id.slice(4)}` }
  expect(rows[0]).toEqual({ unit_price_fen: 1000n, max_players: 8 })
})

test('players must fit together with what stays', async () => {
  const id = await created({ min_players: 4, max_players: 6 })
  expect(faultyFields(await change(id, { max_players: 3 }))).toEqual(['max_players'])
  expect(faultyFields(await change(id, { min_players: 7 }))).toEqual(['max_players'])
  expect(faultyFields(await change(id, {}))).toEqual(['body'])
  expect((await change(id, { min_players: 7, max_players: 7 })).status).toBe(200)
})

test('a game taken off is refused to headsets at once', async () => {
  const store = await aStore({ balance: '100.00' })
  await change(`app_${store.applicationId}`, { is_active: false })
  expect((await authorize(started.url, store)).body.error_code).toBe('APP_INACTIVE')
})

test('a new price is in force for the next game, the old game keeps its own, and every operator who may play is told', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const second = await anOperator()
  const [expired, unrelated] = [await anOperator(), await anOperator()]
  await aGrant(second.id, store.applicationId)
  await aGrant(expired.id, store.applicationId, { expiresAt: addDays(now(), -1) })
  await authorize(started.url, store, { players: 2 })
  const answer = await price(`app_${store.applicationId}`, { unit_price: '12.5', reason: '旺季调价' })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    success: true,
    message: '价格已更新，已通知所有授权运营商',
    data: { app_id: `app_${store.applicationId}`, old_price: '10.00', new_price: '12.50', notified_operators_count: 2 },
  } as never)
  const game = await authorize(started.url, store, { players: 2 })
  expect(game.body.data).toMatchObject({ unit_price: '12.50', total_cost: '25.00', balance_after: '55.00' })
  expect(await balanceOf(store.operator.id)).toBe(5500n as never)
  const usage = await started.database
    .owner`SELECT unit_price_fen FROM usage_records WHERE operator_id = ${store.operator.id} ORDER BY started_at, id`
  expect(usage.map((row) => row.unit_price_fen)).toEqual([1000n, 1250n])
  const history = await started.database
    .owner`SELECT old_price_fen, new_price_fen, reason, changed_by FROM application_prices WHERE application_id = ${store.applicationId}`
  expect([...history]).toEqual([{ old_price_fen: 1000n, new_price_fen: 1250n, reason: '旺季调价', changed_by: adminId }])
  const told = await started.database.owner`
    SELECT target_operator_id, type, content, related_id FROM message_notifications WHERE related_id = ${store.applicationId}`
  expect(told.map((row) => row.target_operator_id).sort()).toEqual([store.operator.id, second.id].sort())
  expect(told[0]).toMatchObject({ type: 'price_change', content: expect.stringContaining('由10.00元调整为12.50元') } as never)
  expect(told.map((row) => row.target_operator_id)).not.toContain(unrelated.id)
  expect(await auditRows(started.database, store.applicationId)).toMatchObject([
    { operation: 'application_price', details: { old_price: '10.00', new_price: '12.50', reason: '旺季调价', notified_operators: 2 } },
  ])
})

test('the same price again, a strange price or an unknown field is refused, and nobody is told', async () => {
  const store = await aStore({ price: '10.00' })
  const id = `app_${store.applicationId}`
  const same = await price(id, { unit_price: '10' })
  expect(same.status).toBe(400)
  expect(same.body).toMatchObject({ error_code: 'INVALID_PARAMS', message: '新价格与当前价格相同' })
  expect(same.body.details).toMatchObject([{ field: 'unit_price', reason: 'PRICE_UNCHANGED' }])
  expect(faultyFields(await price(id, { unit_price: '0', reason: '长'.repeat(201), app_name: '夹带' })).sort()).toEqual([
    'app_name',
    'reason',
    'unit_price',
  ])
  expect(faultyFields(await price(id, {}))).toEqual(['unit_price'])
  const rows = await started.database.owner`SELECT 1 FROM message_notifications WHERE related_id = ${store.applicationId}
    UNION ALL SELECT 1 FROM application_prices WHERE application_id = ${store.applicationId}`
  expect(rows).toHaveLength(0)
})

test('ten new prices at once leave a history without a gap', async () => {
  const id = await created({ unit_price: '1.00' })
  await Promise.all(Array.from({ length: 10 }, (_, index) => price(id, { unit_price: `${index + 2}.00` })))
  const history = await started.database
    .owner`SELECT old_price_fen, new_price_fen FROM application_prices WHERE application_id = ${id.slice(4)}`
  const next = new Map(history.map((row) => [row.old_price_fen, row.new_price_fen]))
  let [at, steps] = [100n, 0]
  for (; next.has(at); steps++) at = next.get(at)
  expect(steps).toBe(10)
  const [row] = await started.database.owner`SELECT unit_price_fen FROM applications WHERE id = ${id.slice(4)}`
  expect(row!.unit_price_fen).toBe(at)
})

test('an unknown game is not found, a malformed id is a faulty field', async () => {
  for (const [path, body] of [['', { is_active: true }] as const, ['/price', { unit_price: '1.00' }] as const]) {
    const unknown = await call(`PUT /v1/admin/applications/${UNKNOWN}${path}`, { token, body })
    expect(unknown.status).toBe(404)
    expect(unknown.body).toMatchObject({ error_code: 'APP_NOT_FOUND', message: '应用不存在' })
    expect(faultyFields(await call(`PUT /v1/admin/applications/op_${UNKNOWN.slice(4)}${path}`, { token, body }))).toEqual(['app_id'])
  }
})

test('an operator sees the games it may start now, with all their fields', async () => {
  const operator = await anOperator()
  const [forEver, until] = [
    await anApplication({ name: '阿尔法行动', price: '10.00', min: 2, max: 8 }),
    await anApplication({ name: '贝塔行动' }),
  ]
  const end = addDays(now(), 7)
  await aGrant(operator.id, forEver)
  await aGrant(operator.id, until, { expiresAt: end })
  await aGrant(operator.id, await anApplication({ active: false }))
  await aGrant(operator.id, await anApplication(), { expiresAt: addDays(now(), -1) })
  await aGrant((await anOperator()).id, await anApplication({ name: '别人的游戏' }))
  const answer = await call('GET /v1/operators/me/authorized-apps', { token: await operatorToken(operator.id) })
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    success: true,
    data: {
      applications: [
        {
          app_id: `app_${forEver}`,
          app_name: '阿尔法行动',
          description: null,
          unit_price: '10.00',
          min_players: 2,
          max_players: 8,
          expires_at: null,
          authorized_at: expect.stringMatching(ISO_TIME),
        },
        { app_name: '贝塔行动', expires_at: end.toISOString() },
      ],
    },
  } as never)
  expect(Object.keys((answer.body.data.applications as object[])[0]!)).toHaveLength(8)
})
