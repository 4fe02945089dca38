import { beforeAll, describe, expect, test } from 'bun:test'
import { Problem } from '#src/core/problem'
import { now } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { changeSetting, listSettings, requireSetting } from '#src/settings/change'
import { followSettings, loadSettings, SETTINGS, setting } from '#src/settings/settings'
import { auditRows, staffToken, withServer } from '#tests/support/api'
import { aStaff } from '#tests/support/factory'
import { until } from '#tests/support/until'

const { started, call } = withServer()
let root: Awaited<ReturnType<typeof aStaff>>
let token: string
beforeAll(async () => {
  root = await aStaff('super_admin')
  token = await staffToken(root.id)
})

const act = () => ({ actor: { kind: 'staff' as const, id: root.id, name: '张发财', role: 'super_admin' }, origin: null, at: now() })
const change = (key: string, value: string, seen?: string) =>
  transaction((tx) => changeSetting(tx, key, { value, reason: null, seen }, act()))
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'changed',
    (error) => (error instanceof Problem ? [error.code, error.wording] : error),
  )

test('every setting of the release is listed, each in the written form of its type', async () => {
  const listed = await listSettings()
  expect(listed.map(({ key }) => key)).toEqual(Object.keys(SETTINGS) as typeof listed extends { key: infer K }[] ? K[] : never)
  expect(listed.find(({ key }) => key === 'refund_dual_review_limit')).toMatchObject({ value: '5000.00', editable: true, updatedBy: null })
})

test('a change is in force at once where it was made, stands in the audit log with before and after, and names who did it', async () => {
  await change('login_max_failures', '7')
  await loadSettings()
  expect(setting('login_max_failures')).toBe(7)
  const rows = (await auditRows(started.database, root.id)).filter(({ target_id }) => target_id === 'login_max_failures')
  expect(rows).toMatchObject([{ operation: 'config_update', details: { before: '5', after: '7', reason: null } }])
  expect((await requireSetting('login_max_failures')).updatedBy).toEqual({ id: root.id, name: '张发财' })
})

test('a process that follows the settings hears of a change at its COMMIT, whoever wrote it', async () => {
  const unfollow = await followSettings()
  try {
    // The listener is up once it has heard something; the look every five seconds would be too late for this test.
    await until('the first change heard', async () => {
      await started.database.owner`UPDATE system_configs SET value = (value::int % 90 + 1)::text WHERE key = 'operator_session_days'`
      const [row] = await started.database.owner`SELECT value::int AS days FROM system_configs WHERE key = 'operator_session_days'`
      for (let look = 0; look < 20 && setting('operator_session_days') !== row!.days; look++) await Bun.sleep(10)
      return setting('operator_session_days') === row!.days ? true : undefined
    })
    await change('recharge_order_minutes', '33')
    await until('the change heard', () => (setting('recharge_order_minutes') === 33 ? true : undefined), 2)
  } finally {
    unfollow()
  }
})

test('a listener whose connection was cut hears again', async () => {
  const unfollow = await followSettings()
  const listeners = () => started.database.owner`
    SELECT pid FROM pg_stat_activity WHERE application_name = 'mr-listener' AND datname = current_database() AND query LIKE 'LISTEN%'`
  try {
    const [first] = await until('the listener', async () => ((await listeners()).length > 0 ? await listeners() : undefined))
    await started.database.owner`SELECT pg_terminate_backend(${first!.pid})`
    await until('another listener', async () => ((await listeners()).some(({ pid }) => pid !== first!.pid) ? true : undefined))
    await change('recharge_order_minutes', '34')
    await until('the change heard', () => (setting('recharge_order_minutes') === 34 ? true : undefined), 2)
  } finally {
    unfollow()
  }
})

describe('refused, and nothing is changed', () => {
  test.each([
    ['a key that nobody knows', 'no_such_key', '1', ['RESOURCE_NOT_FOUND', 'resource']],
    ['a whole number out of range', 'login_max_failures', '101', ['INVALID_PARAMS', 'shape']],
    ['a number that is none', 'login_max_failures', '1e2', ['INVALID_PARAMS', 'shape']],
    ['an amount with three places', 'refund_dual_review_limit', '1.234', ['INVALID_PARAMS', 'shape']],
    ['a word that is not offered', 'invoice_basis', 'luck', ['INVALID_PARAMS', 'shape']],
    ['a tax number with small letters', 'invoice_seller_tax_id', '91110000802100433b', ['INVALID_PARAMS', 'shape']],
    ['a switch that is neither on nor off', 'docs_enabled', 'maybe', ['INVALID_PARAMS', 'shape']],
    ['a least above the most', 'recharge_min', '10000.01', ['INVALID_PARAMS', 'shape']],
  ])('%s', async (_, key, value, outcome) => {
    const before = await started.database.owner`SELECT key, value FROM system_configs ORDER BY key`
    expect(await refusal(change(key, value))).toEqual(outcome)
    expect(await started.database.owner`SELECT key, value FROM system_configs ORDER BY key`).toEqual(before)
  })

  test('a least that passes the most, both within their own range', async () => {
    await change('recharge_max', '500.00')
    expect(await refusal(change('recharge_min', '500.01'))).toEqual(['INVALID_PARAMS', 'shape'])
    await change('recharge_min', '500.00')
    expect(await refusal(change('recharge_max', '499.99'))).toEqual(['INVALID_PARAMS', 'shape'])
    await change('recharge_max', '10000.00')
  })

  test('what is locked for this environment', async () => {
    await started.database.owner`UPDATE system_configs SET editable = false WHERE key = 'alipay_fee_ppm'`
    expect(await refusal(change('alipay_fee_ppm', '5000'))).toEqual(['INVALID_PARAMS', 'NOT_EDITABLE'])
  })
})

test('of two people who saw the same value one changes it, the other is told', async () => {
  const [seen] = (await listSettings()).filter(({ key }) => key === 'export_max_rows')
  const both = await Promise.all(['2000', '3000'].map((value) => refusal(change('export_max_rows', value, seen!.value))))
  expect(both.filter((one) => one === 'changed')).toHaveLength(1)
  expect(both.filter((one) => Array.isArray(one))).toEqual([['INVALID_PARAMS', 'ALREADY_PROCESSED']])
})

test('an amount is stored in its one written form, and the API takes nothing of another type', async () => {
  await change('refund_dual_review_limit', '800')
  const { body } = await call('GET /v1/admin/configs/refund_dual_review_limit', { token })
  expect(body.data).toMatchObject({ type: 'money', value: '800.00', default: '5000.00', min: '0.00' })
  const put = (value: unknown) => call('PUT /v1/admin/configs/refund_dual_review_limit', { token, body: { value } })
  expect((await put(900)).body.details).toMatchObject([{ field: 'value' }])
  expect((await put('900.00')).body.data).toMatchObject({ value: '900.00', updated_by_name: '张发财' })
  expect(setting('refund_dual_review_limit')).toBe(90_000n as never)
})
