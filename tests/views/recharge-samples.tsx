import { dayRange } from '#src/core/day-range'
import { money } from '#src/core/money'
import { addSeconds } from '#src/core/time'
import { qrDrawing } from '#src/payments/qr'
import { BankTransferPage, BankTransfersPage } from '#views/finance/bank-transfers'
import { QuarantinedPage, QuarantinePage } from '#views/finance/quarantine'
import { FinanceOrderPage, FinanceOrdersPage } from '#views/finance/recharge-orders'
import { RechargePage } from '#views/operator/recharge'
import { CancelRechargePage, type RechargeCardProps, RechargeOrderPage } from '#views/operator/recharge-order'
import { type OrderView, RechargeOrdersPage } from '#views/operator/recharge-orders'
import { TransferFormPage } from '#views/operator/recharge-transfer'
import { type At, ago, id, type Sample, slice } from './sample-parts'
import { LONG, NOW, operator, type Say, staff } from './sample-props'

const STATES = ['pending', 'success', 'failed', 'expired', 'abnormal'] as const
const METHODS = ['wechat', 'alipay', 'bank'] as const
const SUMS = { orders: 12, paid: 3, paidAmount: money(1_234_500) }

const ordersOf = (say: Say): OrderView[] =>
  Array.from({ length: 10 }, (_, at) => ({
    id: id(at + 1),
    amount: money(10_000 * (at + 1)),
    paymentMethod: METHODS[at % 3]!,
    status: STATES[at % 5]!,
    late: at === 6,
    errorMessage: at % 5 > 1 ? say('支付结果查询失败，系统继续核对') : null,
    paidAt: at % 5 === 1 ? ago(at * 3_000) : null,
    createdAt: ago(at * 4_000),
  }))

/** Recharging and what finance sees of it, in their states. */
export function rechargeSamples(say: Say): Sample[] {
  const [own, finance] = [operator(say, money(1_284_050)), { ...staff(say, 'finance', 'manager'), permissions: ['recharge:resolve'] }]
  const at: At = (name, path, page) => ({ name, path, viewer: own, page })
  const desk: At = (name, path, page) => ({ name, path, viewer: finance, page })
  return [...operatorPages(say, at), ...financePages(say, desk)]
}

function operatorPages(say: Say, at: At): Sample[] {
  const rows = ordersOf(say)
  const form = {
    balance: money(1_284_050),
    methods: ['wechat', 'alipay'] as const,
    limits: { min: '10', max: '10000' },
    values: { preset: '100.00', own: '', method: '' },
    idempotencyKey: say(id(9)),
    error: null,
    message: null,
    orders: slice(rows.slice(0, 8)),
  }
  const all = dayRange({}, NOW)
  const card = (status: OrderView['status'], more: Partial<RechargeCardProps> = {}): RechargeCardProps => ({
    now: NOW,
    order: { ...rows[0]!, status, expiresAt: addSeconds(NOW, 812), providerTxnId: say('4200001234'), refunded: money(0) },
    balance: money(1_294_050),
    qr: null,
    paymentUrl: null,
    asked: false,
    simulator: null,
    transfer: null,
    ...more,
  })
  const page = `/operator/recharges/ord_${id(1)}`
  const transfer = { payerName: say(LONG), transferredOn: '2026-03-05', voucherBytes: 81_920 }
  const waiting = { qr: qrDrawing('weixin://wxpay/bizpayurl/up?pr=NwY5Mz9'), paymentUrl: 'https://wx.tenpay.com/x', asked: true }
  const fields = { amount: say('20000'), payer_name: say('杭州幻境数字娱乐'), transferred_on: '2026-03-05' }
  return [
    at('recharge', '/operator/recharge', <RechargePage {...form} />),
    at('recharge-empty', '/operator/recharge', <RechargePage {...form} methods={[]} orders={slice<OrderView>([])} />),
    at(
      'recharge-refused',
      '/operator/recharge',
      <RechargePage {...form} values={{ preset: '', own: say('9.99'), method: 'alipay' }} error={say('充值金额必须在10-10000元之间')} />,
    ),
    at(
      'recharge-orders',
      '/operator/recharges',
      <RechargeOrdersPage orders={slice(rows)} sums={SUMS} state={undefined} method={undefined} dates={all} />,
    ),
    at('recharge-waiting', `${page}?asked=true`, <RechargeOrderPage {...card('pending', { ...waiting, simulator: '/pay/wechat/1' })} />),
    at('recharge-no-code', page, <RechargeOrderPage {...card('pending')} />),
    at('recharge-success', page, <RechargeOrderPage {...card('success')} />),
    at('recharge-failed', page, <RechargeOrderPage {...card('failed')} />),
    at('recharge-expired', page, <RechargeOrderPage {...card('expired')} />),
    at('recharge-abnormal', page, <RechargeOrderPage {...card('abnormal', { transfer })} />),
    at('recharge-cancel', `${page}/cancellation`, <CancelRechargePage order={rows[0]!} />),
    at(
      'recharge-transfer',
      '/operator/bank-transfers/new',
      <TransferFormPage
        limits={{ min: '10', max: '1000000' }}
        values={fields}
        errors={{ voucher: say('请上传转账凭证') }}
        message={null}
        idempotencyKey={say(id(9))}
      />,
    ),
  ]
}

