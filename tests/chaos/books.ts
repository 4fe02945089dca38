import type { Sql } from 'postgres'
import type { Uuid } from '#src/core/ids'
import { addDays, addSeconds, businessDay, now, startOfDay } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { reconcileBills } from '#src/reconciliation/close-day'
import { bookFaults } from '#tests/ledger/books'
import type { TestGateway } from '#tests/support/gateway'
import type { World } from './world'

type Channel = 'wechat' | 'alipay'
type OrderRow = {
  id: Uuid
  number: string
  channel: Channel
  status: string
  amount: bigint
  credits: number
  credited: bigint
  kept: string | null
}
type PayoutRow = { number: string; channel: string; status: string; amount: bigint }

/** Everything in which our books and the bank's differ about one operator, in sentences. */
export async function wrongBooks(world: World, operatorId: Uuid) {
  const { owner, bank } = world
  const orders = await owner<OrderRow[]>`
    SELECT o.id, o.out_trade_no AS number, o.payment_method AS channel, o.status, o.amount_fen AS amount, count(t.id)::int AS credits,
           coalesce(sum(t.amount_fen), 0)::bigint AS credited, (SELECT q.cause FROM payment_quarantine q WHERE q.order_id = o.id LIMIT 1) AS kept
    FROM recharge_orders o LEFT JOIN transaction_records t ON t.order_id = o.id AND t.type = 'recharge'
    WHERE o.operator_id = ${operatorId} GROUP BY o.id`
  const payouts = await owner<PayoutRow[]>`
    SELECT p.out_refund_no AS number, p.channel, p.status, p.amount_fen AS amount
    FROM refund_payouts p JOIN refund_records r ON r.id = p.refund_id WHERE r.operator_id = ${operatorId}`
  const trades = await Promise.all(orders.map(({ channel, number }) => bank.control.trade(channel, number).catch(() => undefined)))
  const faults = orders.flatMap((order, index) => orderFaults(order, trades[index]))
  const refunds = trades.flatMap((trade) => trade?.refunds ?? [])
  faults.push(...payoutFaults(payouts, refunds))
  faults.push(...(await clearingFaults(world, operatorId, trades, refunds)))
  faults.push(...(await bookFaults(owner, [operatorId])).map(({ what, detail }) => `books: ${what} ${detail}`))
  const proof = await proveLedger({ now: now(), operatorId })
  faults.push(...proof.findings.map(({ rule, row, text }) => `proof: ${rule} ${row} ${text}`))
  return { faults, orders: orders.length, paid: trades.filter((trade) => trade?.state === 'paid').length, refunds: refunds.length }
}

type Trade = Awaited<ReturnType<TestGateway['control']['trade']>> | undefined

function orderFaults(order: OrderRow, trade: Trade): string[] {
  const name = `order ${order.number} (${order.status}, credited ${order.credits} times, ${order.credited} fen)`
  const isPaid = trade?.state === 'paid'
  if (order.status === 'pending' || order.status === 'abnormal') {
    return isPaid && order.kept ? [] : [`${name} never came to an end; the bank says ${trade?.state ?? 'unknown'}`]
  }
  if (!isPaid) return order.credits === 0 && order.status !== 'success' ? [] : [`${name}, but nobody paid`]
  if (trade.lie || BigInt(trade.amount) !== order.amount) {
    return order.credits === 0 && order.kept ? [] : [`${name} was paid otherwise than ordered (${trade.lie}) and is not kept apart`]
  }
  const isRight = order.status === 'success' && order.credits === 1 && order.credited === order.amount
  return isRight ? [] : [`${name}, but ${order.amount} fen were paid`]
}

function payoutFaults(
  payouts: readonly PayoutRow[],
  refunds: readonly { out_refund_no: string; amount: number; state: string }[],
): string[] {
  const told = new Map(refunds.map((refund) => [refund.out_refund_no, refund]))
  const ours = new Set(payouts.map(({ number }) => number))
  const unknown = refunds
    .filter(({ out_refund_no }) => !ours.has(out_refund_no))
    .map(({ out_refund_no }) => `refund ${out_refund_no} is not ours`)
  const wrong = payouts
    .filter(({ channel }) => channel !== 'bank')
    .flatMap(({ number, status, amount }) => {
      const state = told.get(number)?.state
      const name = `payout ${number} (${status}, ${amount} fen), the bank says ${state ?? 'unknown'}`
      if (status === 'processing') return [`${name}: never came to an end`]
      if ((status === 'completed') !== (state === 'success')) return [name]
      return state === 'success' && BigInt(told.get(number)!.amount) !== amount ? [`${name}: ${told.get(number)!.amount} fen`] : []
    })
  return [...unknown, ...wrong]
}

/** The clearing account of a channel is what the bank holds for us: paid in, less paid back. */
async function clearingFaults(
  { owner }: World,
  operatorId: Uuid,
  trades: readonly Trade[],
  refunds: readonly { channel: string; amount: number; state: string }[],
): Promise<string[]> {
  const rows = await owner<{ channel: Channel; fen: bigint }[]>`
    SELECT c.channel, coalesce(sum(CASE WHEN t.debit_account = 'clearing:' || c.channel THEN t.amount_fen
      WHEN t.credit_account = 'clearing:' || c.channel THEN -t.amount_fen END), 0)::bigint AS fen
    FROM (VALUES ('wechat'), ('alipay')) AS c (channel) LEFT JOIN transaction_records t ON t.operator_id = ${operatorId}
    GROUP BY c.channel`
  return rows.flatMap(({ channel, fen }) => {
    const paid = trades.filter((trade) => trade?.state === 'paid' && trade.channel === channel && !foreignLie(trade.lie))
    const inFen = paid.reduce((sum, trade) => sum + BigInt(told(trade!)), 0n)
    const back = refunds.filter((refund) => refund.channel === channel && refund.state === 'success')
    const outFen = back.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
    return fen === inFen - outFen ? [] : [`clearing:${channel} is ${fen} fen, the bank holds ${inFen} − ${outFen}`]
  })
}

/** Money in another currency, or another merchant's, is not on our account. */
const foreignLie = (lie: string | null): boolean => lie !== null && Object.keys(JSON.parse(lie) as object).some((key) => key !== 'amount')
const told = ({ amount, lie }: { amount: number; lie: string | null }): number =>
  (lie === null ? undefined : (JSON.parse(lie) as { amount?: number }).amount) ?? amount

/** What the product's own reconciliation finds between the bank's bill files and our books, kept-apart payments aside. */
export async function billFaults(owner: Sql<{ bigint: bigint }>): Promise<string[]> {
  const tomorrow = addDays(startOfDay(businessDay(now())), 2)
  const counts = await reconcileBills({ now: addSeconds(tomorrow, 11 * 3_600) })
  if (counts.imported === 0) return ['no bill was imported']
  const rows = await owner<{ kind: string; state: string; subject: string; our: bigint | null; bill: bigint | null }[]>`
    SELECT d.kind, d.state, d.subject, d.our_fen AS our, d.bill_fen AS bill
    FROM bill_differences d
    WHERE d.state <> 'vanished' AND d.kind <> 'fee' AND NOT EXISTS (
      SELECT FROM payment_quarantine q LEFT JOIN provider_bill_lines l ON l.bill_id = d.bill_id AND l.line_no = d.line_no
      WHERE q.order_id = d.order_id OR q.provider_txn_id = l.provider_no)`
  return rows.map(({ kind, state, subject, our, bill }) => `${kind} (${state}) ${subject}: ours ${our}, the bank's ${bill}`)
}
