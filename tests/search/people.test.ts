import { expect, test } from 'bun:test'
import { showId } from '#src/core/ids'
import { browserHeaders, withServer } from '#tests/support/api'
import { aStaff } from '#tests/support/factory'

const { started } = withServer()

async function search(adminId: string, q: string) {
  const response = await fetch(`${started.url}/staff/search?${new URLSearchParams({ q })}`, {
    redirect: 'manual',
    headers: await browserHeaders({ adminId }),
  })
  return { status: response.status, location: response.headers.get('location'), html: await response.text() }
}

test('who looks after staff finds our people by id, username and name, and opens them where they are looked after', async () => {
  const [chief, manager] = [await aStaff('super_admin'), await aStaff('finance', 'manager')]
  const [office, finance] = [await aStaff('operator'), await aStaff('finance', 'specialist')]
  for (const q of [office.id, showId('admin', office.id), office.username, office.username.toUpperCase()])
    expect({ q, location: (await search(chief.id, q)).location }).toEqual({ q, location: `/admin/staff/${office.id}` })
  for (const q of [finance.id, showId('finance', finance.id), finance.username]) {
    expect({ q, location: (await search(chief.id, q)).location }).toEqual({ q, location: `/admin/staff/${finance.id}` })
    expect({ q, location: (await search(manager.id, q)).location }).toEqual({ q, location: `/finance/staff/${finance.id}` })
  }
  const opened = await fetch(`${started.url}/finance/staff/${finance.id}`, { headers: await browserHeaders({ adminId: manager.id }) })
  expect(opened.status).toBe(200)

  await started.database.owner`UPDATE admin_accounts SET name = '独一无二' WHERE id = ${office.id}`
  const like = await search(chief.id, '独一无')
  expect([like.status, like.html.includes(`/admin/staff/${office.id}"`), like.html.includes('员工')]).toEqual([200, true, true])
})

test('nobody else finds them: a manager of finance no people of the office, the others nobody', async () => {
  const [office, finance] = [await aStaff('operator'), await aStaff('finance', 'specialist')]
  const manager = await aStaff('finance', 'manager')
  for (const q of [office.id, office.username]) expect((await search(manager.id, q)).html).toContain('没有找到')
  const others = [await aStaff('admin'), await aStaff('operator'), await aStaff('analyst'), await aStaff('finance', 'auditor')]
  for (const { id } of others)
    for (const q of [office.id, office.username, finance.username, showId('finance', finance.id)])
      expect((await search(id, q)).html).toContain('没有找到')
})
