import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { businessDay, now } from '#src/core/time'
import { exportFolder } from '#src/exports/place'
import { STAFF_EXPORTS } from '#src/exports/staff-exports'
import { claimExport, makeExport } from '#src/exports/work'
import { PERMISSIONS } from '#src/permissions/permissions'
import { browserHeaders, operatorToken, withServer } from '#tests/support/api'
import { anOperator, aStaff, credit, debit } from '#tests/support/factory'
import { csvRows, xlsxRows } from './read'

const { started } = withServer()
let folder: string
beforeAll(async () => {
  folder = await exportFolder()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
/** Each test has the queue to itself. */
beforeEach(async () => void (await started.database.owner`TRUNCATE exports`))

const PATH = '/staff/exports'
type Person = { id: string }

async function send(person: Person, path: string, form?: Record<string, string>) {
  const response = await fetch(started.url + path, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: await browserHeaders({ adminId: person.id }),
    ...(form ? { body: new URLSearchParams(form) } : {}),
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, bytes, html: new TextDecoder().decode(bytes) }
}
const today = () => businessDay(now()).replaceAll('-', '')

async function moved() {
  const operator = await anOperator({ name: '流水乐园' })
  await credit(operator.id, '30.00')
  await debit(operator.id, '12.50')
  return operator
}

describe('a file of the consoles', () => {
  test('comes at once, with exactly what the filter shows, and is recorded', async () => {
    const [manager, operator] = [await aStaff('finance', 'manager'), await moved()]
    const form = { kind: 'transactions', format: 'excel', operator_id: `op_${operator.id}` }
    const file = await send(manager, PATH, form)
    expect([file.status, file.headers.get('content-disposition')]).toEqual([200, `attachment; filename="transactions_${today()}.xlsx"`])
    const [head, ...rows] = await xlsxRows(file.bytes)
    expect(head!.slice(1, 7)).toEqual(['运营商', '类型', '说明', '收入（元）', '支出（元）', '平台账户间（元）'])
    expect(rows.map((row) => [row[1], row[2], row[4], row[5], row[8], row[10], row[11]])).toEqual([
      ['流水乐园', '调整', null, 12.5, 17.5, '运营商余额', '调账'],
      ['流水乐园', '调整', 30, null, 30, '调账', '运营商余额'],
    ] as never)
    const [entry] = await started.database.owner`
      SELECT actor_id, operation, details FROM audit_logs WHERE actor_id = ${manager.id} ORDER BY seq DESC LIMIT 1`
    expect(entry).toEqual({
      actor_id: manager.id,
      operation: 'export',
      details: { kind: 'transactions', format: 'excel', rows: 2, filter: { operator_id: `op_${operator.id}` } },
    })
  })

  test('is made in the background when that is asked for, and fetched by whoever asked alone', async () => {
    const [auditor, other, operator] = [await aStaff('finance', 'auditor'), await aStaff('finance', 'manager'), await moved()]
    const asked = await send(auditor, PATH, {
      kind: 'transactions',
      format: 'csv',
      background: 'true',
      operator_id: operator.id,
      type: 'adjustment',
    })
    expect([asked.status, asked.headers.get('location')]).toEqual([303, PATH])
    expect((await send(auditor, PATH)).html).toContain('排队中')
    const claimed = (await claimExport(now()))!
    expect(claimed).toMatchObject({ operatorId: null, staffId: auditor.id, kind: 'transactions' })
    expect(await makeExport(claimed)).toBe('ready')
    const list = (await send(auditor, PATH)).html
    expect(list).toContain('交易监控')
    expect(list).toContain(`${PATH}/exp_${claimed.id}/file`)
    expect(csvRows((await send(auditor, `${PATH}/exp_${claimed.id}/file`)).bytes)).toHaveLength(3)
    expect((await send(other, PATH)).html).toContain('还没有导出文件')
    expect((await send(other, `${PATH}/exp_${claimed.id}/file`)).status).toBe(404)
    expect((await send(other, `${PATH}/exp_${claimed.id}/again`, {})).status).toBe(404)
  })

  test('is not fetched any more once the right to it was taken away', async () => {
    const [person, operator] = [await aStaff('finance', 'specialist'), await moved()]
    await send(person, PATH, { kind: 'transactions', format: 'csv', background: 'true', operator_id: operator.id })
    const claimed = (await claimExport(now()))!
    await makeExport(claimed)
    expect((await send(person, `${PATH}/exp_${claimed.id}/file`)).status).toBe(200)
    const { owner } = started.database
    await owner`UPDATE admin_accounts SET role = 'analyst', finance_grade = NULL WHERE id = ${person.id}`
    expect((await send(person, `${PATH}/exp_${claimed.id}/file`)).status).toBe(403)
    await owner`UPDATE exports SET status = 'expired' WHERE id = ${claimed.id}`
    expect((await send(person, `${PATH}/exp_${claimed.id}/again`, {})).status).toBe(403)
  })
})

test.each([
  [{ kind: 'nothing', format: 'csv' }],
  [{ kind: 'usage', format: 'csv' }],
  [{ kind: 'transactions', format: 'docx' }],
  [{ kind: 'transactions', format: 'csv', operator_id: 'site_1' }],
  [{ kind: 'transactions', format: 'csv', type: 'payout' }],
  [{}],
])('%j is refused above the list', async (form) => {
  const { status, html } = await send(await aStaff('finance', 'manager'), PATH, form as Record<string, string>)
  expect(status).toBe(400)
  expect(html).toContain('没有开始导出')
})

test('what somebody may not see, nobody takes out: no kind without its permission', async () => {
  const nobody = await aStaff('analyst')
  for (const [kind, { permission }] of Object.entries(STAFF_EXPORTS)) {
    expect(permission in PERMISSIONS).toBe(true)
    if ((PERMISSIONS[permission] as readonly string[]).includes('analyst')) continue
    expect((await send(nobody, PATH, { kind, format: 'csv' })).status).toBe(403)
  }
})

test('operators and our people have their own doors, and a form without its token opens neither', async () => {
  const [operator, person] = [await anOperator(), await aStaff('admin')]
  await operatorToken(operator.id)
  const headers = await browserHeaders({ operatorId: operator.id })
  expect((await fetch(started.url + PATH, { headers })).status).toBe(403)
  expect((await send(person, '/operator/exports')).status).toBe(403)
  const { 'x-csrf-token': _, 'X-CSRF-Token': __, ...bare } = await browserHeaders({ adminId: person.id })
  const refused = await fetch(started.url + PATH, {
    method: 'POST',
    headers: bare,
    body: new URLSearchParams({ kind: 'transactions', format: 'csv' }),
  })
  expect(refused.status).toBe(403)
})
