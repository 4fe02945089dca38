import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { actOf } from '#src/audit-logs/audit-log'
import { newId, showId, type Uuid } from '#src/core/ids'
import { OFFICE_PERMISSIONS } from '#src/core/office'
import { actOn } from '#src/office/act'
import { attach, checkedFile, markPaid } from '#src/office/attachments'
import type { Act } from '#src/office/case'
import { createDraft, deleteDraft, saveDraft, submitCase } from '#src/office/drafts'
import { saveFlow } from '#src/office/flows'
import type { Flow } from '#src/office/path'
import { PERMISSIONS } from '#src/permissions/permissions'
import type { StaffCaller } from '#src/platform/route'
import { anInfo, auditRows, browserHeaders } from '#tests/support/api'
import { openTestDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'
import { aCase, aMember, dayFromNow, statusOf, typedFor } from './scene'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let [applicant, head, chief, stranger]: StaffCaller[] = []
const department = '运营部'
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  applicant = await aMember({ department, name: '陈晨' })
  head = await aMember({ role: 'admin', department, heads: true, name: '赵主管' })
  chief = await aMember({ role: 'super_admin', name: '钱总' })
  stranger = await aMember({ role: 'analyst', name: '路人' })
})
afterAll(async () => {
  await server.drain(1_000)
  await database.close()
})

type Refusal = { code: string; reason: string | undefined }
const refusalOf = (work: Promise<unknown>): Promise<Refusal | 'taken'> =>
  work.then(
    () => 'taken' as const,
    (error: { code: string; wording?: string; details?: { required?: string } }) => ({
      code: error.code,
      reason: error.wording ?? error.details?.required,
    }),
  )
const agree: Act = { do: 'approve', comment: null }
const whole = async (id: Uuid): Promise<string> => {
  const [row] = await database.owner`
    SELECT c::text || (SELECT coalesce(string_agg(t::text, ''), '') FROM office_tasks t WHERE case_id = c.id)
      || (SELECT coalesce(string_agg(e::text, ''), '') FROM office_events e WHERE case_id = c.id) AS all FROM office_cases c WHERE id = ${id}`
  return row!.all
}

describe('what is not theirs to do changes nothing', () => {
  test('the own request, a finished one, somebody else’s, and a stranger’s look', async () => {
    const id = await aCase('baoxiao', applicant!, chief!.id)
    const own = await aCase('baoxiao', head!, chief!.id)
    const done = await aCase('baoxiao', applicant!, chief!.id)
    await actOn(done, agree, head!, anInfo())
    const before = await Promise.all([id, own, done].map(whole))
    // An administrator has the key; the request is the own one all the same.
    expect(await refusalOf(actOn(own, agree, head!, anInfo()))).toEqual({ code: 'PERMISSION_DENIED', reason: 'office_task' })
    expect(await refusalOf(actOn(id, agree, applicant!, anInfo()))).toEqual({ code: 'PERMISSION_DENIED', reason: 'office:baoxiao:approve' })
    expect(await refusalOf(actOn(id, agree, chief!, anInfo()))).toEqual({ code: 'PERMISSION_DENIED', reason: 'office_task' })
    for (const act of [
      agree,
      { do: 'reject', comment: '不同意这样做' } as const,
      { do: 'send_back', comment: '请补充', to: 'start' } as const,
    ])
      expect(await refusalOf(actOn(done, act, head!, anInfo()))).toEqual({ code: 'INVALID_PARAMS', reason: 'CASE_STATE' })
    for (const act of [agree, { do: 'comment', comment: '看看' } as const, { do: 'withdraw' } as const])
      expect(await refusalOf(actOn(id, act, stranger!, anInfo()))).toEqual({ code: 'RESOURCE_NOT_FOUND', reason: 'resource' })
    expect(await Promise.all([id, own, done].map(whole))).toEqual(before)
    const [task] = await database.owner`SELECT person_id FROM office_tasks WHERE case_id = ${own}`
    expect(task!.person_id).toBe(chief!.id)
  })

  test('a transfer to nobody, to the applicant, to somebody without the key, to where it is', async () => {
    const id = await aCase('baoxiao', applicant!, chief!.id)
    const before = await whole(id)
    for (const [to, reason] of [
      [newId(), 'NOT_AN_APPROVER'],
      [applicant!.id, 'OWN_CASE'],
      [stranger!.id, 'NOT_AN_APPROVER'],
      [head!.id, 'ALREADY_SIGNER'],
    ] as const)
      expect(await refusalOf(actOn(id, { do: 'transfer', comment: null, to }, head!, anInfo()))).toEqual({ code: 'INVALID_PARAMS', reason })
    expect(await refusalOf(actOn(id, { do: 'send_back', comment: '请再看看', to: 'n3' }, head!, anInfo()))).toMatchObject({
      reason: 'UNKNOWN_NODE',
    })
    expect(await refusalOf(actOn(id, { do: 'copy', to: [newId()] }, head!, anInfo()))).toMatchObject({ reason: 'UNKNOWN_PERSON' })
    expect(await whole(id)).toBe(before)
  })

  test('a second reminder within half an hour', async () => {
    const id = await aCase('baoxiao', applicant!, chief!.id)
    await actOn(id, { do: 'remind' }, applicant!, anInfo())
    expect(await refusalOf(actOn(id, { do: 'remind' }, applicant!, anInfo()))).toMatchObject({ reason: 'REMINDED_RECENTLY' })
  })

  test('a draft is the applicant’s alone, and what was submitted is neither changed nor thrown away', async () => {
    const id = newId()
    await createDraft(id, 'caigou', { supplier: '甲' }, applicant!, anInfo())
    expect(await refusalOf(saveDraft(id, {}, chief!, anInfo()))).toMatchObject({ code: 'RESOURCE_NOT_FOUND' })
    expect(await refusalOf(submitCase(id, applicant!, anInfo()))).toMatchObject({ code: 'INVALID_PARAMS', reason: 'shape' })
    expect(await statusOf(id)).toMatchObject({ status: 'draft', number: null })
    await deleteDraft(id, applicant!, anInfo())
    const handedIn = await aCase('baoxiao', applicant!, chief!.id)
    for (const work of [saveDraft.bind(null, handedIn, {}), deleteDraft.bind(null, handedIn), submitCase.bind(null, handedIn)])
      expect(await refusalOf(work(applicant!, anInfo()))).toEqual({ code: 'INVALID_PARAMS', reason: 'CASE_STATE' })
  })
})

