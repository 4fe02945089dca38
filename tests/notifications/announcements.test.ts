import { expect, test } from 'bun:test'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import type { Problem } from '#src/core/problem'
import { addSeconds, now } from '#src/core/time'
import { announcementValues, checkDraft } from '#src/notifications/announcement-form'
import {
  publishAnnouncement,
  publishScheduledAnnouncements,
  scheduleAnnouncement,
  withdrawAnnouncement,
} from '#src/notifications/announcements'
import { announcementsPage, receiptCounts, receiptsPage, requireAnnouncement } from '#src/notifications/receipts'
import { transaction } from '#src/platform/database'
import { auditRows, operatorToken, withServer } from '#tests/support/api'
import { anOperator, aStaff } from '#tests/support/factory'

const { started, call } = withServer()
const LATER = 3_600
const CONTENT = '公告的内容至少十个字，这里是。'
const ALL = { read: 'all', keyword: '' } as const
const PAGE = { size: 100 } as const

async function anAuthor(): Promise<PersonalAct> {
  const { id } = await aStaff('operator')
  return { actor: { kind: 'staff', id, name: '周敏', role: 'operator' }, origin: null, at: now() }
}
const kept = async (title: string, recipients: Parameters<typeof scheduleAnnouncement>[2], act?: PersonalAct) => {
  const by = act ?? (await anAuthor())
  return transaction((tx) => scheduleAnnouncement(tx, { title, content: CONTENT, publishAt: addSeconds(by.at, LATER) }, recipients, by))
}
const afterwards = () => publishScheduledAnnouncements({ now: addSeconds(now(), LATER + 1) })
const titlesOf = async (operatorId: Uuid) =>
  (await call('GET /v1/operators/me/messages?page_size=100', { token: await operatorToken(operatorId) })).body.items.map(
    ({ title }) => title,
  )
const wordingOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Problem) => error.wording,
  )

test('what is kept for its time reaches nobody before, and everybody it is meant for then, once, however many clocks there are', async () => {
  const [vip, trial] = [await anOperator({ category: 'vip' }), await anOperator()]
  const id = await kept('贵宾专享', { category: 'vip' })
  expect(await publishScheduledAnnouncements({ now: addSeconds(now(), LATER - 60) })).toEqual({ published: 0, recipients: 0 })
  expect(await titlesOf(vip.id)).toEqual([])
  const counts = await Promise.all(Array.from({ length: 6 }, () => afterwards()))
  expect(counts.reduce((sum, { published }) => sum + published, 0)).toBe(1)
  expect([await titlesOf(vip.id), await titlesOf(trial.id)]).toEqual([['贵宾专享'], []])
  const found = await requireAnnouncement(id)
  expect([found.status, found.recipients, found.reads]).toEqual(['published', 1, 0])
  const audited = (await auditRows(started.database, id)).map(({ operation, actor_kind }) => [operation, actor_kind])
  expect(audited).toEqual([
    ['announcement_schedule', 'staff'],
    ['announcement_publish', 'system'],
  ])
})

test('withdrawn before its time it never comes; of a clock and a person at once one wins; what is out stays', async () => {
  const operator = await anOperator({ category: 'normal' })
  for (let round = 0; round < 6; round++) {
    const id = await kept(`也许第${round}次`, { operatorIds: [operator.id] })
    const act = await anAuthor()
    const [counts, withdrawn] = await Promise.all([afterwards(), wordingOf(transaction((tx) => withdrawAnnouncement(tx, id, act)))])
    expect([counts.published, withdrawn]).toEqual(counts.published === 1 ? [1, 'ALREADY_PROCESSED'] : [0, 'done'])
    expect((await titlesOf(operator.id)).includes(`也许第${round}次`)).toBe(counts.published === 1)
  }
  const id = await kept('不发了', { operatorIds: [operator.id] })
  await transaction(async (tx) => withdrawAnnouncement(tx, id, await anAuthor()))
  expect(await afterwards()).toEqual({ published: 0, recipients: 0 })
  expect((await requireAnnouncement(id)).status).toBe('withdrawn')
  expect(await wordingOf(transaction(async (tx) => withdrawAnnouncement(tx, id, await anAuthor())))).toBe('ALREADY_PROCESSED')
})

