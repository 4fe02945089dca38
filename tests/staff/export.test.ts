import { expect, test } from 'bun:test'
import { csvRows } from '#tests/exports/read'
import { browserHeaders, withServer } from '#tests/support/api'
import { aStaff } from '#tests/support/factory'

const { started } = withServer()

async function takenOut(person: { id: string }, form: Record<string, string>) {
  const headers = await browserHeaders({ adminId: person.id })
  const answer = await fetch(`${started.url}/staff/exports`, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams({ format: 'csv', ...form }),
  })
  return { status: answer.status, bytes: new Uint8Array(await answer.arrayBuffer()) }
}

test('the list of our people is taken out as it is filtered, with what each was granted; finance takes out finance', async () => {
  const [boss, manager] = [await aStaff('super_admin'), await aStaff('finance', 'manager')]
  const [specialist, gone] = [await aStaff('finance', 'specialist'), await aStaff('admin')]
  await started.database.owner`UPDATE admin_accounts SET permissions = '{invoice:review,made:up}' WHERE id = ${specialist.id}`
  await started.database.owner`UPDATE admin_accounts SET is_active = false WHERE id = ${gone.id}`
  const names = async (person: { id: string }, form: Record<string, string>) =>
    csvRows((await takenOut(person, form)).bytes)
      .slice(1)
      .map(([username]) => username)
  expect((await names(boss, { kind: 'staff' })).sort()).toEqual([boss, manager, specialist, gone].map(({ username }) => username).sort())
  expect(await names(boss, { kind: 'staff', state: 'disabled' })).toEqual([gone.username])
  expect((await names(manager, { kind: 'finance_staff' })).sort()).toEqual([manager, specialist].map(({ username }) => username).sort())
  const [, row] = csvRows((await takenOut(boss, { kind: 'staff', seat: 'specialist' })).bytes)
  expect(row!.slice(0, 6)).toEqual([specialist.username, '张发财', '财务专员', 'invoice:review', '未启用', '在用'])
  expect((await takenOut(manager, { kind: 'staff' })).status).toBe(403)
  expect((await takenOut(specialist, { kind: 'finance_staff' })).status).toBe(403)
})