describe('files', () => {
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1])
  test.each([
    ['a program', new TextEncoder().encode('MZ\u0090'), 'a.png', 'file'],
    ['a page', new TextEncoder().encode('<html>'), 'a.pdf', 'file'],
    ['another ending', png, 'a.pdf', 'file'],
    ['a path for a name', png, '../a.png', 'file'],
    ['a name that turns round', png, 'a\u202egnp.png', 'file'],
    ['a name of 200 letters', png, `${'甲'.repeat(200)}.png`, 'file'],
    ['too large', new Uint8Array(5 * 1_048_576 + 1), 'a.png', 'file'],
  ])('%s is refused by what it holds, how large it is and what it is called', (_, file, name, field) => {
    expect(() => checkedFile(file, name)).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMS', details: [expect.objectContaining({ field })] }),
    )
  })

  test('at most five, only while it can be changed, and seen by nobody who may not see the request', async () => {
    const id = newId()
    await createDraft(id, 'baoxiao', typedFor('baoxiao', chief!.id), applicant!, anInfo())
    for (let at = 0; at < 5; at++) await attach(id, checkedFile(png, `票${at}.png`), applicant!, anInfo())
    expect(await refusalOf(attach(id, checkedFile(png, '票6.png'), applicant!, anInfo()))).toMatchObject({ reason: 'TOO_MANY_FILES' })
    await submitCase(id, applicant!, anInfo())
    expect(await refusalOf(attach(id, checkedFile(png, '票7.png'), applicant!, anInfo()))).toMatchObject({ reason: 'CASE_STATE' })
    const [file] = await database.owner`SELECT id FROM office_attachments WHERE case_id = ${id} LIMIT 1`
    const asked = async (who: StaffCaller) =>
      fetch(`${server.url}/office/attachments/${file!.id}/file`, { headers: await browserHeaders({ adminId: who.id }) })
    expect((await asked(head!)).status).toBe(200)
    expect((await asked(head!)).headers.get('content-type')).toBe('image/png')
    expect((await asked(stranger!)).status).toBe(404)
  })

  test('a payment needs its proof, an approval before, and somebody of finance', async () => {
    const payer = await aMember({ role: 'finance', grade: 'specialist' })
    const id = await aCase('duiwai_fukuan', applicant!, chief!.id)
    expect(await refusalOf(markPaid(id, checkedFile(png, '回单.png'), payer, anInfo()))).toMatchObject({ code: 'RESOURCE_NOT_FOUND' })
    await actOn(id, agree, head!, anInfo())
    await actOn(id, agree, chief!, anInfo())
    expect(await refusalOf(markPaid(id, checkedFile(png, '回单.png'), head!, anInfo()))).toEqual({
      code: 'PERMISSION_DENIED',
      reason: 'finance',
    })
    expect(() => checkedFile(undefined, '')).toThrow(expect.objectContaining({ wording: 'NO_PROOF' }))
    await markPaid(id, checkedFile(png, '回单.png'), payer, anInfo())
    expect(await refusalOf(markPaid(id, checkedFile(png, '回单.png'), payer, anInfo()))).toMatchObject({ reason: 'CASE_STATE' })
    expect((await auditRows(database, id)).map(({ operation }) => operation)).toContain('office_pay')
  })
})

