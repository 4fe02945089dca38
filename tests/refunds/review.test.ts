import { describe, expect, test } from 'bun:test'
import { newId } from '#src/core/ids'
import { addDays, now } from '#src/core/time'
import { auditRows, faultyFields, ISO_TIME, operatorToken, staffToken, wireId, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStaff, balanceOf, debit, PASSWORD } from '#tests/support/factory'
import { aManager, aPaidOrder, aPayer, doors, REASON, refusal } from './scene'

const scene = withServer()
const { started, call } = scene
const { ask, asked, withdraw, approve, reject, detail, soundBooks, payable } = doors(scene)

const messagesOf = async (operatorId: string): Promise<string[]> =>
  (await started.database.owner`SELECT title FROM message_notifications WHERE target_operator_id = ${operatorId} ORDER BY id`).map(
    ({ title }) => title,
  )
const openAlerts = (subject: string) =>
  started.database.owner`SELECT kind, audience FROM alerts WHERE subject = ${subject} AND closed_at IS NULL`.then((rows) =>
    rows.map(({ kind, audience }) => [kind, audience]),
  )

describe('an operator asks for its money', () => {
  test('for all of it unless it says how much; several requests may stand; finance is told of each', async () => {
    const { operator, token } = await aPayer('100.00')
    const whole = await ask(token)
    expect([whole.status, whole.body.message]).toEqual([201, '退款申请已提交，等待财务审核'])
    expect(whole.body.data).toEqual({
      refund_id: expect.stringMatching(wireId('refund')),
      requested_amount: '100.00',
      actual_refund_amount: null,
      status: 'pending',
      review_stage: 1,
      reason: REASON,
      reject_reason: null,
      reviewed_by: null,
      reviewed_at: null,
      created_at: expect.stringMatching(ISO_TIME),
      payout_status: null,
    })
    const part = await ask(token, { amount: '40.5' })
    expect(part.body.data.requested_amount).toBe('40.50')
    const own = await call('GET /v1/operators/me/refunds', { token })
    expect([own.body.total, own.body.items.map(({ requested_amount }) => requested_amount)]).toEqual([2, ['40.50', '100.00']])
    expect(await balanceOf(operator.id)).toBe(10_000n as never)
    expect(await openAlerts(String(whole.body.data.refund_id).slice(7))).toEqual([['refund_pending', 'finance']])
    const [audited] = (await auditRows(started.database, operator.id)).filter(({ operation }) => operation === 'refund_request')
    expect(audited!.details).toEqual({ requested: '100.00', balance: '100.00', reason: REASON })
  })

  test('not without a balance, not for more than there is, not without saying why, not with fields of its own', async () => {
    const empty = await anOperator()
    const refused = await ask(await operatorToken(empty.id))
    expect([...refusal(refused), refused.body.message]).toEqual([400, 'INVALID_PARAMS', 'NO_BALANCE', '当前余额为0，无法申请退款'])
    const { token } = await aPayer('100.00')
    expect(refusal(await ask(token, { amount: '100.01' }))).toEqual([400, 'INVALID_PARAMS', 'AMOUNT_EXCEEDS_BALANCE'])
    for (const body of [{ amount: '0.00' }, { amount: 5 }, { amount: '-1.00' }, { amount: '1.234' }])
      expect(faultyFields(await ask(token, body))).toEqual(['amount'])
    expect(faultyFields(await ask(token, { reason: '太短' }))).toEqual(['reason'])
    expect(faultyFields(await ask(token, { operator_id: empty.id }))).toEqual(['operator_id'])
    expect((await call('GET /v1/operators/me/refunds', { token })).body.total).toBe(0)
  })

  test('and takes it back while nobody has decided, once, and only its own', async () => {
    const { token } = await aPayer('100.00')
    const id = await asked(token)
    const stranger = await aPayer('100.00')
    expect(refusal(await withdraw(stranger.token, id)).slice(0, 2)).toEqual([404, 'REFUND_NOT_FOUND'])
    const answer = await withdraw(token, id)
    expect([answer.status, answer.body.data]).toEqual([200, null as never])
    expect(refusal(await withdraw(token, id))).toEqual([400, 'INVALID_PARAMS', 'ALREADY_PROCESSED'])
    expect(refusal(await approve(await aManager(), id))).toEqual([400, 'INVALID_PARAMS', 'ALREADY_PROCESSED'])
    expect((await call('GET /v1/operators/me/refunds?status=cancelled', { token })).body.total).toBe(1)
    expect(await openAlerts(id.slice(7))).toEqual([])
    expect(refusal(await withdraw(token, newId())).slice(0, 2)).toEqual([404, 'REFUND_NOT_FOUND'])
  })
})

