import { beforeAll, expect, test } from 'bun:test'
import { newId, type Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { now } from '#src/core/time'
import { ALERT_KINDS, type AlertKind } from '#src/notifications/alert-kinds'
import { type AlertDesk, alertsPage, closeAlert, openAlerts } from '#src/notifications/alert-list'
import { type Alert, raiseAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { auditRows, withServer } from '#tests/support/api'
import { aStaff, type TestStaff } from '#tests/support/factory'

const { started } = withServer()
let person: TestStaff
beforeAll(async () => {
  person = await aStaff('finance', 'manager')
})

const REASON = '已与渠道核实，款项次日到账'
const act = () => ({ actor: { kind: 'staff' as const, id: person.id, name: '张发财', role: 'manager' }, origin: null, at: now() })
const raise = (kind: AlertKind, subject: string) =>
  transaction((tx) => raiseAlert(tx, { kind, subject, audience: ALERT_KINDS[kind].audience, details: { amount: '1.00' } } as Alert, now()))
const close = (id: Uuid, desk: AlertDesk = 'finance') => transaction((tx) => closeAlert(tx, desk, id, REASON, act()))
const open = async (desk: AlertDesk, kind?: string) => (await alertsPage(desk, { state: 'open', kind }, { size: 20 })).rows
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'closed',
    (error) => (error instanceof Problem ? [error.status, error.wording] : error),
  )

test('each desk sees its own; the machine’s are the administrators’', async () => {
  await raise('order_abnormal', 'one')
  await raise('anomaly_lock', 'two')
  await raise('job_failed', 'three')
  expect((await open('finance')).map(({ kind }) => kind)).toEqual(['order_abnormal'])
  expect((await open('admin')).map(({ kind }) => kind)).toEqual(['job_failed', 'anomaly_lock'])
  expect(await openAlerts('admin')).toMatchObject({ count: 2, kinds: ['anomaly_lock', 'job_failed'] })
})

test('an alert is closed once, with a reason, by one of two; the same thing again opens another', async () => {
  const subject = newId()
  await raise('refund_abnormal', subject)
  await raise('refund_abnormal', subject)
  const [alert] = await open('finance', 'refund_abnormal')
  expect(alert).toMatchObject({ subject, occurrences: 2 })
  const both = await Promise.all([refusal(close(alert!.id)), refusal(close(alert!.id))])
  expect(both.sort()).toEqual([[400, 'ALREADY_PROCESSED'], 'closed'])
  const [settled] = (await alertsPage('finance', { state: 'settled' }, { size: 20 })).rows
  expect(settled).toMatchObject({ id: alert!.id, closedByName: '张发财', note: REASON })
  expect(await auditRows(started.database, alert!.id)).toMatchObject([
    { operation: 'alert_settle', details: { kind: 'refund_abnormal', subject, occurrences: 2, reason: REASON } },
  ])
  expect(await raise('refund_abnormal', subject)).toBe(true)
})

test('an alert of another desk is unknown', async () => {
  const [foreign] = await open('admin', 'anomaly_lock')
  expect(await refusal(close(foreign!.id))).toEqual([404, 'resource'])
  expect(await open('admin', 'anomaly_lock')).toHaveLength(1)
})