describe('flows', () => {
  const wordsOf = ({ node, what }: { node: string | null; what: string }) => ({ field: '', message: { zh: `${node} ${what}`, en: what } })
  const flow = (id: Uuid): Flow => ({
    administratorId: null,
    nodes: [{ kind: 'approval', key: 'n1', name: '直接审批', mode: 'any', approvers: [{ kind: 'person', id }], copies: [], next: null }],
  })

  test('one that leads nowhere is refused when it is saved, with the place; a running request keeps its version', async () => {
    const act = () => actOf(chief!, anInfo())
    const running = await aCase('gongzuo_jiaojie', applicant!, chief!.id)
    expect(await refusalOf(saveFlow('gongzuo_jiaojie', flow(stranger!.id), 1, wordsOf, act()))).toEqual({
      code: 'INVALID_PARAMS',
      reason: 'FLOW_NOWHERE',
    })
    expect(await saveFlow('gongzuo_jiaojie', flow(chief!.id), 1, wordsOf, act())).toBe(2)
    expect(await refusalOf(saveFlow('gongzuo_jiaojie', flow(chief!.id), 1, wordsOf, act()))).toMatchObject({ reason: 'FLOW_CHANGED' })
    await actOn(running, agree, head!, anInfo())
    const next = await aCase('gongzuo_jiaojie', applicant!, chief!.id)
    const rows = await database.owner`SELECT id, flow_version FROM office_cases WHERE id = ANY(${[running, next]})`
    expect(new Map(rows.map((row) => [row.id, row.flow_version]))).toEqual(
      new Map([
        [running, 1],
        [next, 2],
      ]),
    )
  })
})

test('an approved leave sends new tasks to whoever stands in, for its days', async () => {
  const own = '值班部'
  const duty = await aMember({ role: 'admin', name: '孙涛' })
  const away = await aMember({ role: 'admin', department: own, heads: true, name: '休假人' })
  const asking = await aMember({ department: own, name: '值班员' })
  const before = await aCase('baoxiao', asking, chief!.id)
  const leave = await aCase('qingjia', away, duty.id, { from_on: dayFromNow(0), to_on: dayFromNow(1), days: '2' })
  const [task] = await database.owner`SELECT person_id FROM office_tasks WHERE case_id = ${leave}`
  await actOn(leave, agree, task!.person_id === chief!.id ? chief! : head!, anInfo())
  const during = await aCase('baoxiao', asking, chief!.id)
  const rows =
    await database.owner`SELECT case_id, person_id, for_id FROM office_tasks WHERE case_id = ANY(${[before, during]}) ORDER BY case_id`
  expect(rows.map(({ person_id, for_id }) => [person_id, for_id])).toEqual([
    [away.id, null],
    [duty.id, away.id],
  ])
})

test('the 37 keys stand in the database as the typed list has them', async () => {
  const rows = await database.owner`SELECT key, seats FROM office_permissions ORDER BY key`
  expect(rows).toHaveLength(37)
  expect(Object.fromEntries(rows.map(({ key, seats }) => [key, seats]))).toEqual(
    Object.fromEntries(OFFICE_PERMISSIONS.map((key) => [key, [...PERMISSIONS[key]]])),
  )
})

test('what waits is told by mail, once, to those who have an address, and to nobody about what they did themselves', async () => {
  const own = '邮件部'
  const boss = await aMember({ role: 'admin', department: own, heads: true, email: 'boss@example.com' })
  const asking = await aMember({ department: own, email: 'asking@example.com' })
  const id = await aCase('baoxiao', asking, chief!.id)
  await actOn(id, { do: 'remind' }, asking, anInfo())
  await actOn(id, agree, boss, anInfo())
  const jobs = await database.owner`
    SELECT payload ->> 'person_id' AS person, payload ->> 'about' AS about FROM graphile_worker._private_jobs WHERE payload ->> 'case_id' = ${id} ORDER BY id`
  expect(jobs.map(({ person, about }) => [person, about])).toEqual([
    [boss.id, 'task'],
    [boss.id, 'reminder'],
    [asking.id, 'approved'],
  ])
})

test('an address of a request that somebody may not see is answered like one of nobody', async () => {
  const id = await aCase('baoxiao', applicant!, chief!.id)
  const headers = await browserHeaders({ adminId: stranger!.id })
  for (const path of ['', '/edit', '/act?do=reject', '/paper.pdf', '/delete'])
    expect([
      path,
      (await fetch(`${server.url}/office/cases/${showId('case', id)}${path}`, { headers, redirect: 'manual' })).status,
    ]).toEqual([path, 404])
})
