import { expect, test } from 'bun:test'
import { keyCallsPage } from '#src/api-keys/key-calls'
import { newId, type Uuid } from '#src/core/ids'
import type { Keyset } from '#src/core/keyset'
import { addSeconds, iso, now } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { openTestDatabase } from '#tests/support/database'
import { anOperator } from '#tests/support/factory'

const database = openTestDatabase()

/** Calls a second apart by twos, so that a page may end between two of the same moment; every third was refused. */
async function called(operatorId: Uuid, count: number): Promise<Uuid[]> {
  const ids: Uuid[] = []
  for (let index = 0; index < count; index++) {
    const [id, refused] = [newId(), index % 3 === 2]
    ids.push(id)
    await rawSql()`
      INSERT INTO api_key_usage_logs (at, request_id, operation, operator_id, result, code, ip, user_agent, duration_us)
      VALUES (${iso(addSeconds(now(), Math.floor(index / 2) - 60))}::timestamptz, ${id}, 'authorize', ${operatorId},
        ${refused ? 'refused' : index % 3 === 1 ? 'replayed' : 'accepted'}, ${refused ? 'INSUFFICIENT_BALANCE' : null}, '192.0.2.1', '', 900)`
  }
  return ids.reverse()
}

test('calls are leafed through by key, newest first, and chosen by their outcome', async () => {
  await database
  const [operator, other] = [await anOperator(), await anOperator()]
  const ids = await called(operator.id, 45)
  const [foreign] = await called(other.id, 1)
  const page = (asked: Partial<Keyset> & { outcome?: 'success' | 'refused' }) => keyCallsPage(operator.id, now(), { size: 20, ...asked })
  const idsOf = async (asked: Parameters<typeof page>[0]) => (await page(asked)).rows.map(({ requestId }) => requestId)

  const first = await page({})
  expect([first.newer, first.older]).toEqual([null, ids[19]!])
  const [second, third] = [await page({ after: first.older! }), await page({ after: ids[39]! })]
  expect([first, second, third].flatMap(({ rows }) => rows.map(({ requestId }) => requestId))).toEqual(ids)
  expect(third.older).toBeNull()
  expect(await idsOf({ before: ids[20]! })).toEqual(ids.slice(0, 20))
  expect(await idsOf({ after: foreign! })).toEqual(ids.slice(0, 20))

  const refused = ids.filter((_, index) => (44 - index) % 3 === 2)
  expect(await idsOf({ outcome: 'refused' })).toEqual(refused)
  expect(await idsOf({ outcome: 'success', size: 50 })).toEqual(ids.filter((id) => !refused.includes(id)))
})
