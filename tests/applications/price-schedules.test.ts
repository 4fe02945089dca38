import { expect, test } from 'bun:test'
import { applyScheduledPrices, cancelScheduledPrice, schedulePrice } from '#src/applications/price-schedules'
import { changePrice } from '#src/applications/prices'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { money } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { addSeconds, now } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { auditRows, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aStaff, aStore } from '#tests/support/factory'

const { started } = withServer()
const LATER = 3_600

async function anAdmin(): Promise<PersonalAct> {
  const { id } = await aStaff('admin')
  return { actor: { kind: 'staff', id, name: '李薇', role: 'admin' }, origin: null, at: now() }
}
const plan = async (applicationId: Uuid, fen: number, { seen, by }: { seen?: number; by?: PersonalAct } = {}) => {
  const act = by ?? (await anAdmin())
  const terms = {
    newPrice: money(fen),
    effectiveAt: addSeconds(act.at, LATER),
    reason: '旺季调价',
    seen: seen === undefined ? undefined : money(seen),
  }
  return transaction((tx) => schedulePrice(tx, applicationId, terms, act))
}
const afterwards = () => applyScheduledPrices({ now: addSeconds(now(), LATER + 1) })
const priceOf = async (id: Uuid) => (await started.database.owner`SELECT unit_price_fen AS fen FROM applications WHERE id = ${id}`)[0]!.fen
const told = async (operatorId: Uuid): Promise<string[]> => {
  const rows = await started.database.owner`SELECT title FROM message_notifications WHERE target_operator_id = ${operatorId} ORDER BY id`
  return rows.map(({ title }) => title)
}
const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Problem ? (error.details as { reason?: string; field: string }[])[0]!.reason : error),
  )
const stateOf = async (id: Uuid) =>
  (await started.database.owner`SELECT status, price_id FROM application_price_schedules WHERE id = ${id}`)[0]!

test('a planned price is told at once, in force from its time on for the next game, told again and kept in the history', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const closed = await anOperator()
  const by = await anAdmin()
  const { id, notified } = await plan(store.applicationId, 1_250, { seen: 1_000, by })
  expect([notified, await told(store.operator.id), await told(closed.id)]).toEqual([1, ['游戏价格即将调整'], []])
  expect(await applyScheduledPrices({ now: addSeconds(now(), LATER - 60) })).toEqual({ applied: 0, unchanged: 0 })
  expect((await authorize(started.url, store, { players: 2 })).body.data).toMatchObject({ unit_price: '10.00', total_cost: '20.00' })
  expect(await afterwards()).toEqual({ applied: 1, unchanged: 0 })
  expect((await authorize(started.url, store, { players: 2 })).body.data).toMatchObject({ unit_price: '12.50', total_cost: '25.00' })
  expect(await told(store.operator.id)).toEqual(['游戏价格即将调整', '游戏价格调整'])
  const [kept] = await started.database.owner`SELECT * FROM application_prices WHERE application_id = ${store.applicationId}`
  expect(kept).toMatchObject({ old_price_fen: 1_000n, new_price_fen: 1_250n, reason: '旺季调价', changed_by: by.actor.id })
  expect(await stateOf(id)).toEqual({ status: 'applied', price_id: kept!.id })
  const audited = (await auditRows(started.database, store.applicationId)).map(({ operation, actor_kind, details }) => [
    operation,
    actor_kind,
    details.schedule_id,
  ])
  expect(audited).toEqual([
    ['application_price_schedule', 'staff', id],
    ['application_price', 'system', id],
  ])
})

test('exactly once: eight clocks at the same moment leave one change, one row of history and one message', async () => {
  const { applicationId, operator } = await aStore({ price: '10.00' })
  await plan(applicationId, 900)
  const counts = await Promise.all(Array.from({ length: 8 }, () => afterwards()))
  expect(counts.reduce((sum, { applied }) => sum + applied, 0)).toBe(1)
  expect(await priceOf(applicationId)).toBe(900n)
  const [rows] = await started.database.owner`SELECT count(*)::int AS n FROM application_prices WHERE application_id = ${applicationId}`
  expect([rows!.n, await told(operator.id)]).toEqual([1, ['游戏价格即将调整', '游戏价格调整']])
  expect(await afterwards()).toEqual({ applied: 0, unchanged: 0 })
})

