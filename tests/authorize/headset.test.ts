import { describe, expect, test } from 'bun:test'
import { newId, showId } from '#src/core/ids'
import { addDays, iso, now } from '#src/core/time'
import { type Answer, type SignedOptions, signedCall, startBody } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStore, balanceOf, type Store } from '#tests/support/factory'
import { aScene, countRows, loggedCalls } from './scene'

const scene = aScene()

const call = (store: { operator: Store['operator'] }, method: string, path: string, more: Partial<SignedOptions> = {}): Promise<Answer> =>
  signedCall(scene.url, { apiKey: store.operator.apiKey, method, path, ...more })
const preAuthorize = (store: Store, body = startBody(store)): Promise<Answer> =>
  call(store, 'POST', '/v1/auth/game/pre-authorize', { body })

const ENDPOINTS: [string, string, string, (store: Store) => string | undefined][] = [
  ['pre_authorize', 'POST', '/v1/auth/game/pre-authorize', startBody],
  ['game_sites', 'GET', '/v1/game/sites', () => undefined],
  ['game_applications', 'GET', '/v1/game/applications', () => undefined],
  ['session_end', 'POST', '/v1/auth/game/sessions/none/end', () => '{}'],
]

describe.each(ENDPOINTS)('%s', (operation, method, path, body) => {
  const ask = (store: Store, more: Partial<SignedOptions> = {}) => call(store, method, path, { body: body(store), ...more })

  test('refuses an unknown key, a wrong signature, a stale time, a locked and a closed account, each logged once', async () => {
    const store = await aStore({})
    const rows: [string, () => Promise<Answer>][] = [
      ['INVALID_PARAMS', () => ask(store, { timestamp: 'x' })],
      ['INVALID_API_KEY', () => ask(store, { apiKey: '0'.repeat(64) })],
      ['INVALID_SIGNATURE', () => ask(store, { signature: `${'A'.repeat(43)}=` })],
      ['TIMESTAMP_EXPIRED', () => ask(store, { timestamp: '1' })],
      [
        'ACCOUNT_LOCKED',
        async () => {
          await scene.owner`UPDATE operator_accounts SET is_locked = true, locked_at = now(), locked_reason = '测试' WHERE id = ${store.operator.id}`
          return ask(store)
        },
      ],
      [
        'ACCOUNT_DEACTIVATED',
        async () => {
          await scene.owner`UPDATE operator_accounts SET is_locked = false, locked_at = NULL, locked_reason = NULL, deactivated_at = now() WHERE id = ${store.operator.id}`
          return ask(store)
        },
      ],
    ]
    for (const [code, run] of rows) {
      const answer = await run()
      expect(answer.body.error_code).toBe(code)
      expect(await loggedCalls(scene.owner, answer.headers.get('x-request-id')!)).toMatchObject([{ operation, result: 'refused', code }])
    }
  })

  test('takes the alias path, and no bucket of the operator', async () => {
    const store = await aStore({ defaultLimits: true })
    const answers = await Promise.all(Array.from({ length: 30 }, () => call(store, method, `/api${path}`, { body: body(store) })))
    for (const answer of answers) expect(answer.body.error_code ?? 'ok').toMatch(/^(ok|SESSION_NOT_FOUND)$/)
  })
})

describe('pre-authorize', () => {
  test('tells price and balance, charges and stores nothing', async () => {
    const store = await aStore({ balance: '25.00', price: '10.00' })
    const before = await countRows(scene.owner)
    const [{ app_name }] = (await scene.owner`SELECT app_name FROM applications WHERE id = ${store.applicationId}`) as unknown as [
      { app_name: string },
    ]
    const quoted = { app_id: showId('application', store.applicationId), app_name, unit_price: '10.00', current_balance: '25.00' }
    const enough = await preAuthorize(store, startBody(store, 2))
    expect([enough.status, enough.body]).toEqual([
      200,
      { success: true, data: { can_authorize: true, ...quoted, player_count: 2, total_cost: '20.00', shortage: null } },
    ])
    const short = await preAuthorize(store, startBody(store, 3))
    expect([short.status, short.body.data]).toEqual([
      200,
      { can_authorize: false, ...quoted, player_count: 3, total_cost: '30.00', shortage: '5.00' },
    ])
    expect(await countRows(scene.owner)).toEqual(before)
    expect(await balanceOf(store.operator.id)).toBe(2_500n as never)
    expect(await loggedCalls(scene.owner, short.headers.get('x-request-id')!)).toMatchObject([
      { operation: 'pre_authorize', result: 'accepted' },
    ])
  })

  test('refuses what authorize would refuse of place, game and players', async () => {
    const store = await aStore({ balance: '25.00', min: 2, max: 4 })
    const foreign = await aSite((await anOperator()).id)
    const ungranted = await anApplication()
    const inactive = await anApplication({ active: false })
    const expired = await anApplication()
    await aGrant(store.operator.id, inactive)
    await aGrant(store.operator.id, expired, { expiresAt: addDays(now(), -1) })
    const rows: [Partial<Store>, number, string][] = [
      [{ siteId: newId() }, 2, 'SITE_NOT_FOUND'],
      [{ siteId: foreign }, 2, 'SITE_NOT_FOUND'],
      [{ siteId: await aSite(store.operator.id, { deleted: true }) }, 2, 'SITE_INACTIVE'],
      [{ applicationId: newId() }, 2, 'APP_NOT_FOUND'],
      [{ applicationId: inactive }, 2, 'APP_INACTIVE'],
      [{ applicationId: ungranted }, 2, 'APP_NOT_AUTHORIZED'],
      [{ applicationId: expired }, 2, 'AUTHORIZATION_EXPIRED'],
      [{}, 1, 'PLAYER_COUNT_OUT_OF_RANGE'],
      [{}, 5, 'PLAYER_COUNT_OUT_OF_RANGE'],
    ]
    for (const [change, players, code] of rows)
      expect((await preAuthorize(store, startBody({ ...store, ...change }, players))).body.error_code).toBe(code as never)
  })

  test('refuses unknown fields', async () => {
    const store = await aStore({ balance: '25.00' })
    const answer = await preAuthorize(store, startBody(store).replace('}', ',"x":1}'))
    expect([answer.status, answer.body.details]).toEqual([400, [{ field: 'x', message: '未知字段' }]])
  })
})