function financePages(say: Say, at: At): Sample[] {
  const orders = ordersOf(say).map((order) => ({
    order: {
      ...order,
      operatorId: id(1),
      outTradeNo: say('019b7a105c007a2e9b412f6d3c8e1a55'),
      providerTxnId: say('4200001234202601018888888888'),
      refunded: money(0),
      origin: 'operator' as const,
      checks: 3,
      nextCheckAt: NOW,
      expiresAt: NOW,
    },
    operatorName: say(LONG),
  }))
  const row = {
    id: id(1),
    channel: 'wechat' as const,
    cause: 'amount' as const,
    status: 'open' as const,
    providerTxnId: say('4200001234202601018888888888'),
    outTradeNo: say('019b7a105c007a2e9b412f6d3c8e1a55'),
    amount: money(9_999),
    operatorId: id(1),
    orderId: id(2),
    suspenseSeq: 7n,
    returnNo: say('QR019b'),
    resolution: null,
    resolvedAt: null,
    createdAt: NOW,
  }
  const kept = { row, operatorName: say(LONG), resolverName: say('李薇') }
  const decided = { ...kept, row: { ...row, status: 'returned' as const, resolution: say('核对后退回'), resolvedAt: NOW } }
  const deciding = {
    ordered: money(10_000),
    told: [{ name: say('state'), value: say('paid') }],
    mayResolve: true,
    values: { action: 'credit', operator_id: say('op_1'), reason: say('短'), manual: false },
    errors: { reason: say('至少10个字符') },
    message: say('该申请已处理，无法重复操作'),
  }
  const transfer = {
    transfer: {
      orderId: id(1),
      payerName: say(LONG),
      transferredOn: '2026-03-05',
      voucherSha256: new Uint8Array(32),
      proposedReference: say('B2026030500001'),
      bankReference: null,
      rejectReason: null,
      decidedAt: null,
      createdAt: NOW,
    },
    order: { id: id(1), amount: money(5_000_000), status: 'pending' as const },
    operatorName: say('杭州幻境数字娱乐'),
  }
  const reviewing = { mayResolve: true, limit: money(500_000), firstName: say('张发财'), deciderName: null, message: null }
  const found = { number: say('4200'), channel: 'wechat', error: say('请填写渠道流水号'), notice: 'none' as const }
  const list = { sums: SUMS, keyword: say('杭州'), state: undefined, method: undefined, dates: dayRange({}, NOW), mayFind: true, found }
  return [
    at('finance-orders', '/finance/recharge-orders', <FinanceOrdersPage orders={slice(orders)} {...list} />),
    at('finance-order', '/finance/recharge-orders/1', <FinanceOrderPage {...orders[4]!} mayCheck />),
    at(
      'quarantine',
      '/finance/quarantine',
      <QuarantinePage kept={slice([kept, { ...decided, row: { ...decided.row, id: id(2) } }])} status="open" />,
    ),
    at('quarantine-empty', '/finance/quarantine', <QuarantinePage kept={slice<typeof kept>([])} status="open" />),
    at('quarantined', `/finance/quarantine/${id(1)}`, <QuarantinedPage {...kept} {...deciding} />),
    at('quarantined-decided', `/finance/quarantine/${id(1)}`, <QuarantinedPage {...decided} {...deciding} />),
    at('bank-transfers', '/finance/bank-transfers', <BankTransfersPage transfers={slice([transfer])} state="waiting" />),
    at(
      'bank-transfer',
      `/finance/bank-transfers/ord_${id(1)}`,
      <BankTransferPage
        {...transfer}
        {...reviewing}
        values={{ bank_reference: say('B1'), reason: say('短') }}
        errors={{ reason: say('至少10个字符') }}
      />,
    ),
  ]
}
