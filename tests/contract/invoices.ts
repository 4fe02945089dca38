import { newId } from '#src/core/ids'
import { anInvoiceBody, issueFor, recharged, refunded } from '#tests/invoices/money'
import { anOperator } from '#tests/support/factory'
import { BAD_MONEY, BAD_PAGE, badText, type Endpoint, notFound, optional, REASON, type Refusal, required, type World } from './endpoint'
import { id, money, nothing, oneOf, orNull, text, time } from './shapes'

/** API.md 4 and 6, invoices. */

const invoice = {
  invoice_id: id('inv'),
  invoice_number: orNull(text),
  invoice_type: oneOf('vat_normal', 'vat_special'),
  amount: money,
  invoice_title: text,
  tax_id: text,
  email: text,
  status: oneOf('pending', 'approved', 'rejected', 'cancelled'),
  pdf_url: orNull(text),
  reject_reason: orNull(text),
  reviewed_by: orNull(id('fin')),
  reviewed_at: orNull(time),
  created_at: time,
}

/** A request of an operator that paid for it; decided ones as the database would hold them. */
export async function anInvoice({ sql, operator }: Pick<World, 'sql' | 'operator'>, status = 'pending'): Promise<string> {
  await recharged(operator.id, '1000.00')
  const invoiceId = newId()
  await sql`
    INSERT INTO invoice_records (id, operator_id, invoice_type, amount_fen, invoice_title, tax_id, email, status, reviewed_by, reviewed_at,
      reject_reason, created_at, updated_at)
    VALUES (${invoiceId}, ${operator.id}, 'vat_normal', 100000, '杭州幻境数字娱乐有限公司', '91110000802100433B', 'a@example.com', ${status},
      (SELECT id FROM admin_accounts WHERE ${status} = 'rejected' LIMIT 1), CASE WHEN ${status} = 'rejected' THEN now() END,
      CASE WHEN ${status} = 'rejected' THEN '抬头与税号不一致，请核对' END, now(), now())`
  return invoiceId
}

const foreign = async ({ sql }: World) => anInvoice({ sql, operator: await anOperator() })
const of =
  (who: (world: World) => string, more: object = {}) =>
  (world: World, invoiceId: string) => ({ token: who(world), params: { invoice_id: invoiceId }, ...more })
const own = ({ token }: World) => token
const finance = ({ staff }: World) => staff.finance

const processed = (ask: ReturnType<typeof of>, status: string): Refusal => ({
  when: `${status} already`,
  status: 400,
  code: 'INVALID_PARAMS',
  reason: 'ALREADY_PROCESSED',
  message: '该申请已处理，无法重复操作',
  ask: async (world) => ask(world, await anInvoice(world, status)),
})

const company = { bank_name: '招商银行', bank_account: '571900000010001', company_address: '延安路 98 号', company_phone: '0571-88880000' }
const asking =
  (amount: string, more: object = {}) =>
  async (world: World) => {
    await recharged(world.operator.id, '1000.00')
    return { token: world.token, body: anInvoiceBody(amount, more) }
  }

const approve = of(finance, { body: { note: '核对无误' } })
const reject = of(finance, { body: { reason: REASON } })

