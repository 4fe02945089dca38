import { beforeAll, expect, test } from 'bun:test'
import { keysPage, keyTotals } from '#src/api-keys/key-overview'
import { scanForAnomalies } from '#src/authorize/anomaly'
import { findLockedAccount, lockEvidence, lockedAccounts, refusedAddresses } from '#src/authorize/evidence'
import { flushRequestLog } from '#src/authorize/request-log'
import { addDays, now } from '#src/core/time'
import { alertsPage } from '#src/notifications/alert-list'
import { authorize } from '#tests/support/client'
import { anOperator, aStaff, aStore, type Store } from '#tests/support/factory'
import { atDesk } from '#tests/support/staff-desk'
import { aScene } from './scene'

const scene = aScene()
const THIEF = '198.51.100.81'
const from = (ip: string) => ({ headers: { 'X-Forwarded-For': ip } })
let store: Store
beforeAll(async () => {
  store = await aStore({ balance: '100.00' })
  for (let turn = 0; turn < 22; turn++) await authorize(scene.url, store, { signature: 'x'.repeat(44), ...from(THIEF) })
  await authorize(scene.url, { ...store, operator: { ...store.operator, apiKey: 'f'.repeat(64) } }, from(THIEF))
  await authorize(scene.url, store, from('198.51.100.82'))
  await flushRequestLog()
  await scanForAnomalies({ now: now() })
})

const openAlerts = async () => (await alertsPage('admin', { state: 'open', kind: 'anomaly_lock' }, { size: 20 })).rows

test('a lock by the scan stands in the queue with its rule, calls an administrator and tells the operator', async () => {
  expect(await lockedAccounts(10)).toMatchObject([{ id: store.operator.id, cause: 'failures', ip: THIEF, seen: 23, lockedByName: null }])
  expect(await openAlerts()).toMatchObject([{ subject: store.operator.id, details: { ip: THIEF, cause: 'failures', seen: '23' } }])
  const told = await scene.owner`SELECT title, priority FROM message_notifications WHERE target_operator_id = ${store.operator.id}`
  expect(told).toMatchObject([{ title: '账户已自动锁定', priority: 'high' }])
})

test('the evidence names failures, addresses and keys around the lock, and no key', async () => {
  const { lockedAt } = (await findLockedAccount(store.operator.id))!
  const evidence = await lockEvidence(store.operator.id, lockedAt)
  expect(evidence.codes).toEqual([
    { code: 'INVALID_SIGNATURE', count: 22 },
    { code: 'INVALID_API_KEY', count: 1 },
  ])
  expect(evidence.addresses).toMatchObject([
    { ip: THIEF, calls: 23, refused: 23, keys: 2, operators: 1 },
    { ip: '198.51.100.82', calls: 1, refused: 0, keys: 1 },
  ])
  expect(evidence.keys).toMatchObject([
    { operatorName: '星空乐园', calls: 23, refused: 22 },
    { operatorName: null, calls: 1, refused: 1 },
  ])
  expect(JSON.stringify(evidence)).not.toContain(store.operator.apiKey)
  expect((await refusedAddresses(addDays(now(), -1), 5))[0]).toMatchObject({ ip: THIEF, refused: 23, topCode: 'INVALID_SIGNATURE' })
})

test('keys are listed by their use: refusals of the day, last call, and those that nobody uses', async () => {
  const unused = await anOperator({ name: '没开过局的店' })
  const keys = async (state?: 'failing' | 'unused' | 'old', keyword = '') =>
    (await keysPage({ keyword, state }, now(), { size: 20 })).rows.map(({ operatorId }) => operatorId)
  expect(await keys('failing')).toEqual([store.operator.id])
  expect(await keys('unused')).toEqual([unused.id])
  expect(await keys('old')).toEqual([])
  expect(await keys(undefined, '没开过')).toEqual([unused.id])
  const [row] = (await keysPage({ keyword: '', state: 'failing' }, now(), { size: 20 })).rows
  expect(row).toMatchObject({ calls: 23, refused: 22, isLocked: true, lastIp: '198.51.100.82' })
  expect(await keyTotals(now())).toMatchObject({ keys: 2, old: 0, failing: 1, refused: 23 })
})

test('whoever may lock unlocks with a reason; the second finds it done, the alert is settled, the shop plays', async () => {
  const path = `/admin/anomalies/op_${store.operator.id}`
  const [one, other] = await Promise.all([1, 2].map(async () => atDesk(scene.url, 'admin', (await aStaff('operator')).username)))
  expect((await one!.get('/admin/anomalies')).html).toContain('失败过多：23 次')
  expect((await one!.get(path)).html).toContain('INVALID_SIGNATURE')
  const short = await one!.send(`${path}/unlock`, { reason: '短' })
  expect([short.status, short.html.includes('reason-error')]).toEqual([400, true])
  const reason = '已与门店核实，为新设备调试所致'
  const both = await Promise.all([one!, other!].map((desk) => desk.send(`${path}/unlock`, { reason })))
  expect(both.map(({ status }) => status).sort()).toEqual([303, 400])
  expect(both.find(({ status }) => status === 400)!.html).toContain('账户状态不允许此操作')
  expect(await lockedAccounts(10)).toEqual([])
  expect(await openAlerts()).toEqual([])
  expect((await authorize(scene.url, store, from('198.51.100.83'))).status).toBe(200)
  await flushRequestLog()
  expect(await scanForAnomalies({ now: now() })).toMatchObject({ locked: 0 })
  expect((await one!.get(path)).status).toBe(404)
})
