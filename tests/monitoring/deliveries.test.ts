import { expect, test } from 'bun:test'
import type { Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import { countDeliveries, listDeliveries, watchDeliveries } from '#src/monitoring/deliveries/queue'
import { notify } from '#src/notifications/messages'
import { transaction } from '#src/platform/database'
import { enqueue } from '#src/platform/outbox'
import { withServer } from '#tests/support/api'
import { anOperator, aStaff } from '#tests/support/factory'
import { startMailServer } from '#tests/support/mail-server'
import { atDesk } from '#tests/support/staff-desk'
import { until } from '#tests/support/until'
import { spawnWorkers } from '#tests/support/workers'

const { started } = withServer()
const owner = () => started.database.owner

/** A mail whose server refused it ten times: what the deliveries process leaves behind then. */
async function aDeadMail(name = '银河乐园'): Promise<Uuid> {
  const operator = await anOperator({ name })
  await transaction((tx) => notify(tx, [operator.id], { type: 'security', title: '账户已锁定', content: '说明' }, now()))
  await owner()`UPDATE mail_deliveries SET status = 'failed', attempts = 10, last_error = 'connect ECONNREFUSED', finished_at = now() WHERE operator_id = ${operator.id}`
  await kill(operator.id)
  return operator.id
}
const kill = (about: string) => owner()`
  UPDATE graphile_worker._private_jobs SET attempts = max_attempts, last_error = 'connect ECONNREFUSED', updated_at = clock_timestamp()
  WHERE payload::text LIKE ${`%${about}%`}`
const alerts = () => owner()`SELECT occurrences, details, closed_at IS NULL AS open FROM alerts WHERE kind = 'delivery_dead' ORDER BY id`
const newestDead = async () => (await listDeliveries('dead', { size: 1 }))[0]!
const desk = async (role: 'super_admin' | 'admin' = 'super_admin') => atDesk(started.url, 'admin', (await aStaff(role)).username)

test('what was given up is listed with what, to whom, why and when; somebody is told once for each that died', async () => {
  await aDeadMail('银河乐园')
  expect(await countDeliveries()).toMatchObject({ waiting: 0, failing: 0, dead: 1 })
  expect(await newestDead()).toMatchObject({
    ...{ task: 'mail', about: '账户已锁定', recipient: '银河乐园', attempts: 10, maxAttempts: 10, lastError: 'connect ECONNREFUSED' },
  })
  for (let look = 0; look < 3; look++) expect(await watchDeliveries({ now: now() })).toMatchObject({ dead: 1 })
  expect(await alerts()).toMatchObject([{ occurrences: 1, open: true, details: { count: '1' } }])
  await aDeadMail('星空乐园')
  await watchDeliveries({ now: now() })
  expect(await alerts()).toMatchObject([{ occurrences: 2, open: true }])
})

test('replayed, a mail is sent; the alert ends with the last dead delivery; both acts stand in the audit log', async () => {
  const { id } = await newestDead()
  const at = await desk()
  expect((await at.get(`/admin/deliveries/${id}/replay`)).html).toContain('次数重新计为 10 次')
  expect((await at.send(`/admin/deliveries/${id}/replay`, {})).status).toBe(303)
  expect((await at.send(`/admin/deliveries/${id}/replay`, {})).status).toBe(404)
  expect((await alerts())[0]!.open).toBe(true)
  expect((await at.send('/admin/deliveries/replay', {})).status).toBe(303)
  expect((await alerts())[0]!.open).toBe(false)
  const mailbox = await startMailServer()
  const workers = spawnWorkers(started.database.url, { SMTP_URL: mailbox.url })
  await until('both mails', () => mailbox.mails.length === 2)
  await until('an empty queue', async () => (await countDeliveries()).waiting === 0)
  await workers.stop()
  await mailbox.close()
  expect(await owner()`SELECT DISTINCT status FROM mail_deliveries`).toMatchObject([{ status: 'sent' }])
  const entries = await owner()`SELECT target_id, details FROM audit_logs WHERE operation = 'delivery_replay' ORDER BY seq`
  expect(entries.map((entry) => entry.target_id)).toEqual([String(id), 'all'])
}, 30_000)

test('dropped with a reason it is gone; without one, or twice, it is refused', async () => {
  await aDeadMail()
  await watchDeliveries({ now: now() })
  const { id } = await newestDead()
  const at = await desk()
  const short = await at.send(`/admin/deliveries/${id}/drop`, { reason: '短' })
  expect([short.status, short.html.includes('须为10至200个字符') || short.html.includes('reason-error')]).toEqual([400, true])
  expect((await countDeliveries()).dead).toBe(1)
  expect((await at.send(`/admin/deliveries/${id}/drop`, { reason: '邮箱已停用，电话通知了运营商' })).status).toBe(303)
  expect((await countDeliveries()).dead).toBe(0)
  expect((await at.send(`/admin/deliveries/${id}/drop`, { reason: '邮箱已停用，电话通知了运营商' })).status).toBe(404)
  expect((await alerts()).map(({ open }) => open)).toEqual([false, false])
  const [entry] = await owner()`SELECT details FROM audit_logs WHERE operation = 'delivery_drop'`
  expect(entry!.details).toMatchObject({ task: 'mail', error: 'connect ECONNREFUSED', reason: '邮箱已停用，电话通知了运营商' })
})

test('what still waits can be neither replayed nor dropped', async () => {
  await transaction((tx) => enqueue(tx, 'mail', [{ key: 'waits', payload: { message_id: 'x' } }]))
  const mails = async () => (await listDeliveries('waiting', { size: 50 })).filter(({ task }) => task === 'mail')
  const [waiting] = await mails()
  const at = await desk()
  expect((await at.send(`/admin/deliveries/${waiting!.id}/replay`, {})).status).toBe(404)
  expect((await at.get(`/admin/deliveries/${waiting!.id}/drop`)).status).toBe(404)
  expect(await mails()).toHaveLength(1)
})

test('an administrator without the key looks and finds no control; acting is refused', async () => {
  await aDeadMail()
  const at = await desk('admin')
  const list = await at.get('/admin/deliveries')
  expect([list.status, list.html.includes('connect ECONNREFUSED'), list.html.includes('/replay"')]).toEqual([200, true, false])
  const { dead } = await countDeliveries()
  expect((await at.send('/admin/deliveries/replay', {})).status).toBe(403)
  expect((await countDeliveries()).dead).toBe(dead)
})

test('work that a killed process held is free again when its process is buried', async () => {
  await owner()`UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'worker-of-the-dead' WHERE attempts = 0`
  await transaction((tx) => tx.sql`SELECT free_work(ARRAY['worker-of-the-dead'])`)
  const [row] = await owner()`SELECT count(*)::int AS held FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL`
  expect(row!.held).toBe(0)
})
