import { expect, test } from 'bun:test'
import { faultyFields, ISO_TIME, operatorToken, withServer } from '#tests/support/api'
import { anOperator, balanceOf } from '#tests/support/factory'
import { aManager, aPayer, doors, REFUSAL, refusal } from './scene'

const scene = withServer()
const { started, call } = scene
const { asked, reject } = doors(scene)

const messagesOf = async (operatorId: string): Promise<string[]> =>
  (await started.database.owner`SELECT title FROM message_notifications WHERE target_operator_id = ${operatorId} ORDER BY id`).map(
    ({ title }) => title,
  )
test('rejected: nothing moves, the operator is told why', async () => {
  const { operator, token } = await aPayer('100.00')
  const id = await asked(token)
  const person = await aManager()
  expect(faultyFields(await reject(person, id, '短'))).toEqual(['reason'])
  const answer = await reject(person, id)
  expect([answer.status, answer.body as unknown]).toEqual([200, { success: true, message: '退款已拒绝', data: null }])
  const [item] = (await call('GET /v1/operators/me/refunds?status=rejected', { token })).body.items
  expect(item).toMatchObject({
    status: 'rejected',
    reject_reason: REFUSAL,
    reviewed_at: expect.stringMatching(ISO_TIME),
    actual_refund_amount: null,
  })
  expect(await messagesOf(operator.id)).toEqual(['退款申请未通过'])
  expect(await balanceOf(operator.id)).toBe(10_000n as never)
  expect(refusal(await reject(person, id))).toEqual([400, 'INVALID_PARAMS', 'ALREADY_PROCESSED'])
})

test('the queue of finance: pending unless asked otherwise, found by name and by number', async () => {
  const operator = await anOperator({ balance: '12.00', name: '退款队列测试乐园' })
  const token = await operatorToken(operator.id)
  const [first, second] = [await asked(token), await asked(token)]
  const person = await aManager()
  await reject(person, first)
  const look = async (query: string) => (await call(`GET /v1/finance/refunds?${query}`, { token: person })).body
  const waiting = await look(`keyword=${encodeURIComponent('退款队列')}`)
  expect([waiting.total, waiting.items[0]]).toMatchObject([
    1,
    { refund_id: second, operator_name: '退款队列测试乐园', operator_category: 'trial', current_balance: '12.00' },
  ])
  expect((await look(`status=all&keyword=${encodeURIComponent('退款队列')}`)).total).toBe(2)
  expect((await look(`status=all&keyword=${first}`)).items.map(({ refund_id }) => refund_id)).toEqual([first])
  expect((await call('GET /v1/finance/refunds?status=done', { token: person })).status).toBe(400)
})
