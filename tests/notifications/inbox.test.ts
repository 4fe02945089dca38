import { describe, expect, test } from 'bun:test'
import { showId } from '#src/core/ids'
import { addDays, now } from '#src/core/time'
import { publishAnnouncement } from '#src/notifications/announcements'
import { notify } from '#src/notifications/messages'
import { transaction } from '#src/platform/database'
import { comparable, faultyFields, ISO_TIME, operatorToken, staffToken, wireId, withServer } from '#tests/support/api'
import { aGrant, anApplication, anOperator, aStaff, type TestOperator } from '#tests/support/factory'

const { started, call } = withServer()

const INBOX = 'GET /v1/operators/me/messages'
const tell = (operator: TestOperator, title = '有一条消息', type: 'security' | 'authorization' = 'security') =>
  transaction((tx) => notify(tx, [operator.id], { type, title, content: `${title}的内容` }, now()))
const titles = async (token: string, query = ''): Promise<unknown[]> =>
  (await call(`${INBOX}${query}`, { token })).body.items.map((item) => item.title)
const unread = async (token: string): Promise<unknown> => (await call(INBOX, { token })).body.unread_count

async function aReader() {
  const operator = await anOperator()
  return { operator, token: await operatorToken(operator.id) }
}

/** An announcement by one of our people. */
async function announce(title: string, target: object = {}) {
  const token = await staffToken((await aStaff('admin')).id)
  return call('POST /v1/admin/announcements', { token, body: { title, content: '公告的内容至少十个字，这里是。', ...target } })
}

test('a message has every field of the contract, and is unread until it is read', async () => {
  const { operator, token } = await aReader()
  const applicationId = await anApplication({ name: `消息应用${operator.username}` })
  await aGrant(operator.id, applicationId)
  const admin = await staffToken((await aStaff('super_admin')).id)
  const path = `/v1/admin/applications/${applicationId}/price`
  expect((await call(`PUT ${path}`, { token: admin, body: { unit_price: '12.00' } })).status).toBe(200)
  const { body } = await call(INBOX, { token })
  expect(body).toMatchObject({ success: true, page: 1, page_size: 20, total: 1, unread_count: 1 })
  const [item] = body.items
  expect(item).toEqual({
    message_id: expect.stringMatching(wireId('msg')),
    title: '游戏价格调整',
    content: expect.stringContaining('由10.00元调整为12.00元'),
    type: 'price_change',
    is_read: false,
    created_at: expect.stringMatching(ISO_TIME),
    read_at: null,
    related_id: showId('application', applicationId),
  })
})

test('reading one leaves the others unread; reading it again is fine and keeps the first time', async () => {
  const { operator, token } = await aReader()
  for (let n = 1; n <= 5; n++) await tell(operator, `第${n}条`)
  const [newest] = (await call(INBOX, { token })).body.items
  const read = () => call(`PUT /v1/operators/me/messages/${newest!.message_id}/read`, { token })
  expect(await read()).toMatchObject({ status: 200, body: { success: true, message: '消息已标记为已读', data: null } })
  expect(await unread(token)).toBe(4)
  const firstRead = async () => {
    const { is_read: isRead, read_at: readAt } = (await call(INBOX, { token })).body.items[0]!
    expect([isRead, readAt]).toEqual([true, expect.stringMatching(ISO_TIME)])
    return readAt as string
  }
  const before = await firstRead()
  expect((await read()).status).toBe(200)
  expect(await firstRead()).toBe(before)
  expect(await unread(token)).toBe(4)
})

test('read-all counts what was unread, once', async () => {
  const { operator, token } = await aReader()
  for (let n = 1; n <= 3; n++) await tell(operator)
  const readAll = async () => (await call('PUT /v1/operators/me/messages/read-all', { token })).body.data
  expect(await readAll()).toEqual({ marked_count: 3 })
  expect(await readAll()).toEqual({ marked_count: 0 })
  expect(await unread(token)).toBe(0)
})

