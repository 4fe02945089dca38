import { describe, expect, test } from 'bun:test'
import { newId, type Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { bookFaults } from '#tests/ledger/books'
import { auditRows, staffToken, withServer } from '#tests/support/api'
import { anOperator, aStaff, balanceOf, debit } from '#tests/support/factory'
import { spawnServer } from '#tests/support/http'

const { started, call } = withServer()
const REASON = '设备故障补偿，工单 20260304-17'

const aManager = async () => {
  const { id } = await aStaff('finance', 'manager')
  return { id, token: await staffToken(id) }
}
type Manager = Awaited<ReturnType<typeof aManager>>

const adjust = ({ token }: Manager, operatorId: Uuid, more: object = {}, key: string = newId()) =>
  call('POST /v1/finance/adjustments', {
    token,
    headers: { 'Idempotency-Key': key },
    body: { operator_id: `op_${operatorId}`, direction: 'in', amount: '100.00', reason: REASON, ...more },
  })
const confirm = ({ token }: Manager, id: string) => call(`POST /v1/finance/adjustments/${id}/confirm`, { token, body: {} })

/** Above the limit of 5000.00: nothing has moved. */
async function aWaiting(manager: Manager, operatorId: Uuid, more: object = {}): Promise<string> {
  const answer = await adjust(manager, operatorId, { amount: '6000.00', ...more })
  expect([answer.status, answer.body.data]).toEqual([
    201,
    { adjustment_id: expect.stringMatching(/^adj_/), status: 'pending', review_stage: 2 },
  ])
  return String(answer.body.data.adjustment_id)
}

const rowsOf = (operatorId: Uuid) => started.database.owner<{ type: string; description: string; corrects_id: Uuid | null }[]>`
  SELECT type, description, corrects_id FROM transaction_records WHERE operator_id = ${operatorId} AND type = 'adjustment' ORDER BY seq`

async function soundBooks() {
  expect((await proveLedger({ now: now() })).findings).toEqual([])
  expect(await bookFaults(started.database.owner)).toEqual([])
}

describe('up to the limit one person is enough', () => {
  test('a credit and a debit move the balance by rows of the ledger, and the operator is told', async () => {
    const [operator, manager] = [await anOperator(), await aManager()]
    const credited = await adjust(manager, operator.id)
    expect([credited.status, credited.body.data]).toEqual([
      201,
      { transaction_id: expect.stringMatching(/^txn_/), balance_before: '0.00', balance_after: '100.00' },
    ])
    const debited = await adjust(manager, operator.id, { direction: 'out', amount: '30.00' })
    expect(debited.body.data).toMatchObject({ balance_before: '100.00', balance_after: '70.00' })
    expect(await balanceOf(operator.id)).toBe(7_000n as never)
    expect((await rowsOf(operator.id)).map(({ description }) => description)).toEqual([`人工加款：${REASON}`, `人工扣款：${REASON}`])
    const messages = await started.database.owner`
      SELECT title, content, related_kind FROM message_notifications WHERE target_operator_id = ${operator.id} ORDER BY id`
    expect(messages.map(({ title }) => title)).toEqual(['人工加款', '人工扣款'])
    expect(messages[1]!.content).toContain('¥30.00')
    expect(messages[1]!.content).toContain('账户余额 ¥70.00')
    await soundBooks()
  })

  test('it stands in the audit log with who, what, before and after', async () => {
    const [operator, manager] = [await anOperator(), await aManager()]
    await adjust(manager, operator.id)
    const [row] = await auditRows(started.database, manager.id)
    expect(row).toMatchObject({
      operation: 'adjustment',
      actor_role: 'manager',
      details: { outcome: 'booked', direction: 'in', amount: '100.00', reason: REASON, balance_before: '0.00', balance_after: '100.00' },
    })
  })

  test('more than there is cannot be taken, and that somebody tried is written down', async () => {
    const [operator, manager] = [await anOperator({ balance: '10.00' }), await aManager()]
    const answer = await adjust(manager, operator.id, { direction: 'out', amount: '10.01' })
    expect([answer.status, answer.body.error_code, answer.body.details]).toMatchObject([
      402,
      'INSUFFICIENT_BALANCE',
      { current_balance: '10.00', required_amount: '10.01', shortage: '0.01' },
    ])
    expect(await balanceOf(operator.id)).toBe(1_000n as never)
    expect((await auditRows(started.database, manager.id)).at(-1)).toMatchObject({
      operation: 'adjustment_refused',
      details: { code: 'INSUFFICIENT_BALANCE', direction: 'out', amount: '10.01' },
    })
  })

  test('ten at once leave exactly what they come to', async () => {
    const [operator, manager] = [await anOperator({ balance: '50.00' }), await aManager()]
    const answers = await Promise.all(Array.from({ length: 10 }, () => adjust(manager, operator.id, { direction: 'out', amount: '10.00' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 402, 402, 402, 402, 402])
    expect(await balanceOf(operator.id)).toBe(0n as never)
    await soundBooks()
  })
})

describe('a key', () => {
  test('is needed', async () => {
    const [operator, manager] = [await anOperator(), await aManager()]
    const body = { operator_id: operator.id, direction: 'in', amount: '1.00', reason: REASON }
    for (const headers of [{}, { 'Idempotency-Key': 'ein schlüssel' }, { 'Idempotency-Key': 'k'.repeat(129) }] as Record<
      string,
      string
    >[]) {
      const answer = await call('POST /v1/finance/adjustments', { token: manager.token, body, headers })
      expect([answer.status, answer.body.details?.[0]]).toMatchObject([400, { field: 'Idempotency-Key' }])
    }
    expect(await balanceOf(operator.id)).toBe(0n as never)
  })

  test('that comes again, also twenty times at once, is one adjustment', async () => {
    const [operator, manager, key] = [await anOperator(), await aManager(), newId()]
    const answers = await Promise.all(Array.from({ length: 20 }, () => adjust(manager, operator.id, {}, key)))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(19)
    expect(await balanceOf(operator.id)).toBe(10_000n as never)
  })

  test('that says something else is refused; another person may use the same one', async () => {
    const [operator, manager, other, key] = [await anOperator(), await aManager(), await aManager(), newId()]
    expect((await adjust(manager, operator.id, {}, key)).status).toBe(201)
    const changed = await adjust(manager, operator.id, { amount: '100.01' }, key)
    expect([changed.status, changed.body.error_code]).toEqual([409, 'IDEMPOTENCY_KEY_CONFLICT'])
    expect((await adjust(other, operator.id, {}, key)).status).toBe(201)
    expect(await balanceOf(operator.id)).toBe(20_000n as never)
  })
})

describe('above the limit a second person agrees', () => {
  test('nothing moves before; the same person cannot; then it is booked once', async () => {
    const [operator, manager, other] = [await anOperator(), await aManager(), await aManager()]
    const id = await aWaiting(manager, operator.id)
    expect(await balanceOf(operator.id)).toBe(0n as never)
    const alert = () => started.database.owner`SELECT closed_at FROM alerts WHERE kind = 'adjustment_pending' AND subject = ${id.slice(4)}`
    expect(await alert()).toMatchObject([{ closed_at: null }])
    const own = await confirm(manager, id)
    expect([own.status, own.body.error_code, own.body.details]).toMatchObject([403, 'SECOND_REVIEWER_REQUIRED', { limit: '5000.00' }])
    const agreed = await confirm(other, id)
    expect([agreed.status, agreed.body.data]).toMatchObject([200, { balance_before: '0.00', balance_after: '6000.00' }])
    expect((await alert())[0]!.closed_at).not.toBeNull()
    const again = await confirm(await aManager(), id)
    expect([again.status, again.body.details?.[0]?.reason, again.body.message]).toEqual([
      400,
      'ALREADY_PROCESSED',
      '该申请已处理，无法重复操作',
    ])
    await soundBooks()
  })

  test('of two persons at once one books it, the other is told', async () => {
    const [operator, manager] = [await anOperator(), await aManager()]
    const id = await aWaiting(manager, operator.id)
    const people = await Promise.all([aManager(), aManager(), aManager()])
    const answers = await Promise.all(people.map((person) => confirm(person, id)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400])
    expect(await balanceOf(operator.id)).toBe(600_000n as never)
  })

  test('a balance that shrank meanwhile refuses the debit and leaves it waiting', async () => {
    const [operator, manager, other] = [await anOperator({ balance: '6000.00' }), await aManager(), await aManager()]
    const id = await aWaiting(manager, operator.id, { direction: 'out' })
    await debit(operator.id, '0.01')
    const refused = await confirm(other, id)
    expect([refused.status, refused.body.error_code]).toEqual([402, 'INSUFFICIENT_BALANCE'])
    const [row] = await started.database.owner`SELECT status FROM balance_adjustments WHERE id = ${id.slice(4)}`
    expect([row!.status, await balanceOf(operator.id)]).toEqual(['waiting', 599_999n as never])
    expect((await auditRows(started.database, other.id)).at(-1)).toMatchObject({
      operation: 'adjustment_refused',
      details: { code: 'INSUFFICIENT_BALANCE' },
    })
  })

  test('the database itself refuses the same person twice and a changed amount', async () => {
    const [operator, manager] = [await anOperator(), await aManager()]
    const id = (await aWaiting(manager, operator.id)).slice(4)
    const { owner } = started.database
    await expect(
      owner`UPDATE balance_adjustments SET status = 'rejected', decided_by = created_by, decided_at = now(), reject_reason = ${REASON} WHERE id = ${id}`.execute(),
    ).rejects.toThrow('adjustment_two_persons')
    await expect(owner`UPDATE balance_adjustments SET amount_fen = 1 WHERE id = ${id}`.execute()).rejects.toThrow('never changes')
    await expect(owner`DELETE FROM balance_adjustments WHERE id = ${id}`.execute()).rejects.toThrow('append-only')
  })
})

describe('is refused', () => {
  test('for a closed account, an unknown operator, a specialist, an auditor', async () => {
    const [operator, manager] = [await anOperator(), await aManager()]
    expect((await adjust(manager, newId())).body.error_code).toBe('OPERATOR_NOT_FOUND')
    await started.database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${operator.id}`
    const closed = await adjust(manager, operator.id)
    expect([closed.status, closed.body.details?.[0]?.reason]).toEqual([400, 'ALREADY_PROCESSED'])
    for (const grade of ['specialist', 'auditor'] as const) {
      const token = await staffToken((await aStaff('finance', grade)).id)
      const refused = await adjust({ id: '', token }, (await anOperator()).id)
      expect([refused.status, refused.body.error_code]).toEqual([403, 'PERMISSION_DENIED'])
    }
  })

  test.each([
    ['amount', '0.00'],
    ['amount', '1000000.01'],
    ['amount', '1.001'],
    ['amount', 5],
    ['direction', 'up'],
    ['reason', '太短'],
    ['operator_id', 'site_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55'],
    ['balance', '5.00'],
  ])('where %s is %p', async (field, value) => {
    const answer = await adjust(await aManager(), (await anOperator()).id, { [field]: value })
    expect([answer.status, answer.body.details?.map((fault) => fault.field)]).toEqual([400, [field]])
  })
})

test('a proof comes as a form; what is no picture or PDF is refused, and the file stays as it was', async () => {
  const [operator, manager] = [await anOperator(), await aManager()]
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
  const send = (file: Uint8Array<ArrayBuffer>, key: string) => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ operator_id: operator.id, direction: 'in', amount: '1.00', reason: REASON }))
      form.set(name, value)
    form.set('proof', new Blob([file]), 'proof.png')
    const headers = { Authorization: `Bearer ${manager.token}`, 'Idempotency-Key': key }
    return fetch(`${started.url}/v1/finance/adjustments`, { method: 'POST', body: form, headers })
  }
  const wrong = await send(new TextEncoder().encode('<script>'), newId())
  expect([wrong.status, ((await wrong.json()) as { details: { field: string }[] }).details[0]!.field]).toEqual([400, 'proof'])
  const key = newId()
  expect([(await send(png, key)).status, (await send(png, key)).status]).toEqual([201, 201])
  expect((await send(new Uint8Array([...png, 4]), key)).status).toBe(409)
  const rows = await started.database.owner`
    SELECT proof_type, proof_bytes, encode(proof_sha256, 'hex') AS digest FROM balance_adjustments WHERE operator_id = ${operator.id}`
  expect(rows).toMatchObject([
    { proof_type: 'image/png', proof_bytes: 11, digest: new Bun.CryptoHasher('sha256').update(png).digest('hex') },
  ])
})

describe.each(['adjustment:locked', 'adjustment:journal_written', 'adjustment:before_commit'])('kill -9 at %s', (point) => {
  test('leaves nothing behind; the same key afterwards books it once', async () => {
    const [operator, manager, key] = [await anOperator(), await aManager(), newId()]
    const dying = await spawnServer(started.database.url, { FAULT_POINT: point })
    await fetch(`${dying.url}/v1/finance/adjustments`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${manager.token}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify({ operator_id: operator.id, direction: 'in', amount: '100.00', reason: REASON }),
    }).catch(() => {})
    await dying.process.exited
    expect([dying.process.signalCode, await balanceOf(operator.id)]).toEqual(['SIGKILL', 0n as never])
    expect((await adjust(manager, operator.id, {}, key)).status).toBe(201)
    expect((await adjust(manager, operator.id, {}, key)).headers.get('idempotency-replayed')).toBe('true')
    expect(await balanceOf(operator.id)).toBe(10_000n as never)
    await soundBooks()
  })
})