export const INVOICES: Endpoint[] = [
  {
    at: 'GET /v1/operators/me/invoices',
    mark: 'C',
    who: 'operator',
    fields: { ...BAD_PAGE, status: optional('open') },
    success: { status: 200, items: invoice, top: { invoiceable_amount: money } },
    ask: async (world) => {
      await anInvoice(world)
      return { token: world.token, query: { status: 'pending' } }
    },
  },
  {
    at: 'POST /v1/operators/me/invoices',
    mark: 'C',
    who: 'operator',
    fields: {
      amount: required(...BAD_MONEY, '0.00'),
      invoice_title: required(...badText(2, 128)),
      tax_id: required('12345678901234', '123456789012345678901', '9111000080210043-B', '91110000802100433b', 7),
      email: optional('nobody', 7),
      invoice_type: optional('receipt', 7),
      bank_name: optional('字'.repeat(129), 7),
      bank_account: optional('1'.repeat(65), 7),
      company_address: optional('字'.repeat(201), 7),
      company_phone: optional('1'.repeat(33), 7),
    },
    success: { status: 201, message: '发票申请已提交，等待财务审核', data: invoice },
    ask: asking('1000.00', company),
    errors: [
      {
        when: 'more than may be invoiced',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'EXCEEDS_INVOICEABLE',
        message: /^开票金额不能超过已充值金额/,
        ask: asking('1000.01'),
      },
      ...Object.keys(company).map((field) => ({
        when: `a special invoice without ${field}`,
        status: 400,
        code: 'INVALID_PARAMS',
        ask: asking('10.00', { invoice_type: 'vat_special', ...company, [field]: undefined }),
      })),
      { when: 'an unknown field', status: 400, code: 'INVALID_PARAMS', ask: asking('10.00', { colour: 'red' }) },
    ],
  },
  {
    at: 'DELETE /v1/operators/me/invoices/{invoice_id}',
    mark: '+',
    who: 'operator',
    success: { status: 200, message: '发票申请已撤回', data: nothing },
    ask: async (world) => of(own)(world, await anInvoice(world)),
    errors: [...notFound('INVOICE_NOT_FOUND', of(own), foreign), processed(of(own), 'rejected')],
  },
  {
    at: 'GET /v1/operators/me/invoices/{invoice_id}/pdf',
    mark: '+',
    who: 'operator',
    success: { status: 200, file: /^attachment; filename="invoice_FP\d{6}_\d{6}\.pdf"$/ },
    ask: async (world) => of(own)(world, await issued(world)),
    errors: [
      ...notFound('INVOICE_NOT_FOUND', of(own), foreign),
      {
        when: 'not issued yet',
        status: 404,
        code: 'INVOICE_NOT_READY',
        details: ['status'],
        ask: async (world) => of(own)(world, await anInvoice(world)),
      },
    ],
  },
  {
    at: 'GET /v1/finance/invoices',
    mark: 'C',
    who: 'finance',
    permission: 'invoice:view',
    fields: { ...BAD_PAGE, status: optional('open'), keyword: optional('字'.repeat(101)) },
    success: {
      status: 200,
      items: { ...invoice, operator_id: id('op'), operator_name: text, operator_category: oneOf('trial', 'normal', 'vip') },
    },
    ask: async (world) => {
      await anInvoice(world)
      return { token: finance(world), query: { keyword: '幻境' } }
    },
  },
  {
    at: 'POST /v1/finance/invoices/{invoice_id}/approve',
    mark: 'C',
    who: 'finance',
    permission: 'invoice:review',
    fields: { note: optional('字'.repeat(201), 7) },
    success: { status: 200, message: '发票已批准并生成', data: { invoice_id: id('inv'), pdf_url: text } },
    ask: async (world) => approve(world, await anInvoice(world)),
    errors: [
      ...notFound('INVOICE_NOT_FOUND', approve),
      processed(approve, 'cancelled'),
      {
        when: 'a refund came after the request',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'EXCEEDS_INVOICEABLE',
        ask: async (world) => {
          const invoiceId = await anInvoice(world)
          const [reviewer] = await world.sql`SELECT id FROM admin_accounts LIMIT 1`
          await refunded(world.operator.id, reviewer!.id, '1.00')
          return approve(world, invoiceId)
        },
      },
    ],
  },
  {
    at: 'POST /v1/finance/invoices/{invoice_id}/reject',
    mark: '+',
    who: 'finance',
    permission: 'invoice:review',
    fields: { reason: required(...badText(10, 200)) },
    success: { status: 200, message: '发票申请已拒绝', data: nothing },
    ask: async (world) => reject(world, await anInvoice(world)),
    errors: [...notFound('INVOICE_NOT_FOUND', reject), processed(reject, 'rejected')],
  },
  {
    at: 'GET /v1/finance/invoices/{invoice_id}/pdf',
    mark: 'own',
    who: 'finance',
    permission: 'invoice:view',
    success: { status: 200, file: /^attachment; filename="invoice_FP\d{6}_\d{6}\.pdf"$/ },
    ask: async (world) => of(finance)(world, await issued(world)),
    errors: [
      ...notFound('INVOICE_NOT_FOUND', of(finance)),
      {
        when: 'not issued yet',
        status: 404,
        code: 'INVOICE_NOT_READY',
        details: ['status'],
        ask: async (world) => of(finance)(world, await anInvoice(world)),
      },
    ],
  },
]

/** One that finance has approved, file and all. */
export async function issued(world: World): Promise<string> {
  const invoiceId = await anInvoice(world)
  const [reviewer] = await world.sql`SELECT id FROM admin_accounts LIMIT 1`
  await issueFor(invoiceId, reviewer!.id)
  return invoiceId
}