test('twenty that read the same message at the same moment leave one row', async () => {
  const { operator, token } = await aReader()
  await tell(operator)
  const [item] = (await call(INBOX, { token })).body.items
  const reads = await Promise.all(
    Array.from({ length: 20 }, () => call(`PUT /v1/operators/me/messages/${item!.message_id}/read`, { token })),
  )
  expect(reads.map(({ status }) => status)).toEqual(Array(20).fill(200))
  const rows = await started.database.owner`SELECT FROM operator_message_reads WHERE operator_id = ${operator.id}`
  expect(rows).toHaveLength(1)
})

test('newest first, in pages, by type and unread only; the count of unread ones is that of the whole inbox', async () => {
  const { operator, token } = await aReader()
  for (const title of ['甲', '乙', '丙']) await tell(operator, title)
  await tell(operator, '丁', 'authorization')
  expect(await titles(token)).toEqual(['丁', '丙', '乙', '甲'])
  expect(await titles(token, '?page=2&page_size=3')).toEqual(['甲'])
  expect(await titles(token, '?type=authorization')).toEqual(['丁'])
  const [, third] = (await call(INBOX, { token })).body.items
  await call(`PUT /v1/operators/me/messages/${third!.message_id}/read`, { token })
  expect(await titles(token, '?unread_only=true')).toEqual(['丁', '乙', '甲'])
  const { body } = await call(`${INBOX}?unread_only=true&type=security&page_size=1`, { token })
  expect([body.total, body.unread_count, body.items.length]).toEqual([2, 3, 1])
})

test.each([
  ['?type=spam', ['type']],
  ['?unread_only=ja', ['unread_only']],
  ['?page=0&page_size=101', ['page', 'page_size']],
])('%s is refused by name', async (query, fields) => {
  const { token } = await aReader()
  const answer = await call(`${INBOX}${query}`, { token })
  expect([answer.status, answer.body.error_code, faultyFields(answer)]).toEqual([400, 'INVALID_PARAMS', fields])
})

test("another operator's message is answered like one that never was, and stays unread", async () => {
  const [mine, theirs] = [await aReader(), await aReader()]
  await tell(theirs.operator, '不给别人看')
  const [foreign] = (await call(INBOX, { token: theirs.token })).body.items
  const answer = await call(`PUT /v1/operators/me/messages/${foreign!.message_id}/read`, { token: mine.token })
  const unknown = await call(`PUT /v1/operators/me/messages/msg_${crypto.randomUUID()}/read`, { token: mine.token })
  expect(answer.status).toBe(404)
  expect(answer.body.error_code).toBe('RESOURCE_NOT_FOUND')
  expect(comparable(answer)).toBe(comparable(unknown))
  expect(await titles(mine.token)).toEqual([])
  expect(await unread(theirs.token)).toBe(1)
})

