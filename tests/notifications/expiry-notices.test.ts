import { afterAll, beforeAll, expect, test } from 'bun:test'
import { noticeExpiries } from '#src/applications/expiry-notices'
import type { Uuid } from '#src/core/ids'
import { addDays, addSeconds, formatDateTime, type Instant, instant } from '#src/core/time'
import { openTestDatabase } from '#tests/support/database'
import { aGrant, anApplication, anOperator } from '#tests/support/factory'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

/** Nine in the morning in Shanghai, when the job runs. */
const NINE = instant('2027-03-10T01:00:00.000Z')
const EVENING = instant('2027-03-17T12:00:00.000Z')

const titlesOf = async (operatorId: Uuid): Promise<string[]> =>
  (
    await database.owner<{ title: string }[]>`
      SELECT title FROM message_notifications WHERE target_operator_id = ${operatorId} ORDER BY created_at, id`
  ).map(({ title }) => title)

async function aGrantUntil(expiresAt: Instant | null) {
  const operator = await anOperator()
  const applicationId = await anApplication({ name: `到期应用${operator.username}` })
  const id = await aGrant(operator.id, applicationId, { expiresAt, authorizedAt: instant('2026-01-01T00:00:00Z') })
  return { id, operatorId: operator.id, name: `到期应用${operator.username}` }
}

const SOON = '游戏授权将在 7 天内到期'
const TOMORROW = '游戏授权即将到期'
const EXPIRED = '游戏授权已到期'

test('over its last days an authorisation is told about seven days before, one day before and after its end, each once', async () => {
  const grant = await aGrantUntil(EVENING)
  const heard: string[][] = []
  for (let day = -1; day <= 9; day++) {
    await noticeExpiries({ now: addDays(NINE, day) })
    await noticeExpiries({ now: addSeconds(addDays(NINE, day), 60) })
    heard.push(await titlesOf(grant.operatorId))
  }
  const counts = heard.map((titles) => titles.length)
  expect(counts).toEqual([0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3])
  expect(heard.at(-1)).toEqual([SOON, TOMORROW, EXPIRED])
  const messages = await database.owner<{ content: string; related_id: Uuid; related_kind: string }[]>`
    SELECT content, related_id, related_kind FROM message_notifications WHERE target_operator_id = ${grant.operatorId}`
  for (const message of messages) {
    expect(message).toMatchObject({ related_id: grant.id, related_kind: 'authorization' })
    expect(message.content).toContain(grant.name)
    expect(message.content).toContain(formatDateTime(EVENING))
  }
})

test('whoever was not told for days hears only what is nearest', async () => {
  const grant = await aGrantUntil(addSeconds(NINE, 3_600))
  await noticeExpiries({ now: NINE })
  await noticeExpiries({ now: addSeconds(NINE, 1) })
  expect(await titlesOf(grant.operatorId)).toEqual([TOMORROW])
})

test('a permanent, a revoked, a long expired one and one of a closed account are not told about', async () => {
  const permanent = await aGrantUntil(null)
  const old = await aGrantUntil(addDays(NINE, -8))
  const revoked = await aGrantUntil(addDays(NINE, 1))
  await database.owner`
    UPDATE operator_app_authorizations SET revoked_at = now(), revoked_by = authorized_by WHERE id = ${revoked.id}`
  const closed = await aGrantUntil(addDays(NINE, 1))
  await database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${closed.operatorId}`
  await noticeExpiries({ now: NINE })
  for (const { operatorId } of [permanent, old, revoked, closed]) expect(await titlesOf(operatorId)).toEqual([])
})

test('eight runs at once tell each operator once', async () => {
  const grants = await Promise.all(Array.from({ length: 5 }, () => aGrantUntil(addDays(NINE, 5))))
  const runs = await Promise.all(Array.from({ length: 8 }, () => noticeExpiries({ now: NINE })))
  expect(runs.reduce((sum, { soon }) => sum + soon, 0)).toBe(5)
  for (const { operatorId } of grants) expect(await titlesOf(operatorId)).toEqual([SOON])
})

test('an end that is moved is told about anew', async () => {
  const grant = await aGrantUntil(addDays(NINE, 5))
  await noticeExpiries({ now: NINE })
  await database.owner`UPDATE operator_app_authorizations SET expires_at = ${addDays(NINE, 30)} WHERE id = ${grant.id}`
  await noticeExpiries({ now: addDays(NINE, 5) })
  expect(await titlesOf(grant.operatorId)).toEqual([SOON])
  await noticeExpiries({ now: addDays(NINE, 24) })
  expect(await titlesOf(grant.operatorId)).toEqual([SOON, SOON])
})