test('taken back before its time it never comes, and whoever was told is told; of a clock and a person at once one wins', async () => {
  const { applicationId, operator } = await aStore({ price: '10.00' })
  const first = await plan(applicationId, 900)
  await transaction(async (tx) => cancelScheduledPrice(tx, first.id, await anAdmin()))
  expect([(await stateOf(first.id)).status, await told(operator.id)]).toEqual(['cancelled', ['游戏价格即将调整', '游戏调价已取消']])
  expect(await afterwards()).toEqual({ applied: 0, unchanged: 0 })
  for (let round = 0; round < 6; round++) {
    const before = await priceOf(applicationId)
    const { id } = await plan(applicationId, 2_000 + round)
    const act = await anAdmin()
    const [counts, cancelled] = await Promise.all([afterwards(), reasonOf(transaction((tx) => cancelScheduledPrice(tx, id, act)))])
    expect([counts.applied, cancelled]).toEqual(counts.applied === 1 ? [1, 'ALREADY_PROCESSED'] : [0, 'done'])
    expect(await priceOf(applicationId)).toBe(counts.applied === 1 ? BigInt(2_000 + round) : before)
  }
})

test('one plan waits for a game at a time, also of six at once; a price that stands, has moved or is for yesterday is refused', async () => {
  const applicationId = await anApplication({ price: '10.00' })
  const outcomes = await Promise.all(Array.from({ length: 6 }, (_, n) => reasonOf(plan(applicationId, 1_100 + n))))
  expect(outcomes.toSorted()).toEqual([...Array(5).fill('PRICE_SCHEDULED'), 'done'])
  const other = await anApplication({ price: '10.00' })
  expect(await reasonOf(plan(other, 1_000))).toBe('PRICE_UNCHANGED')
  expect(await reasonOf(plan(other, 1_200, { seen: 900 }))).toBe('PRICE_MOVED')
  const act = await anAdmin()
  const past = { newPrice: money(1_200), effectiveAt: addSeconds(act.at, -1), reason: null }
  const refused = await transaction((tx) => schedulePrice(tx, other, past, act)).catch((error: Problem) => error)
  expect((refused as Problem).details).toMatchObject([{ field: 'effective_at' }])
  const [rows] = await started.database.owner`SELECT count(*)::int AS n FROM application_price_schedules WHERE application_id = ${other}`
  expect(rows!.n).toBe(0)
})

test('two people who look at the same price: the second is told that it has moved, and nothing changes', async () => {
  const applicationId = await anApplication({ price: '10.00' })
  const [one, other] = [await anAdmin(), await anAdmin()]
  const change = (fen: number, act: PersonalAct) =>
    reasonOf(transaction((tx) => changePrice(tx, applicationId, { unit_price: money(fen), seen: money(1_000) }, act)))
  const outcomes = await Promise.all([change(1_100, one), change(1_200, other)])
  expect(outcomes.toSorted()).toEqual(['PRICE_MOVED', 'done'])
  const [rows] = await started.database.owner`SELECT count(*)::int AS n FROM application_prices WHERE application_id = ${applicationId}`
  expect(rows!.n).toBe(1)
})

test('a price that was set by hand meanwhile is not set again, and nobody is told twice', async () => {
  const { applicationId, operator } = await aStore({ price: '10.00' })
  const { id } = await plan(applicationId, 1_500)
  const act = await anAdmin()
  await transaction((tx) => changePrice(tx, applicationId, { unit_price: money(1_500) }, act))
  expect(await afterwards()).toMatchObject({ unchanged: 1 })
  expect([(await stateOf(id)).status, (await told(operator.id)).length]).toEqual(['unchanged', 2])
})

test('who has lost the game or whose account is closed is not told', async () => {
  const { applicationId, operator } = await aStore({ price: '10.00' })
  const gone = await anOperator()
  await aGrant(gone.id, applicationId)
  await started.database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${gone.id}`
  await started.database.owner`UPDATE operator_app_authorizations SET expires_at = now() WHERE operator_id = ${operator.id}`
  expect((await plan(applicationId, 1_500)).notified).toBe(0)
})

test('the table keeps what was planned: another time, another price or a second end are refused by the database', async () => {
  const applicationId = await anApplication({ price: '10.00' })
  const { id } = await plan(applicationId, 1_500)
  const refusal = (work: PromiseLike<unknown>) =>
    work.then(
      () => 'written',
      (error: { code: string }) => error.code,
    )
  const asApplication = (statement: string) =>
    refusal(
      started.database.owner.begin(async (sql) => {
        await sql.unsafe('SET LOCAL ROLE mr_app')
        await sql.unsafe(statement)
      }),
    )
  expect(await asApplication(`UPDATE application_price_schedules SET new_price_fen = 1 WHERE id = '${id}'`)).toBe('42501')
  expect(await asApplication(`DELETE FROM application_price_schedules WHERE id = '${id}'`)).toBe('42501')
  await transaction(async (tx) => cancelScheduledPrice(tx, id, await anAdmin()))
  expect(
    await asApplication(
      `UPDATE application_price_schedules SET status = 'scheduled', finished_at = NULL, cancelled_by = NULL WHERE id = '${id}'`,
    ),
  ).toBe('23514')
})
