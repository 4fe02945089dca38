import { expect, test } from 'bun:test'
import { approveRequests, grantToMany, rejectRequests } from '#src/applications/bulk'
import { grantMatrix } from '#src/applications/grant-matrix'
import { grantCandidates, grantsPage } from '#src/applications/grant-queries'
import { renewGrant } from '#src/applications/renew-grant'
import { queuePage } from '#src/applications/request-queue'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import type { Problem } from '#src/core/problem'
import { addDays, iso, now } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { auditRows, operatorToken, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStaff, aStore } from '#tests/support/factory'

const { started, call } = withServer()
const WHY = '新店开业，需要一款四人合作的游戏'
const FOREVER = { expires_at: null, note: null }
const FIRST = { size: 20 } as const

async function anAdmin(): Promise<PersonalAct> {
  const { id } = await aStaff('operator')
  return { actor: { kind: 'staff', id, name: '周敏', role: 'operator' }, origin: null, at: now() }
}
async function asked(operatorId: Uuid, applicationId: Uuid): Promise<Uuid> {
  const made = await call('POST /v1/operators/me/app-requests', {
    token: await operatorToken(operatorId),
    body: { app_id: `app_${applicationId}`, reason: WHY },
  })
  return String(made.body.data.request_id).slice(4)
}
const reasons = (outcomes: { problem: Problem | null }[]) => outcomes.map(({ problem }) => problem && (problem.wording ?? problem.code))

test('several requests are approved together; one that was decided meanwhile, one of a retired game and an unknown one hold nobody up', async () => {
  const [game, retired] = [await anApplication(), await anApplication()]
  const operators = await Promise.all([1, 2, 3, 4].map(() => anOperator()))
  const ids = await Promise.all(operators.map(({ id }, n) => asked(id, n === 3 ? retired : game)))
  await started.database.owner`UPDATE applications SET is_active = false WHERE id = ${retired}`
  await rejectRequests([ids[1]!], '暂不开放，请补充场地说明', await anAdmin())
  const act = await anAdmin()
  const outcomes = await approveRequests([...ids, newId()], { expires_at: addDays(now(), 90), note: '首批' }, act)
  expect(reasons(outcomes)).toEqual([null, 'ALREADY_PROCESSED', null, 'APP_INACTIVE', 'resource'])
  const grants = await started.database.owner`
    SELECT operator_id, request_id, note FROM operator_app_authorizations WHERE application_id = ${game} ORDER BY id`
  expect([...grants]).toEqual([0, 2].map((n) => ({ operator_id: operators[n]!.id, request_id: ids[n]!, note: '首批' })))
  expect(
    (await auditRows(started.database, act.actor.id)).filter(({ operation }) => operation === 'application_request_approve'),
  ).toHaveLength(2)
})

test('two people decide about the same ten at once: each request is decided once', async () => {
  const game = await anApplication()
  const operators = await Promise.all(Array.from({ length: 10 }, () => anOperator()))
  const ids = await Promise.all(operators.map(({ id }) => asked(id, game)))
  const [one, other] = [await anAdmin(), await anAdmin()]
  const [approved, rejected] = await Promise.all([
    approveRequests(ids, FOREVER, one),
    rejectRequests(ids.toReversed(), '本季度名额已满，下季度请再申请', other),
  ])
  const done = [...approved, ...rejected].filter(({ problem }) => problem === null)
  expect([done.length, new Set(done.map(({ id }) => id)).size]).toEqual([10, 10])
  const [counted] = await started.database.owner`
    SELECT count(*) FILTER (WHERE r.status = 'approved')::int AS approved, count(g.id)::int AS grants, count(*) FILTER (WHERE r.status = 'pending')::int AS open
    FROM application_authorization_requests r LEFT JOIN operator_app_authorizations g ON g.request_id = r.id WHERE r.application_id = ${game}`
  expect([counted!.approved, counted!.open]).toEqual([counted!.grants, 0])
})

test('a game is given to many at once; who has it already is named and keeps what it has', async () => {
  const game = await anApplication()
  const [has, one, two] = await Promise.all([1, 2, 3].map(() => anOperator({ balance: '50.00' })))
  await aGrant(has!.id, game)
  const outcomes = await grantToMany([has!.id, one!.id, two!.id], game, FOREVER, await anAdmin())
  expect(reasons(outcomes)).toEqual(['ALREADY_AUTHORIZED', null, null])
  const store = { operator: one!, siteId: await aSite(one!.id), applicationId: game }
  expect((await authorize(started.url, store, { players: 2 })).status).toBe(200)
  const candidates = await grantCandidates({ applicationId: game, keyword: '' }, { size: 100 }, now())
  expect(candidates.rows.map(({ id }) => id)).not.toContain(two!.id)
})