describe('an announcement', () => {
  test('to all reaches everybody who is there, not who registers later', async () => {
    const [one, two] = [await aReader(), await aReader()]
    const answer = await announce('全体公告')
    const [{ open }] = (await started.database.owner`SELECT count(*)::int AS open FROM operator_accounts WHERE deactivated_at IS NULL`) as [
      { open: number },
    ]
    expect(answer).toMatchObject({
      status: 201,
      body: { message: '公告已发布', data: { announcement_id: expect.stringMatching(wireId('ann')), recipients_count: open } },
    })
    for (const { token } of [one, two]) expect(await titles(token)).toContain('全体公告')
    const [item] = (await call(INBOX, { token: one.token })).body.items
    expect(item).toMatchObject({ type: 'system', related_id: answer.body.data.announcement_id })
    const late = await aReader()
    expect(await titles(late.token)).toEqual([])
    expect(await unread(late.token)).toBe(0)
    await call(`PUT /v1/operators/me/messages/${item!.message_id}/read`, { token: one.token })
    expect(await unread(one.token)).toBe((await call(INBOX, { token: one.token })).body.total - 1)
    expect(await titles(two.token, '?unread_only=true')).toContain('全体公告')
    const path = `/v1/operators/me/messages/${item!.message_id}/read`
    expect((await call(`PUT ${path}`, { token: late.token })).status).toBe(404)
  })

  test('to chosen operators reaches them alone, each once', async () => {
    const [one, two] = [await aReader(), await aReader()]
    const ids = [showId('operator', one.operator.id), one.operator.id]
    expect((await announce('只给一家', { target_operators: ids })).body.data).toMatchObject({ recipients_count: 1 })
    expect((await titles(one.token)).filter((title) => title === '只给一家')).toHaveLength(1)
    expect(await titles(two.token)).not.toContain('只给一家')
  })

  test('to operators of whom one is unknown and one is closed reaches nobody and names both', async () => {
    const [open, closed] = [await aReader(), await anOperator()]
    await started.database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${closed.id}`
    const unknown = crypto.randomUUID()
    const ids = [open.operator.id, unknown, showId('operator', closed.id)]
    const answer = await announce('有人不在', { target_operators: ids })
    expect([answer.status, answer.body.error_code, faultyFields(answer)]).toEqual([
      400,
      'INVALID_PARAMS',
      ['target_operators.1', 'target_operators.2'],
    ])
    expect(answer.text).toContain(unknown)
    expect(await titles(open.token)).not.toContain('有人不在')
  })

  test.each([
    [{ title: '短' }, ['title']],
    [{ content: '不足十个字' }, ['content']],
    [{ target_operators: ['site_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55'] }, ['target_operators.0']],
    [{ target_operators: 'all' }, ['target_operators']],
  ])('with %j is refused by name', async (wrong, fields) => {
    const answer = await announce('标题没有问题', wrong)
    expect([answer.status, faultyFields(answer)]).toEqual([400, fields])
  })

  test('is kept with who said it to how many', async () => {
    const { data } = (await announce('留作记录')).body
    const id = String(data.announcement_id).slice(4)
    const [kept] = await started.database.owner`SELECT title, target, recipients_count, published_by FROM announcements WHERE id = ${id}`
    expect(kept).toMatchObject({ title: '留作记录', target: 'all', recipients_count: data.recipients_count })
    const [entry] = await started.database.owner`SELECT operation, actor_id FROM audit_logs WHERE target_id = ${id}`
    expect(entry).toMatchObject({ operation: 'announcement_publish', actor_id: kept!.published_by })
  })
})

test('a message to a tier reaches that tier', async () => {
  const [vip, trial] = [await anOperator({ category: 'vip' }), await anOperator({ category: 'trial' })]
  const staff = await aStaff('admin')
  const act = { actor: { kind: 'staff' as const, id: staff.id, name: '张发财', role: 'admin' }, origin: null, at: now() }
  const words = { title: '大客户活动', content: '给大客户的内容至少要有十个字。' }
  const { recipients } = await transaction((tx) => publishAnnouncement(tx, words, { category: 'vip' }, act))
  const [{ vips }] = (await started.database.owner`SELECT count(*)::int AS vips FROM operator_accounts WHERE category = 'vip'`) as [
    { vips: number },
  ]
  expect(recipients).toBe(vips)
  expect(await titles(await operatorToken(vip.id))).toContain('大客户活动')
  expect(await titles(await operatorToken(trial.id))).not.toContain('大客户活动')
})

test('an inbox of thousands is counted and paged by its own rows', async () => {
  const { operator, token } = await aReader()
  const at = now()
  await started.database.owner`
    INSERT INTO message_notifications (id, type, title, content, target, target_operator_id, created_at)
    SELECT gen_random_uuid(), 'refund', 'n' || n, 'x', 'specific', ${operator.id}, ${at} FROM generate_series(1, 3000) AS n`
  await started.database.owner`
    INSERT INTO message_notifications (id, type, title, content, target, target_operator_id, created_at)
    VALUES (gen_random_uuid(), 'refund', '开户之前', 'x', 'specific', ${operator.id}, ${addDays(at, -1)})`
  const { body } = await call(`${INBOX}?page_size=100&page=30`, { token })
  expect([body.total, body.unread_count, body.items.length]).toEqual([3_000, 3_000, 100])
})
