import * as v from 'valibot'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { addDays, addSeconds, businessDay, now, startOfDay } from '#src/core/time'
import { InvoiceInput, requestInvoice } from '#src/invoices/request'
import { proposeReversal } from '#src/invoices/reversals/reversals'
import { addTitle } from '#src/invoices/titles'
import { announceTransfer } from '#src/payments/bank-transfers/transfers'
import { useGateways } from '#src/payments/gateways/registry'
import { settleOrder } from '#src/payments/settle'
import { startRecharge } from '#src/payments/start'
import { transaction } from '#src/platform/database'
import { reconcileBills } from '#src/reconciliation/close-day'
import { requestRefund } from '#src/refunds/request'
import { approveRefund } from '#src/refunds/review'
import { advancePayout } from '#src/refunds/send'
import { issueFor, TAX_ID } from '#tests/invoices/money'
import type { TestDatabase } from '#tests/support/database'
import { startGateway, type TestGateway } from '#tests/support/gateway'

/**
 * What the demo's past does not tell, done by the product's own functions against the simulated bank: payments that wait and that do
 * not fit, a refund of which one part bounced, invoices, a bill that says something else.
 */
export async function tellStories(database: TestDatabase, demo: Demo): Promise<TestGateway> {
  const bank = await startGateway({ pace: 0 })
  useGateways(bank.env, 'http://127.0.0.1:9')
  const finance = await financePerson(database, 'finance001')
  await payIn(bank, demo)
  await refund(database, demo, finance)
  await invoice(demo, finance, await financePerson(database, 'finance002'))
  await readBill(bank)
  // The last word: an order that still waits to be paid.
  await place(demo, '200.00', 'alipay')
  return bank
}

type Demo = { id: Uuid; name: string }
const actOf = ({ id, name }: Demo): PersonalAct => ({ actor: { kind: 'operator', id, name, role: 'operator' }, origin: null, at: now() })
const financeAct = (id: Uuid): PersonalAct => ({ actor: { kind: 'staff', id, name: '张发财', role: 'manager' }, origin: null, at: now() })

const place = (operator: Demo, yuan: string, payment_method: 'wechat' | 'alipay' = 'wechat') => {
  const payer = { operatorId: operator.id, device: 'desk' as const, clientIp: '127.0.0.1', idempotencyKey: null }
  return startRecharge({ amount: parseYuan(yuan)!, payment_method, ...payer }, actOf(operator))
}

async function financePerson({ owner }: TestDatabase, username: string): Promise<Uuid> {
  const [row] = await owner<{ id: Uuid }[]>`SELECT id FROM admin_accounts WHERE username = ${username}`
  return row!.id
}

async function payIn(bank: TestGateway, operator: Demo): Promise<void> {
  const paid = await place(operator, '500.00')
  await bank.control.pay('wechat', paid.outTradeNo)
  await settleOrder({ orderId: paid.id }, now())
  const odd = await place(operator, '300.00')
  await bank.control.chaos('trade.wrong_amount', { outTradeNo: odd.outTradeNo, amount: 29_000 })
  await bank.control.pay('wechat', odd.outTradeNo)
  await settleOrder({ orderId: odd.id }, now())
  const transfer = { amount: parseYuan('30000.00')!, payer_name: '杭州星空探索文化有限公司', transferred_on: businessDay(now()) }
  await announceTransfer(operator.id, transfer, { bytes: VOUCHER, idempotencyKey: newId() }, actOf(operator))
}

/** The newest order takes its part back at once; the one before it is the demo's, which this bank does not know. */
async function refund({ owner }: TestDatabase, operator: Demo, finance: Uuid): Promise<void> {
  const act = actOf(operator)
  const ask = (yuan: string, reason: string) =>
    transaction((tx) => requestRefund(tx, operator.id, { amount: parseYuan(yuan)!, reason }, act))
  const id = await ask('600.00', '滨江店暂停营业一个月，退回部分余额')
  await transaction((tx) => approveRefund(tx, id, '已电话核实', financeAct(finance)))
  for (const payout of await owner<{ id: Uuid }[]>`SELECT id FROM refund_payouts WHERE refund_id = ${id}`)
    await advancePayout(payout.id, now())
  await ask('50.00', '活动取消，退回预充的场地活动费用')
}

async function invoice(operator: Demo, finance: Uuid, second: Uuid): Promise<void> {
  const title = { invoice_title: '杭州星空探索文化有限公司', tax_id: TAX_ID, email: 'fapiao@xingkong-mr.example', ...NO_COMPANY }
  await transaction((tx) => addTitle(tx, operator.id, title, actOf(operator)))
  const ask = (amount: string) => {
    const input = v.parse(InvoiceInput, { amount, invoice_title: title.invoice_title, tax_id: TAX_ID })
    return transaction((tx) => requestInvoice(tx, operator.id, input, actOf(operator)))
  }
  const reversed = await ask('200.00')
  await issueFor(reversed, finance)
  const wish = {
    kind: 'red',
    amount: parseYuan('80.00')!,
    reason_code: 'return',
    reason: '门店停业两周，按退款金额红冲',
    confirmation_no: null,
  } as const
  await transaction((tx) => proposeReversal(tx, reversed, wish, financeAct(second)))
  await issueFor(await ask('300.00'), finance)
  await ask('88.00')
}

const NO_COMPANY = { bank_name: null, bank_account: null, company_address: null, company_phone: null }

/** Tomorrow's look at today's bill, which names another amount for one payment. */
async function readBill(bank: TestGateway): Promise<void> {
  const [trade] = await bank.control.trades()
  await bank.control.changeBill('wechat', businessDay(now()), { change: 'amount', number: trade!.out_trade_no, amount: 49_000 })
  // Bills are there by ten in the morning.
  const morning = addSeconds(addDays(startOfDay(businessDay(now())), 1), 11 * 3_600)
  await bank.control.advance(morning.getTime() - now().getTime())
  await reconcileBills({ now: morning })
}

/** A picture of one white point. */
const VOUCHER = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
)
