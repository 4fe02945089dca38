import { expect, test } from 'bun:test'
import { lockAccount } from '#src/accounts/lock'
import { checkByClock } from '#src/audit-logs/checks'
import { newId } from '#src/core/ids'
import { addSeconds, now } from '#src/core/time'
import { adminFacts } from '#src/home/admin-facts'
import { raiseAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { anOperator, aStaff, aStore } from '#tests/support/factory'

const { started } = withServer()

test('an empty product has nothing under way and nothing that waits', async () => {
  expect(await adminFacts(now())).toEqual({
    ...{ operators: 0, newToday: 0, active: 0, inactive: 0, liveGames: 0, livePlayers: 0 },
    ...{ requests: 0, requestsOldest: null, locked: 0, lockedOldest: null, alerts: 0, alertsOldest: null, chain: null, chainAt: null },
    ...{ schema: null, schemaAt: null, ledgerAlerts: 0 },
  })
})

test('games are under way until their end is reported or four hours have passed; what waits is counted with its oldest', async () => {
  const store = await aStore({ balance: '500.00', price: '10.00' })
  const { body } = await authorize(started.url, store, { players: 3 })
  await authorize(started.url, store, { players: 2 })
  expect(await adminFacts(now())).toMatchObject({ operators: 1, newToday: 1, active: 1, liveGames: 2, livePlayers: 5 })
  const usage = String(body.data!.usage_id).replace('usage_', '')
  await started.database
    .owner`UPDATE usage_records SET ended_at = started_at + interval '1 second', duration_s = 1, estimated = false WHERE id = ${usage}`
  expect(await adminFacts(now())).toMatchObject({ liveGames: 1, livePlayers: 2 })
  expect(await adminFacts(addSeconds(now(), 4 * 3_600 + 1))).toMatchObject({ liveGames: 0 })

  const other = await anOperator()
  const admin = await aStaff('super_admin')
  const at = now()
  const act = { actor: { kind: 'staff' as const, id: admin.id, name: '张发财', role: 'super_admin' }, origin: null, at }
  await transaction((tx) => lockAccount(tx, other.id, '客户要求暂停使用，待核实后恢复', act))
  await transaction((tx) => raiseAlert(tx, { kind: 'job_failed', subject: newId(), audience: 'operations' }, addSeconds(at, -60)))
  await transaction((tx) => raiseAlert(tx, { kind: 'order_abnormal', subject: newId(), audience: 'finance' }, at))
  await checkByClock(at)
  expect(await adminFacts(now())).toMatchObject({
    ...{ operators: 2, locked: 1, lockedOldest: at, alerts: 1, alertsOldest: addSeconds(at, -60), chain: 'intact' },
  })
})
