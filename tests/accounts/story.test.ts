import { beforeAll, expect, test } from 'bun:test'
import { operatorStory, type StoryEvent } from '#src/accounts/details/story'
import { addDays, addSeconds, businessDay, now, startOfDay } from '#src/core/time'
import { operatorToken, staffToken, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { aStaff, aStore, credit, PASSWORD, type Store } from '#tests/support/factory'

const { started, call } = withServer()
const REASON = '电话核实后的处理原因'
let admin: string
let store: Store
beforeAll(async () => {
  admin = await staffToken((await aStaff('super_admin')).id)
  store = await aStore({ balance: '500.00' })
  await aLife(store)
})

/** An account to which something of every kind happens. */
async function aLife({ operator, siteId }: Store): Promise<void> {
  const at = (path: string) => `/v1/admin/operators/${operator.id}${path}`
  const token = await operatorToken(operator.id)
  for (let game = 0; game < 3; game++) expect((await authorize(started.url, store)).status).toBe(200)
  await call(`PUT /v1/operators/me/sites/${siteId}`, { token, body: { name: '改名后的门店' } })
  await call('POST /v1/operators/me/refunds', { token, body: { amount: '20.00', reason: '门店停业装修，申请退回余额' } })
  await call(`PUT ${at('')}`, { token: admin, body: { name: '改过的名字' } })
  await call(`PUT ${at('/category')}`, { token: admin, body: { category: 'vip', reason: '季度评定' } })
  await call(`GET ${at('/api-key')}`, { token: admin })
  await call(`POST ${at('/lock')}`, { token: admin, body: { reason: REASON } })
  await call(`POST ${at('/unlock')}`, { token: admin, body: { reason: REASON } })
  await credit(operator.id, '12.34')
  await credit((await aStore({ balance: '77.00' })).operator.id, '1.00')
}

const whole = { withMoney: true }
const read = (more: object = {}, keyset: object = {}) =>
  operatorStory(store.operator.id, { ...whole, ...more } as never, { size: 100, ...keyset } as never)
const words = (events: readonly StoryEvent[]) => events.map(({ what }) => what)

test('tells what was done to an operator, by it and to something of its own, its money and its games, newest first, each once', async () => {
  const { rows } = await read()
  expect(words(rows)).toEqual([
    'games',
    'adjustment',
    'operator_unlock',
    'operator_lock',
    'view_api_key',
    'operator_category',
    'operator_update',
    'refund_request',
    'site_update',
    'adjustment',
  ])
  expect(new Set(rows.map(({ cursor }) => cursor)).size).toBe(rows.length)
  const [games, credited] = rows
  expect(games).toMatchObject({ kind: 'games', games: 3, players: 6, amount: 6_000n, day: businessDay(now()) })
  expect(credited).toMatchObject({ kind: 'entry', amount: 1_234n, balanceAfter: 45_234n })
  expect(rows.find(({ what }) => what === 'operator_category')).toMatchObject({
    actorKind: 'staff',
    details: { after: { category: 'vip', pinned: true }, reason: '季度评定' },
  })
})

test('is the same however it is paged, forwards and back', async () => {
  const all = (await read()).rows.map(({ cursor }) => cursor)
  const seen: string[] = []
  // The smallest page there is on the wire is 20; the rule is the same for 3.
  let page = await read({}, { size: 3 })
  for (;;) {
    seen.push(...page.rows.map(({ cursor }) => cursor))
    if (page.older === null) break
    page = await read({}, { size: 3, after: page.older })
  }
  expect(seen).toEqual(all)
  const last = all.at(-1)!
  const back = await read({}, { size: 3, before: last })
  expect(back.rows.map(({ cursor }) => cursor)).toEqual(all.slice(-4, -1))
})

test('has its chapters and its days', async () => {
  expect(words((await read({ chapter: 'keys' })).rows)).toEqual(['view_api_key'])
  expect(words((await read({ chapter: 'sites' })).rows)).toEqual(['site_update'])
  expect(words((await read({ chapter: 'games' })).rows)).toEqual(['games'])
  expect(words((await read({ chapter: 'money' })).rows)).toEqual(['adjustment', 'refund_request', 'adjustment'])
  const today = startOfDay(businessDay(now()))
  expect((await read({ from: today, to: addDays(today, 1) })).rows).toHaveLength(10)
  expect((await read({ from: addDays(today, -3), to: today })).rows).toEqual([])
})

test('tells nothing about money but games to those who may not see it', async () => {
  expect(words((await read({ withMoney: false })).rows)).toEqual([
    'games',
    'operator_unlock',
    'operator_lock',
    'view_api_key',
    'operator_category',
    'operator_update',
    'site_update',
  ])
})

test('tells of wrong passwords: each since the last right one with its address, and how many there were before it', async () => {
  const { operator } = await aStore()
  const signIn = (username: string, password: string) => call('POST /v1/auth/operators/login', { body: { username, password } })
  const story = async (chapter?: string) =>
    (await operatorStory(operator.id, { ...whole, chapter } as never, { size: 20 } as never)).rows.map(({ kind, what, details }) => [
      kind === 'failure' ? kind : what,
      details,
    ])
  for (const username of [operator.username, operator.username.toUpperCase()])
    expect((await signIn(username, 'Wrong@2024')).status).toBe(401)
  expect((await signIn((await aStore()).operator.username, 'Wrong@2024')).status).toBe(401)
  const ip = expect.stringMatching(/^10\./)
  expect(await story('sign_in')).toEqual([
    ['failure', { ip }],
    ['failure', { ip }],
  ])
  expect((await story('keys')).length).toBe(0)
  expect((await signIn(operator.username, PASSWORD)).status).toBe(200)
  expect(await story('sign_in')).toEqual([['login', expect.objectContaining({ door: 'api', failures: 2 })]])
  expect((await signIn(operator.username, PASSWORD)).status).toBe(200)
  expect((await story('sign_in'))[0]![1]).not.toHaveProperty('failures')
})

test('rows of one moment are paged without gap or repetition', async () => {
  const { operator } = await aStore()
  const at = addSeconds(now(), -60)
  await started.database.owner`
    INSERT INTO audit_logs (seq, id, actor_kind, actor_name, actor_role, operation, target_kind, target_id, details, created_at, prev_hash, hash)
    SELECT 1000000 + n, gen_random_uuid(), 'system', '系统', 'system', 'operator_update', 'operator', ${operator.id}, '{}', ${at}, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
    FROM generate_series(1, 7) n`
  const seen: string[] = []
  let after: string | null | undefined
  do {
    const page = await operatorStory(operator.id, whole, { size: 2, ...(after ? { after } : {}) } as never)
    seen.push(...page.rows.map(({ id }) => id))
    after = page.older
  } while (after)
  expect([seen.length, new Set(seen).size]).toEqual([7, 7])
})