test('accounts that were closed while it waited are left out and not counted', async () => {
  const [stays, leaves] = [await anOperator(), await anOperator()]
  const id = await kept('给两家', { operatorIds: [stays.id, leaves.id] })
  await started.database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${leaves.id}`
  expect(await afterwards()).toEqual({ published: 1, recipients: 1 })
  const found = await requireAnnouncement(id)
  expect([found.recipients, found.chosen]).toEqual([1, 2])
})

test('receipts: who has it, who has read it and when; the counts are those of the rows', async () => {
  const [one, two] = [await anOperator({ name: '回执甲' }), await anOperator({ name: '回执乙' })]
  const act = await anAuthor()
  const { id } = await transaction((tx) =>
    publishAnnouncement(tx, { title: '请确认', content: CONTENT }, { operatorIds: [one.id, two.id] }, act),
  )
  const announcement = await requireAnnouncement(id)
  const token = await operatorToken(one.id)
  const [message] = (await call('GET /v1/operators/me/messages', { token })).body.items
  await call(`PUT /v1/operators/me/messages/${message!.message_id}/read`, { token })
  const receipts = await receiptsPage(announcement, ALL, PAGE)
  expect(receipts.rows.map(({ operatorId, readAt }) => [operatorId, readAt !== null])).toEqual([
    [two.id, false],
    [one.id, true],
  ])
  expect(await receiptCounts(announcement)).toEqual({ all: 2, read: 1 })
  expect((await receiptsPage(announcement, { ...ALL, read: 'no' }, PAGE)).rows.map(({ name }) => name)).toEqual(['回执乙'])
  expect((await receiptsPage(announcement, { read: 'yes', keyword: '回执' }, PAGE)).rows.map(({ name }) => name)).toEqual(['回执甲'])
  expect((await requireAnnouncement(id)).reads).toBe(1)
})

test('receipts of all and of a tier: whoever was there when it was published, and who has read it and left the tier since', async () => {
  const before = await anOperator({ category: 'vip', name: '原贵宾' })
  const act = { ...(await anAuthor()), at: now() }
  const all = await transaction((tx) => publishAnnouncement(tx, { title: '全体', content: CONTENT }, { everybody: true }, act))
  const tier = await transaction((tx) => publishAnnouncement(tx, { title: '贵宾', content: CONTENT }, { category: 'vip' }, act))
  const later = await anOperator({ category: 'vip' })
  await started.database.owner`UPDATE operator_accounts SET created_at = created_at + interval '1 second' WHERE id = ${later.id}`
  const idsOf = async (id: Uuid) => (await receiptsPage(await requireAnnouncement(id), ALL, PAGE)).rows.map(({ operatorId }) => operatorId)
  for (const { id, recipients } of [all, tier]) {
    const ids = await idsOf(id)
    expect([ids.includes(before.id), ids.includes(later.id), ids.length]).toEqual([true, false, recipients])
  }
  const token = await operatorToken(before.id)
  const items = (await call('GET /v1/operators/me/messages?page_size=100', { token })).body.items
  await call(`PUT /v1/operators/me/messages/${items.find(({ title }) => title === '贵宾')!.message_id}/read`, { token })
  await started.database.owner`UPDATE operator_accounts SET category = 'normal' WHERE id = ${before.id}`
  expect(await idsOf(tier.id)).toContain(before.id)
})

test('the same page sent twice, even at once, is one announcement', async () => {
  const operator = await anOperator()
  const id = newId()
  const act = await anAuthor()
  const send = () =>
    transaction((tx) => publishAnnouncement(tx, { id, title: '只此一则', content: CONTENT }, { operatorIds: [operator.id] }, act))
  const outcomes = await Promise.all([1, 2, 3].map(() => wordingOf(send())))
  expect(outcomes.toSorted()).toEqual(['ALREADY_PROCESSED', 'ALREADY_PROCESSED', 'done'])
  expect(await titlesOf(operator.id)).toEqual(['只此一则'])
})

test('the list is filtered by state and words and paged by key', async () => {
  const act = await anAuthor()
  for (let n = 0; n < 23; n++) await kept(`列表第${n}则`, { everybody: true }, act)
  const filter = { state: 'scheduled' as const, keyword: '列表第' }
  const one = await announcementsPage(filter, { size: 20 })
  const two = await announcementsPage(filter, { size: 20, after: one.older! })
  expect([one.rows.length, two.rows.length, two.rows.at(-1)!.title]).toEqual([20, 3, '列表第0则'])
  expect((await announcementsPage({ state: 'withdrawn', keyword: '列表第' }, { size: 20 })).rows).toEqual([])
  expect((await announcementsPage({ state: 'all', keyword: `ann_${one.rows[4]!.id}` }, { size: 20 })).rows.map(({ id }) => id)).toEqual([
    one.rows[4]!.id,
  ])
})

test('the form names operators by username or id, in any case, and tells the words that name none', async () => {
  const [one, two] = [await anOperator(), await anOperator()]
  const values = announcementValues({
    title: '给两家',
    content: CONTENT,
    target: 'chosen',
    operators: `${one.username.toUpperCase()}\n op_${two.id}，`,
  })
  const checked = await checkDraft(values)
  expect(checked.ok && 'operatorIds' in checked.value.recipients && checked.value.recipients.operatorIds.toSorted()).toEqual(
    [one.id, two.id].toSorted(),
  )
  const wrong = await checkDraft({ ...values, title: '短', operators: `${one.username} nobody_here`, when: 'later', publish_at: 'soon' })
  expect(!wrong.ok && wrong.faults.map(({ field }) => field)).toEqual(['title', 'publish_at', 'operators'])
  expect(!wrong.ok && wrong.faults[2]!.message.zh).toContain('nobody_here')
  const nobody = await checkDraft({ ...values, operators: ' ' })
  expect(!nobody.ok && nobody.faults.map(({ field }) => field)).toEqual(['operators'])
})
