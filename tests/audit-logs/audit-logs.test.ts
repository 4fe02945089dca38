import { beforeAll, describe, expect, test } from 'bun:test'
import { record, SYSTEM } from '#src/audit-logs/audit-log'
import { carryOutCheck, checkByClock, latestChecks, requestCheck } from '#src/audit-logs/checks'
import { auditPage } from '#src/audit-logs/entries'
import { newId, type Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { addDays, addSeconds, type Instant, iso, now } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { operatorToken, staffToken, withServer } from '#tests/support/api'
import { anOperator, aStaff, type TestStaff } from '#tests/support/factory'

const { started, call } = withServer()
let people: Record<'root' | 'manager' | 'specialist' | 'auditor', TestStaff>
beforeAll(async () => {
  people = {
    root: await aStaff('super_admin'),
    manager: await aStaff('finance', 'manager'),
    specialist: await aStaff('finance', 'specialist'),
    auditor: await aStaff('finance', 'auditor'),
  }
})

type Done = { by?: 'root' | 'manager' | 'specialist'; operation: string; target?: Uuid; details?: Record<string, unknown>; at?: Instant }

const write = ({ by, operation, target, details = {}, at = now() }: Done) => {
  const role = by === 'root' ? 'super_admin' : (by ?? '')
  const actor = by ? { kind: 'staff' as const, id: people[by].id, name: '张发财', role } : SYSTEM
  const entry = { actor, origin: null, operation, details, ...(target ? { target: { kind: 'refund', id: target } } : {}) }
  return transaction((tx) => record(tx, entry, at))
}
const listed = async (who: keyof typeof people, door: 'admin' | 'finance', query = '') => {
  const answer = await call(`GET /v1/${door}/audit-logs?page_size=100&${query}`, { token: await staffToken(people[who].id) })
  expect(answer.status).toBe(200)
  return answer.body
}
const operations = async (who: keyof typeof people, door: 'admin' | 'finance', query = '') =>
  (await listed(who, door, query)).items.map(({ operation_type }) => operation_type)

describe('who sees what', () => {
  test('administrators see everything, finance what finance did and what others did with money and keys, a specialist the own actions', async () => {
    await write({ by: 'root', operation: 'site_create' })
    await write({ by: 'root', operation: 'view_api_key' })
    await write({ by: 'manager', operation: 'refund_approve' })
    await write({ by: 'specialist', operation: 'report_generate' })
    await write({ operation: 'recharge_credit' })
    expect(await operations('root', 'admin')).toEqual([
      'recharge_credit',
      'report_generate',
      'refund_approve',
      'view_api_key',
      'site_create',
    ])
    const ofFinance = ['report_generate', 'refund_approve', 'view_api_key']
    expect(await operations('manager', 'finance')).toEqual(ofFinance)
    expect(await operations('auditor', 'finance')).toEqual(ofFinance)
    expect(await operations('specialist', 'finance')).toEqual(['report_generate'])
    const [own] = (await listed('specialist', 'finance')).items
    expect(own).toMatchObject({ finance_id: `fin_${people.specialist.id}`, finance_name: '张发财', ip_address: null })
  })

  test('an operator, and finance at the administrators’ door, see nothing', async () => {
    const token = await operatorToken((await anOperator()).id)
    expect((await call('GET /v1/finance/audit-logs', { token })).status).toBe(403)
    expect((await call('GET /v1/admin/audit-logs', { token: await staffToken(people.auditor.id) })).status).toBe(403)
  })

  test('asking for somebody else’s actions does not widen what a specialist sees', async () => {
    expect(await operations('specialist', 'finance', `finance_id=fin_${people.manager.id}`)).toEqual([])
  })
})

describe('filters', () => {
  test('by operation, by person, by object with or without its prefix, and by the operator that an entry names', async () => {
    const [refund, operator] = [newId(), newId()]
    await write({ by: 'manager', operation: 'refund_reject', target: refund, details: { operator_id: operator } })
    expect(await operations('manager', 'finance', 'operation_type=refund_reject')).toEqual(['refund_reject'])
    expect(await operations('root', 'admin', `actor_id=fin_${people.manager.id}`)).toEqual(['refund_reject', 'refund_approve'])
    for (const about of [refund, `refund_${refund}`, `op_${operator}`]) {
      expect([about, await operations('root', 'admin', `target_id=${about}`)]).toEqual([about, ['refund_reject']])
    }
    expect((await listed('root', 'admin', 'actor_type=system')).items.every(({ actor_type }) => actor_type === 'system')).toBe(true)
  })

  test('pages show an operation with its refusals, the API exactly what was asked', async () => {
    await write({ by: 'manager', operation: 'bank_transfer_confirm' })
    await write({ by: 'manager', operation: 'bank_transfer_confirm_refused', details: { code: 'SECOND_REVIEWER_REQUIRED' } })
    const filter = { operation: 'bank_transfer_confirm', refusals: true }
    const { rows } = await auditPage({ of: 'finance' }, filter, { size: 20 })
    expect(rows.map(({ operation }) => operation)).toEqual(['bank_transfer_confirm_refused', 'bank_transfer_confirm'])
    expect(await operations('root', 'admin', 'operation_type=bank_transfer_confirm')).toEqual(['bank_transfer_confirm'])
  })

  test('times are half open', async () => {
    const at = addDays(now(), -40)
    await write({ by: 'manager', operation: 'adjustment', at })
    const between = (from: Instant, to: Instant) => operations('manager', 'finance', `start_time=${iso(from)}&end_time=${iso(to)}`)
    expect(await between(at, addSeconds(at, 1))).toEqual(['adjustment'])
    expect(await between(addSeconds(at, -1), at)).toEqual([])
  })

  test('pages follow each other without a gap or a repeat, forwards and backwards, also where times are the same', async () => {
    const at = addDays(now(), -60)
    for (let n = 0; n < 45; n++) await write({ operation: 'paging', at, details: { n } })
    const filter = { operation: 'paging' }
    const first = await auditPage({ of: 'all' }, filter, { size: 20 })
    const second = await auditPage({ of: 'all' }, filter, { size: 20, after: first.older! })
    const third = await auditPage({ of: 'all' }, filter, { size: 20, after: second.older! })
    const all = [...first.rows, ...second.rows, ...third.rows].map(({ details }) => details.n)
    expect(all).toEqual(Array.from({ length: 45 }, (_, n) => 44 - n))
    expect(third.older).toBeNull()
    const back = await auditPage({ of: 'all' }, filter, { size: 20, before: third.newer! })
    expect(back.rows.map(({ id }) => id)).toEqual(second.rows.map(({ id }) => id))
  })
})

test('the pages of finance read their own index and not the whole log', async () => {
  const plan = await started.database.owner.begin(async (sql) => {
    await sql`SET LOCAL enable_seqscan = off`
    await sql`SET LOCAL enable_sort = off`
    return sql`EXPLAIN SELECT id FROM audit_logs
      WHERE (actor_role IN ('specialist', 'manager', 'auditor') OR (actor_kind = 'staff' AND operation IN ('adjustment', 'view_api_key')))
      ORDER BY created_at DESC, seq DESC LIMIT 21`
  })
  expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('audit_logs_finance')
})

describe('the chain', () => {
  const act = () => ({ actor: { kind: 'staff' as const, id: people.auditor.id, name: '审计', role: 'auditor' }, origin: null, at: now() })
  const newest = async () => (await latestChecks(1))[0]!
  const harm = (work: (sql: (typeof started)['database']['owner']) => Promise<unknown>) =>
    started.database.owner.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`
      await work(sql as never)
    })

  test('a check in the background finds it whole and keeps where it ended; a second one at once is refused', async () => {
    const id = await requestCheck(act())
    expect(await newest()).toMatchObject({ id, status: 'running', requestedByName: '张发财' })
    const again = await requestCheck(act()).catch((error) => error)
    expect(again).toBeInstanceOf(Problem)
    expect([again.code, again.wording]).toEqual(['INVALID_PARAMS', 'CHECK_UNDER_WAY'])
    await carryOutCheck(id)
    const done = await newest()
    const [head] = await started.database.owner`SELECT seq, encode(hash, 'hex') AS hash FROM audit_logs ORDER BY seq DESC LIMIT 1`
    expect(done).toMatchObject({ status: 'intact', brokenAt: null, headSeq: head!.seq, headHash: head!.hash })
    expect(done.rowsDone).toBe(Number(head!.seq))
    await carryOutCheck(id)
    expect((await newest()).finishedAt).toEqual(done.finishedAt)
  })

  test('a check whose process died stands in nobody’s way', async () => {
    await requestCheck(act())
    await started.database.owner`UPDATE audit_checks SET updated_at = updated_at - interval '2 minutes' WHERE status = 'running'`
    expect((await checkByClock(now())).brokenAt).toBeNull()
    expect((await latestChecks(2)).map(({ status }) => status)).toEqual(['intact', 'failed'])
  })

  test('a row that was changed is named', async () => {
    const [row] = await started.database.owner`SELECT seq, details FROM audit_logs ORDER BY seq OFFSET 3 LIMIT 1`
    await harm((sql) => sql`UPDATE audit_logs SET details = '{"n": -1}' WHERE seq = ${row!.seq}`)
    expect(await checkByClock(now())).toMatchObject({ brokenAt: row!.seq, fault: 'changed' })
    expect(await newest()).toMatchObject({ status: 'broken', fault: 'changed' })
    await harm((sql) => sql`UPDATE audit_logs SET details = ${JSON.stringify(row!.details)}::text::jsonb WHERE seq = ${row!.seq}`)
  })

  test('rows cut off at the end are missed, though the rest fits', async () => {
    await write({ operation: 'last words' })
    expect((await checkByClock(now())).brokenAt).toBeNull()
    const [cut] = await started.database.owner`SELECT max(seq) AS seq FROM audit_logs`
    await harm((sql) => sql`DELETE FROM audit_logs WHERE seq = ${cut!.seq}`)
    expect(await checkByClock(now())).toMatchObject({ brokenAt: cut!.seq, fault: 'tail' })
    // Somebody writes on: the row that takes the place of the lost one is not the one that was seen.
    await write({ operation: 'as if nothing had happened' })
    expect(await checkByClock(now())).toMatchObject({ brokenAt: cut!.seq, fault: 'changed' })
  })

  test('a row that is missing in between is named', async () => {
    await harm((sql) => sql`DELETE FROM audit_logs WHERE seq = 5`)
    expect(await checkByClock(now())).toMatchObject({ brokenAt: 5n, fault: 'missing' })
  })
})