describe('game/sites', () => {
  test('gives the own undeleted sites only, newest first, page by page', async () => {
    const operator = await anOperator({ name: '云顶乐园' })
    const ids: string[] = []
    for (let number = 1; number <= 5; number++) ids.unshift(await aSite(operator.id, { name: `门店${number}` }))
    await aSite(operator.id, { deleted: true })
    await aSite((await anOperator()).id)
    const pages = await Promise.all(
      ['', '?page=1&page_size=2', '?page=3&page_size=2', '?page=4&page_size=2'].map((query) =>
        call({ operator }, 'GET', `/v1/game/sites${query}`),
      ),
    )
    const sites = pages.map(({ body }) => (body.data!.sites as { site_id: string }[]).map(({ site_id }) => site_id.slice('site_'.length)))
    expect(sites).toEqual([ids, ids.slice(0, 2), ids.slice(4), []])
    expect(pages[1]!.body).toEqual({
      success: true,
      data: {
        operator_id: showId('operator', operator.id),
        operator_name: '云顶乐园',
        sites: [5, 4].map((number) => ({
          site_id: showId('site', ids[5 - number]!),
          name: `门店${number}`,
          address: '北京市朝阳区建国路1号',
        })),
      },
    })
  })

  test.each([
    'page=0',
    'page=-1',
    'page=1.5',
    'page=x',
    'page=',
    'page_size=0',
    'page_size=101',
    'page_size=1e1',
    'page=99999999',
    'page=1%00',
  ])('%s is out of range', async (query) => {
    const answer = await call(await aStore({}), 'GET', `/v1/game/sites?${query}`)
    expect([answer.status, answer.body.error_code]).toEqual([400, 'INVALID_PARAMS'])
  })

  test('the query is part of what is signed', async () => {
    const store = await aStore({})
    const plain = await call(store, 'GET', '/v1/game/sites')
    expect(plain.status).toBe(200)
    const answer = await call(store, 'GET', '/v1/game/sites?page=2', { signature: 'm4t+ygb0Li0XpEndYw9EUgcpMZGgnggr7ZOHyq8wf2E=' })
    expect(answer.body.error_code).toBe('INVALID_SIGNATURE')
  })
})

test('game/applications gives what may be started now: authorised, unexpired, active', async () => {
  const operator = await anOperator()
  const names = ['甲', '乙', '丙', '丁', '戊'].map((mark) => `${mark}${newId().slice(-12)}`)
  const [open, limited, expired, inactive, revoked] = [
    await anApplication({ name: names[0], price: '12.50', min: 2, max: 6 }),
    await anApplication({ name: names[1] }),
    await anApplication({ name: names[2] }),
    await anApplication({ name: names[3], active: false }),
    await anApplication({ name: names[4] }),
  ]
  const until = addDays(now(), 10)
  await aGrant(operator.id, open)
  await aGrant(operator.id, limited, { expiresAt: until })
  await aGrant(operator.id, expired, { expiresAt: addDays(now(), -1) })
  await aGrant(operator.id, inactive)
  await aGrant(operator.id, revoked)
  await scene.owner`UPDATE operator_app_authorizations SET revoked_at = now(), revoked_by = authorized_by WHERE application_id = ${revoked}`
  const { body } = await call({ operator }, 'GET', '/v1/game/applications')
  const applications = body.data!.applications as Record<string, unknown>[]
  expect(applications.toSorted((a, b) => names.indexOf(String(a.app_name)) - names.indexOf(String(b.app_name)))).toEqual([
    { app_id: showId('application', open), app_name: names[0], unit_price: '12.50', min_players: 2, max_players: 6, expires_at: null },
    {
      app_id: showId('application', limited),
      app_name: names[1],
      unit_price: '10.00',
      min_players: 1,
      max_players: 8,
      expires_at: iso(until),
    },
  ])
})