describe('finance approves', () => {
  test('the money leaves the balance, is owed, and is planned over the newest orders first, each with a number of its own', async () => {
    const { operator, token, orderIds } = await aPayer('100.00', '50.00', '30.00')
    const id = await asked(token, { amount: '60.00' })
    const manager = await aStaff('finance', 'manager')
    const person = await staffToken(manager.id)
    const answer = await approve(person, id, { note: '已电话核实' })
    expect([answer.status, answer.body.message]).toEqual([200, '退款已批准并处理'])
    expect(answer.body.data).toEqual({
      refund_id: id,
      requested_amount: '60.00',
      actual_refund_amount: '60.00',
      balance_after: '120.00',
      payout_status: 'processing',
    })
    expect([await balanceOf(operator.id), await payable(operator.id)]).toEqual([12_000n as never, 6_000n])
    const number = expect.stringMatching(/^[0-9A-Za-z_-]{1,64}$/)
    const shown = await detail(person, id)
    expect(shown.payouts).toEqual([
      { order_id: `ord_${orderIds[2]}`, channel: 'wechat', amount: '30.00', status: 'processing', out_refund_no: number },
      { order_id: `ord_${orderIds[1]}`, channel: 'wechat', amount: '30.00', status: 'processing', out_refund_no: number },
    ])
    expect(shown).toMatchObject({
      status: 'approved',
      actual_refund_amount: '60.00',
      reviewed_by: `fin_${manager.id}`,
      operator_id: `op_${operator.id}`,
      current_balance: '120.00',
      operator_finance: { total_recharged: '180.00', total_refunded: '60.00', total_sessions: 0 },
    })
    const orders = await started.database
      .owner`SELECT refunded_fen AS fen, refund_count AS n FROM recharge_orders WHERE operator_id = ${operator.id} ORDER BY paid_at`
    expect(orders.map(({ fen, n }) => [fen, n])).toEqual([
      [0n, 0],
      [3_000n, 1],
      [3_000n, 1],
    ])
    expect(await messagesOf(operator.id)).toEqual(['退款申请已通过'])
    expect((await auditRows(started.database, manager.id)).map(({ operation }) => operation)).toEqual(['refund_approve'])
    expect(await openAlerts(id.slice(7))).toEqual([])
    const queued = await started.database.owner`SELECT key FROM graphile_worker.jobs WHERE task_identifier = 'refund_send'`
    expect(queued.length >= 2).toBe(true)
    await soundBooks()
  })

  test('what was played meanwhile is not refunded: actual is the smaller of what was asked and what is there', async () => {
    const { operator, token } = await aPayer('100.00')
    const id = await asked(token)
    const siteId = await aSite(operator.id)
    const applicationId = await anApplication({ price: '50.00' })
    await aGrant(operator.id, applicationId)
    expect((await authorize(started.url, { operator, siteId, applicationId }, { players: 1 })).status).toBe(200)
    const person = await aManager()
    expect((await approve(person, id)).body.data).toMatchObject({
      requested_amount: '100.00',
      actual_refund_amount: '50.00',
      balance_after: '0.00',
    })
    await soundBooks()
  })

  test('games that run at the very moment: every fen is played or refunded, never both', async () => {
    for (let round = 0; round < 4; round++) {
      const { operator, token } = await aPayer('100.00')
      const id = await asked(token)
      const siteId = await aSite(operator.id)
      const applicationId = await anApplication({ price: '10.00' })
      await aGrant(operator.id, applicationId)
      const store = { operator, siteId, applicationId }
      const person = await aManager()
      const [answer, ...games] = await Promise.all([
        approve(person, id),
        ...Array.from({ length: 8 }, () => authorize(started.url, store, { players: 1 })),
      ])
      const played = games.filter(({ status }) => status === 200).length
      expect(answer.status).toBe(200)
      expect(answer.body.data.actual_refund_amount).toBe(`${100 - played * 10}.00`)
      expect(await balanceOf(operator.id)).toBe(0n as never)
    }
    await soundBooks()
  })

  test('nothing at all when nothing is left', async () => {
    const { operator, token } = await aPayer('100.00')
    const id = await asked(token)
    await debit(operator.id, '100.00')
    const refused = await approve(await aManager(), id)
    expect(refusal(refused)).toEqual([400, 'INVALID_PARAMS', 'NO_BALANCE'])
    expect((await call('GET /v1/operators/me/refunds?status=pending', { token })).body.total).toBe(1)
  })

  test('several requests at once, by many people, each twice: the balance is paid out once and never more', async () => {
    const { operator, token } = await aPayer('100.00', '100.00')
    const ids = await Promise.all([1, 2, 3].map(() => asked(token, { amount: '90.00' })))
    const people = await Promise.all([1, 2, 3, 4].map(() => aManager()))
    const answers = await Promise.all(people.flatMap((person) => ids.map((id) => approve(person, id))))
    const paid = answers.filter(({ status }) => status === 200).map(({ body }) => Number(body.data.actual_refund_amount))
    expect(paid.toSorted((a, b) => b - a)).toEqual([90, 90, 20])
    for (const refused of answers.filter(({ status }) => status !== 200))
      expect(refusal(refused)).toEqual([400, 'INVALID_PARAMS', 'ALREADY_PROCESSED'])
    expect([await balanceOf(operator.id), await payable(operator.id)]).toEqual([0n as never, 20_000n])
    await soundBooks()
  })

  test('money that no order can take goes by bank: older than a year, refunded 50 times, put in by hand', async () => {
    const operator = await anOperator({ balance: '7.00' })
    await aPaidOrder(operator.id, { yuan: '20.00', at: addDays(now(), -366) })
    const young = await aPaidOrder(operator.id, { yuan: '50.00', at: addDays(now(), -364) })
    const byBank = await aPaidOrder(operator.id, { yuan: '30.00', channel: 'bank', at: addDays(now(), -3) })
    const id = await asked(await operatorToken(operator.id))
    const person = await aManager()
    await approve(person, id)
    const { payouts } = await detail(person, id)
    expect(
      (payouts as { order_id: string; channel: string; amount: string }[]).map(({ order_id, channel, amount }) => [
        order_id,
        channel,
        amount,
      ]),
    ).toEqual([
      [`ord_${byBank}`, 'bank', '30.00'],
      [`ord_${young}`, 'wechat', '50.00'],
      [null as never, 'bank', '27.00'],
    ])
    await soundBooks()
  })
})

