import { expect, test } from 'bun:test'
import { recomputeTiers } from '#src/accounts/tier-recompute'
import { addDays, addSeconds, instant, now, startOfMonth } from '#src/core/time'
import { withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { anOperator, aStore } from '#tests/support/factory'

const { started } = withServer()
/** 02:00 on the 1st of next month: the month past is the one in which the tests play. */
const firstOfNext = () => addSeconds(startOfMonth(addDays(startOfMonth(now()), 32)), 7_200)
const run = (signal = new AbortController().signal) => recomputeTiers({ now: firstOfNext(), signal, progress: () => {} })
const owner = () => started.database.owner

async function consumed(yuan: string, category: 'trial' | 'normal' | 'vip', players = 2) {
  const store = await aStore({ balance: '30000.00', price: yuan })
  await owner()`UPDATE operator_accounts SET category = ${category} WHERE id = ${store.operator.id}`
  expect((await authorize(started.url, store, { players })).status).toBe(200)
  return store.operator.id
}
const tierOf = async (id: string) => (await owner()`SELECT category FROM operator_accounts WHERE id = ${id}`)[0]!.category
const messagesOf = (id: string) => owner()`SELECT title, content FROM message_notifications WHERE target_operator_id = ${id} ORDER BY id`

test('what the month past consumed decides, to the fen; who moved is told and audited, who is pinned stays', async () => {
  const [vip, almost, normal, poor] = [
    await consumed('5000.00', 'trial'),
    await consumed('4999.99', 'vip'),
    await consumed('500.00', 'normal'),
    await consumed('499.99', 'normal'),
  ]
  const pinned = await consumed('5000.00', 'trial')
  await owner()`UPDATE operator_accounts SET category_pinned = true WHERE id = ${pinned}`
  const closed = await anOperator({ category: 'vip' })
  await owner()`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${closed.id}`

  expect(await run()).toMatchObject({ operators: 4, raised: 1, lowered: 2 })
  expect(await Promise.all([vip, almost, normal, poor, pinned, closed.id].map(tierOf))).toEqual([
    'vip',
    'normal',
    'normal',
    'trial',
    'trial',
    'vip',
  ])
  const [message, ...more] = await messagesOf(vip)
  expect([message!.title, more]).toEqual(['客户分类已调整', []])
  expect(message!.content).toContain('消费10000.00元，客户分类由试用调整为VIP')
  expect(await messagesOf(normal)).toHaveLength(0)
  const [entry] = await owner()`SELECT actor_kind, details FROM audit_logs WHERE operation = 'operator_category' AND target_id = ${vip}`
  expect(entry).toMatchObject({
    actor_kind: 'system',
    details: { before: { category: 'trial' }, after: { category: 'vip' }, consumed: '10000.00' },
  })

  expect(await run()).toMatchObject({ operators: 4, raised: 0, lowered: 0 })
  expect(await messagesOf(vip)).toHaveLength(1)
})

test('who came after the month past keeps its tier', async () => {
  const fresh = await anOperator({ category: 'normal' })
  await owner()`UPDATE operator_accounts SET created_at = ${addSeconds(firstOfNext(), -3_600)} WHERE id = ${fresh.id}`
  await run()
  expect(await tierOf(fresh.id)).toBe('normal')
})

test('cut off after one step it keeps what it did, and run again it does the rest', async () => {
  await owner()`
    INSERT INTO operator_accounts (id, username, name, phone, email, password_hash, api_key_cipher, api_key_version, api_key_sha256,
      api_key_generated_at, category, created_at, updated_at)
    SELECT gen_random_uuid(), 'many_' || n, '许多', '13800138000', 'a@example.com', 'none', 'x', 1, sha256(('many' || n)::bytea), now(), 'vip',
      ${instant('2020-01-01T00:00:00.000Z')}, now() FROM generate_series(1, 450) n`
  const cut = new AbortController()
  const reached: number[] = []
  const cutting = recomputeTiers({
    now: firstOfNext(),
    signal: cut.signal,
    progress: ({ done }) => {
      reached.push(done)
      cut.abort(new Error('cut off'))
    },
  })
  expect(
    await cutting.then(
      () => 'ended',
      (error) => error.message,
    ),
  ).toBe('cut off')
  expect(reached).toEqual([200])
  const left = async () =>
    (await owner()`SELECT count(*)::int AS n FROM operator_accounts WHERE username LIKE 'many%' AND category = 'vip'`)[0]!.n
  expect(await left()).toBeGreaterThan(200)
  await run()
  expect(await left()).toBe(0)
})
