import { afterAll, beforeAll, expect, test } from 'bun:test'
import { childEnvironment } from '#src/platform/config'
import { openTestDatabase } from '#tests/support/database'
import { aCase, aMember, statusOf } from './scene'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const SIGNERS = 50
const TIMES = 10
const PROCESSES = 4

test('500 approvals of one 会签 node at once, from four processes, end in one decision', async () => {
  const signers: string[] = []
  for (let at = 0; at < SIGNERS; at++) signers.push((await aMember({ role: 'admin', name: `审批人${at}` })).id)
  const approvers = signers.map((id) => ({ kind: 'person', id }))
  const node = { kind: 'approval', key: 'n1', name: '会签', mode: 'all', approvers, copies: [], next: null }
  const flow = JSON.stringify({ administratorId: null, nodes: [node] })
  await database.owner`INSERT INTO office_flows (form, version, flow, created_at) VALUES ('baoxiao', 2, ${flow}::text::jsonb, now())`
  const id = await aCase('baoxiao', await aMember(), signers[0]!)
  expect(await statusOf(id)).toMatchObject({ status: 'submitted', open: SIGNERS })

  // Each signs ten times, spread over the processes: a double click, a repeated request, a second device.
  const calls = Array.from({ length: SIGNERS * TIMES }, (_, at) => signers[(at * 7) % SIGNERS]!)
  const runs = Array.from({ length: PROCESSES }, (_, process_) => {
    const own = calls.filter((_call, at) => at % PROCESSES === process_)
    const child = Bun.spawn([process.execPath, `${import.meta.dir}/approve.ts`, JSON.stringify(database.connection), id, own.join(',')], {
      cwd: `${import.meta.dir}/../..`,
      env: childEnvironment({ APP_ENV: 'test', LOG_LEVEL: 'error' }),
      stdout: 'pipe',
      stderr: 'inherit',
    })
    return new Response(child.stdout).text()
  })
  const outcomes = (await Promise.all(runs)).flatMap((text) => JSON.parse(text.trim().split('\n').at(-1)!) as string[])
  expect(outcomes).toHaveLength(SIGNERS * TIMES)
  expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(SIGNERS)
  expect(new Set(outcomes)).toEqual(new Set(['taken', 'CASE_STATE']))

  const [told] = await database.owner`
    SELECT count(*) FILTER (WHERE kind = 'approved')::int AS approved, count(*) FILTER (WHERE kind = 'finished')::int AS finished,
      count(DISTINCT seq)::int AS numbered, max(seq) AS last FROM office_events WHERE case_id = ${id}`
  expect(told).toMatchObject({ approved: SIGNERS, finished: 1 })
  expect(told!.numbered).toBe(told!.last)
  expect(await statusOf(id)).toMatchObject({ status: 'approved', open: 0 })
  const [audit] =
    await database.owner`SELECT count(*)::int AS entries FROM audit_logs WHERE target_id = ${id} AND operation = 'office_approve'`
  expect(audit!.entries).toBe(SIGNERS)
}, 60_000)

test('requests that are handed in at once get numbers without a gap', async () => {
  const applicant = await aMember()
  await aMember({ role: 'super_admin' })
  await Promise.all(Array.from({ length: 12 }, () => aCase('qingjia', applicant, applicant.id, { stand_in: '' })))
  const rows = await database.owner`SELECT number FROM office_cases WHERE form = 'qingjia' ORDER BY number`
  expect(rows.map(({ number }) => Number(number.slice(-4)))).toEqual(Array.from({ length: 12 }, (_, at) => at + 1))
})