describe('above 5,000.00 two people look', () => {
  test('the first moves nothing, the same person again is refused, the second pays', async () => {
    const { operator, token } = await aPayer('3000.00', '3000.00')
    const id = await asked(token)
    const [first, second] = await Promise.all([aStaff('finance', 'manager'), aStaff('finance', 'manager')])
    const [one, other] = await Promise.all([staffToken(first.id), staffToken(second.id)])
    const begun = await approve(one, id)
    expect([begun.status, begun.body.data]).toEqual([
      200,
      { refund_id: id, requested_amount: '6000.00', status: 'pending', review_stage: 2 },
    ])
    expect([await balanceOf(operator.id), await payable(operator.id)]).toEqual([600_000n as never, 0n])
    const again = await approve(one, id)
    expect([again.status, again.body.error_code, again.body.details.limit]).toEqual([403, 'SECOND_REVIEWER_REQUIRED', '5000.00'])
    const done = await approve(other, id)
    expect(done.body.data).toMatchObject({ actual_refund_amount: '6000.00', balance_after: '0.00' })
    const [row] = await started.database.owner`SELECT first_reviewer, second_reviewer FROM refund_records WHERE id = ${id.slice(7)}`
    expect(row).toEqual({ first_reviewer: first.id, second_reviewer: second.id })
    await soundBooks()
  })

  test('exactly the limit needs one person; a fen more needs two; balance that shrank below it needs one', async () => {
    const { token, operator } = await aPayer('5000.01')
    const [exact, more] = [await asked(token, { amount: '5000.00' }), await asked(token, { amount: '5000.01' })]
    const person = await aManager()
    expect((await approve(person, more)).body.data.review_stage).toBe(2)
    expect((await approve(person, exact)).body.data.actual_refund_amount).toBe('5000.00')
    expect(refusal(await approve(person, more)).slice(0, 2)).toEqual([403, 'SECOND_REVIEWER_REQUIRED'])
    expect((await approve(await aManager(), more)).body.data.actual_refund_amount).toBe('0.01')
    expect(await balanceOf(operator.id)).toBe(0n as never)
  })

  test('either may reject, the first one too; then nobody can approve', async () => {
    const { token } = await aPayer('9000.00')
    const [mine, theirs] = [await asked(token), await asked(token)]
    const [one, other] = [await aManager(), await aManager()]
    for (const id of [mine, theirs]) await approve(one, id)
    expect([(await reject(one, mine)).status, (await reject(other, theirs)).status]).toEqual([200, 200])
    for (const id of [mine, theirs]) expect(refusal(await approve(other, id))).toEqual([400, 'INVALID_PARAMS', 'ALREADY_PROCESSED'])
  })

  test('what was asked can never be edited, what was approved neither, not even by hand', async () => {
    const { token } = await aPayer('100.00')
    const id = (await asked(token)).slice(7)
    const { owner } = started.database
    expect(owner`UPDATE refund_records SET requested_fen = 20000 WHERE id = ${id}`).rejects.toMatchObject({ code: '42501' })
    await approve(await aManager(), `refund_${id}`)
    expect(owner`UPDATE refund_records SET actual_fen = 1 WHERE id = ${id}`).rejects.toMatchObject({ code: '42501' })
    expect(owner`UPDATE refund_payouts SET amount_fen = 1 WHERE refund_id = ${id}`).rejects.toMatchObject({ code: '42501' })
    expect(owner`UPDATE refund_payouts SET out_refund_no = 'other' WHERE refund_id = ${id}`).rejects.toMatchObject({ code: '42501' })
  })
})

