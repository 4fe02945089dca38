import { newId, type Uuid } from '#src/core/ids'
import { money as fen } from '#src/core/money'
import { now } from '#src/core/time'
import { proposeReversal } from '#src/invoices/reversals/reversals'
import { transaction } from '#src/platform/database'
import { aStaff } from '#tests/support/factory'
import { BAD_MONEY, badText, type Endpoint, notFound, optional, REASON, required, type World } from './endpoint'
import { anInvoice, issued } from './invoices'
import { id, nothing, oneOf, text } from './shapes'

/** Taking an issued invoice back: rows that API.md does not name. */

const finance = ({ staff }: World) => staff.finance

async function proposed(invoiceId: Uuid, proposer: Uuid): Promise<Uuid> {
  const actor = { kind: 'staff' as const, id: proposer, name: '张发财', role: 'manager' }
  const input = { kind: 'red' as const, amount: fen(50), reason_code: 'return' as const, reason: REASON, confirmation_no: null }
  return transaction((tx) => proposeReversal(tx, invoiceId, input, { actor, origin: null, at: now() }))
}

const proposing =
  (amount: string, more: object = {}) =>
  async (world: World, invoiceId?: string) => ({
    token: finance(world),
    params: { invoice_id: invoiceId ?? (await issued(world)) },
    body: { kind: 'red', amount, reason_code: 'return', reason: REASON, ...more },
  })
const deciding =
  (body?: Record<string, unknown>, isOwn = false) =>
  async (world: World) => {
    const invoiceId = await issued(world)
    const [own] = await world.sql`SELECT admin_id AS id FROM auth_sessions WHERE id = ${sessionOf(finance(world))}`
    const proposer = isOwn ? own!.id : (await aStaff('finance')).id
    const id = await proposed(invoiceId, proposer)
    return { token: finance(world), params: { invoice_id: invoiceId, reversal_id: id }, ...(body && { body }) }
  }
const sessionOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sid
const ofNobody = (body?: Record<string, unknown>) => async (world: World) => ({
  token: finance(world),
  params: { invoice_id: await issued(world), reversal_id: newId() },
  ...(body && { body }),
})
const isLate = (body?: Record<string, unknown>) => async (world: World) => {
  const asked = await deciding(body)(world)
  await world.sql`UPDATE invoice_reversals SET status = 'rejected', reject_reason = ${REASON}, decided_by = proposed_by, decided_at = now()
    WHERE id = ${asked.params.reversal_id}`
  return asked
}
const lateRefusal = { status: 400, code: 'INVALID_PARAMS', reason: 'ALREADY_PROCESSED', message: '该申请已处理，无法重复操作' } as const

export const REVERSALS: Endpoint[] = [
  {
    at: 'POST /v1/finance/invoices/{invoice_id}/reversals',
    mark: 'own',
    who: 'finance',
    permission: 'invoice:review',
    fields: {
      kind: required('black', 7),
      amount: required(...BAD_MONEY, '0.00'),
      reason_code: required('whim', 7),
      reason: required(...badText(10, 200)),
      confirmation_no: optional('a b', '1'.repeat(33), 7),
    },
    success: { status: 201, message: '已提交，等待另一名财务人员复核', data: { reversal_id: text, status: oneOf('proposed') } },
    ask: async (world) => proposing('0.50', { confirmation_no: '33012611220001' })(world),
    errors: [
      ...notFound('INVOICE_NOT_FOUND', (world, invoiceId) => ({
        token: finance(world),
        params: { invoice_id: invoiceId },
        body: { kind: 'red', amount: '0.50', reason_code: 'return', reason: REASON },
      })),
      {
        when: 'more than is left of it',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'EXCEEDS_INVOICE',
        ask: async (world) => proposing('1000.01')(world),
      },
      { when: 'not issued', ...lateRefusal, ask: async (world) => proposing('0.50')(world, await anInvoice(world)) },
    ],
  },
  {
    at: 'POST /v1/finance/invoices/{invoice_id}/reversals/{reversal_id}/confirm',
    mark: 'own',
    who: 'finance',
    permission: 'invoice:review',
    success: {
      status: 200,
      message: '发票已作废或红冲',
      data: { reversal_id: text, invoice_id: id('inv'), red_number: text },
    },
    ask: deciding(),
    errors: [
      { when: 'there is none', status: 404, code: 'RESOURCE_NOT_FOUND', ask: ofNobody() },
      { when: 'decided already', ...lateRefusal, ask: isLate() },
      { when: 'it is one’s own', status: 403, code: 'SECOND_REVIEWER_REQUIRED', ask: deciding(undefined, true) },
    ],
  },
  {
    at: 'POST /v1/finance/invoices/{invoice_id}/reversals/{reversal_id}/reject',
    mark: 'own',
    who: 'finance',
    permission: 'invoice:review',
    fields: { reason: required(...badText(10, 200)) },
    success: { status: 200, message: '申请已驳回', data: nothing },
    ask: deciding({ reason: REASON }),
    errors: [
      { when: 'there is none', status: 404, code: 'RESOURCE_NOT_FOUND', ask: ofNobody({ reason: REASON }) },
      { when: 'decided already', ...lateRefusal, ask: isLate({ reason: REASON }) },
    ],
  },
]