test('another end for a right: earlier, later or none, at once for the headset, with its whole past', async () => {
  const store = await aStore({ balance: '100.00' })
  const [old] = await started.database.owner`SELECT id FROM operator_app_authorizations WHERE operator_id = ${store.operator.id}`
  const act = await anAdmin()
  const until = addDays(act.at, 30)
  const id = await transaction((tx) => renewGrant(tx, old!.id, { expires_at: until, note: '改为按月' }, act))
  const page = await grantsPage({ state: 'all', keyword: store.operator.username }, FIRST, now())
  expect(page.rows.map(({ id: one, state, expiresAt, revokeReason }) => [one, state, expiresAt, revokeReason])).toEqual([
    [id, 'active', until, null],
    [old!.id, 'revoked', null, '续期'],
  ])
  expect((await authorize(started.url, store)).status).toBe(200)
  const refused = await transaction((tx) => renewGrant(tx, old!.id, FOREVER, act)).catch((error: Problem) => error)
  expect((refused as Problem).wording).toBe('ALREADY_PROCESSED')
  const past = await transaction((tx) => renewGrant(tx, id, { expires_at: addDays(now(), -1), note: null }, act)).catch(
    (error: Problem) => error,
  )
  expect((past as Problem).details).toMatchObject([{ field: 'expires_at' }])
  const [audited] = (await auditRows(started.database, id)).filter(({ operation }) => operation === 'authorization_grant')
  expect(audited!.details).toMatchObject({ renews: old!.id, before: { expires_at: null }, expires_at: iso(until) })
})

test('of ten that give the same right another end at once, one does; a revoked right is given anew', async () => {
  const { operator, applicationId } = await aStore()
  const [old] = await started.database.owner`SELECT id FROM operator_app_authorizations WHERE operator_id = ${operator.id}`
  const act = await anAdmin()
  const tries = await Promise.allSettled(Array.from({ length: 10 }, () => transaction((tx) => renewGrant(tx, old!.id, FOREVER, act))))
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const [live] = await started.database.owner`
    SELECT count(*)::int AS n FROM operator_app_authorizations WHERE operator_id = ${operator.id} AND revoked_at IS NULL`
  expect(live!.n).toBe(1)
  const [current] = await started.database.owner`
    UPDATE operator_app_authorizations SET revoked_at = now(), revoked_by = ${act.actor.id} WHERE operator_id = ${operator.id} AND revoked_at IS NULL RETURNING id`
  await transaction((tx) => renewGrant(tx, current!.id, FOREVER, act))
  const states = await grantsPage({ state: 'active', keyword: operator.username, applicationId }, FIRST, now())
  expect(states.rows).toHaveLength(1)
})

test('the matrix shows who may start what until when, ten games at a time', async () => {
  const operator = await anOperator({ name: '矩阵乐园' })
  const games = await Promise.all(Array.from({ length: 12 }, (_, n) => anApplication({ name: `矩阵游戏${String(n).padStart(2, '0')}` })))
  await aGrant(operator.id, games[0]!)
  await aGrant(operator.id, games[1]!, { expiresAt: addDays(now(), 3) })
  await aGrant(operator.id, games[2]!, { expiresAt: addDays(now(), -3) })
  const seen = new Map<string, string>()
  const first = await grantMatrix({ keyword: '矩阵乐园', part: 0 }, FIRST, now())
  for (let part = 0; part < first.parts; part++) {
    const { columns, operators } = await grantMatrix({ keyword: '矩阵乐园', part }, FIRST, now())
    expect(columns.length).toBeLessThanOrEqual(10)
    for (const column of columns) {
      const cell = operators.rows[0]!.cells.get(column.id)
      if (cell) seen.set(column.name, cell.state)
    }
  }
  expect(Object.fromEntries(seen)).toEqual({ 矩阵游戏00: 'active', 矩阵游戏01: 'ending', 矩阵游戏02: 'expired' })
  const beyond = await grantMatrix({ keyword: '矩阵乐园', part: 99 }, FIRST, now())
  expect(beyond.part).toBe(beyond.parts - 1)
})

test('the queue is filtered by game, words and state and paged by key without a gap', async () => {
  const game = await anApplication()
  const operators = await Promise.all(Array.from({ length: 25 }, (_, n) => anOperator({ name: `排队乐园${n}` })))
  const ids: Uuid[] = []
  for (const { id } of operators) ids.push(await asked(id, game))
  const filter = { status: 'pending' as const, keyword: '', applicationId: game }
  const one = await queuePage(filter, FIRST)
  const two = await queuePage(filter, { ...FIRST, after: one.older! })
  expect([...one.rows, ...two.rows].map(({ id }) => id)).toEqual(ids.toReversed())
  expect((await queuePage(filter, { ...FIRST, before: two.newer! })).rows).toEqual(one.rows)
  expect((await queuePage({ ...filter, keyword: '排队乐园24' }, FIRST)).rows.map(({ id }) => id)).toEqual([ids[24]!])
  expect((await queuePage({ ...filter, keyword: `req_${ids[3]}` }, FIRST)).rows.map(({ id }) => id)).toEqual([ids[3]!])
  expect((await queuePage({ ...filter, status: 'approved' }, FIRST)).rows).toEqual([])
})