describe('who may', () => {
  test.each([
    ['specialist', 403],
    ['auditor', 403],
    ['manager', 200],
  ] as const)('a %s of finance looks; deciding answers %i', async (grade, status) => {
    const { token } = await aPayer('100.00')
    const id = await asked(token)
    const person = await staffToken((await aStaff('finance', grade)).id)
    expect((await call(`GET /v1/finance/refunds/${id}`, { token: person })).status).toBe(200)
    expect((await approve(person, id)).status).toBe(status)
  })

  test('the applicant decides nothing, nor do people of other doors', async () => {
    const { token, operator } = await aPayer('100.00')
    const id = await asked(token)
    for (const person of [token, await staffToken((await aStaff('admin')).id), await staffToken((await aStaff('super_admin')).id)]) {
      expect([(await approve(person, id)).status, (await reject(person, id)).status]).toEqual([403, 403])
    }
    expect(await balanceOf(operator.id)).toBe(10_000n as never)
  })

  test('an unknown request is 404, a malformed id 400', async () => {
    const person = await aManager()
    expect(refusal(await approve(person, `refund_${newId()}`)).slice(0, 2)).toEqual([404, 'REFUND_NOT_FOUND'])
    expect((await approve(person, 'ord_1')).status).toBe(400)
    expect(faultyFields(await approve(person, `refund_${newId()}`, { note: '长'.repeat(201) }))).toEqual(['note'])
    expect(faultyFields(await approve(person, `refund_${newId()}`, { amount: '1.00' }))).toEqual(['amount'])
  })
})

test('an account stays open while a refund of it is on its way: what bounces comes back to its balance', async () => {
  const { token } = await aPayer('100.00')
  const id = await asked(token)
  await approve(await aManager(), id)
  const close = () => call('DELETE /v1/operators/me', { token, body: { password: PASSWORD } })
  const refused = await close()
  const { error_code, details } = refused.body
  expect([refused.status, error_code, details as unknown]).toEqual([409, 'OPEN_ITEMS', { items: [{ type: 'refund', id }] }])
  await started.database.owner`UPDATE refund_payouts SET status = 'abnormal' WHERE refund_id = ${id.slice(7)}`
  expect((await close()).status).toBe(409)
})
