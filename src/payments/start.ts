import { and, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { operatorAccounts, rechargeOrders } from '#drizzle/schema'
import { type PersonalAct, record, SYSTEM } from '#src/audit-logs/audit-log'
import { problems } from '#src/core/errors'
import { newId, showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money, parseYuan, yuan } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { addSeconds, type Instant } from '#src/core/time'
import { say } from '#src/core/validation'
import { config } from '#src/platform/config'
import { read, type Transaction, transaction, violatedConstraint } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { log } from '#src/platform/log'
import { setting } from '#src/settings/settings'
import { firstCheck } from './check-schedule'
import { CHANNELS, type Channel, type Device, type Gateway, GatewayRefused, GatewayUnknown, type Opening } from './gateways/gateway'
import { gateway } from './gateways/registry'
import { changeOrder, lockOrder, type Order, requireOwnOrder } from './orders'

/** What is asked for; whether the amount is within the limits is the rule's business, since they may be tuned. */
export const RechargeInput = v.strictObject({
  amount: v.pipe(
    v.string(),
    v.check((text) => parseYuan(text) !== undefined, say('须为最多两位小数的金额字符串', 'must be an amount like "12.34"')),
    v.metadata({ format: 'yuan', pattern: '^\\d+(\\.\\d{1,2})?$', 'x-minimum': '10.00', 'x-maximum': '10000.00', examples: ['100.00'] }),
    v.transform((text): Money => parseYuan(text)!),
  ),
  payment_method: v.picklist(CHANNELS),
})
export type RechargeInput = v.InferOutput<typeof RechargeInput>

/** A key of the caller's own: the same one again is the same order. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/

export type Recharge = RechargeInput & { operatorId: Uuid; device: Device; clientIp: string; idempotencyKey: string | null }

/**
 * Starts paying: the order is committed before anybody else hears its number, then the provider is asked for what the payer is shown.
 * When its answer is lost the order stays open without that, and the same number is offered again. Throws INVALID_PARAMS
 * (AMOUNT_OUT_OF_RANGE, a key that is none), IDEMPOTENCY_KEY_CONFLICT, PAYMENT_UNAVAILABLE, PAYMENT_FAILED.
 */
export async function startRecharge(recharge: Recharge, act: PersonalAct): Promise<Order> {
  requireAmount(recharge.amount, { min: setting('recharge_min'), max: setting('recharge_max') })
  requireKey(recharge.idempotencyKey)
  const channel = requireGateway(recharge.payment_method)
  const id = await placeOrder(recharge, act)
  faultPoint('start:committed')
  const order = await requireOwnOrder(recharge.operatorId, id)
  if (order.status !== 'pending' || hasOpening(order)) return order
  return openPayment(channel, order, recharge, act.at, { isNew: true })
}

/** Asks again for what the payer is shown, under the same number; an order that has ended or shows it already is given as it is. */
export async function offerAgain(order: Order, at: { device: Device; clientIp: string; now: Instant }): Promise<Order> {
  const { paymentMethod } = order
  if (paymentMethod === 'bank' || order.status !== 'pending' || hasOpening(order) || at.now >= order.expiresAt) return order
  const channel = gateway(paymentMethod)
  return channel ? openPayment(channel, order, at, at.now, { isNew: false }) : order
}

const hasOpening = ({ qrCodeUrl, paymentUrl }: Order): boolean => qrCodeUrl !== null || paymentUrl !== null

/** Throws INVALID_PARAMS (AMOUNT_OUT_OF_RANGE) with the limits in its words. */
export function requireAmount(amount: Money, { min, max }: { min: Money; max: Money }): void {
  if (amount >= min && amount <= max) return
  const { zh, en } = problems.INVALID_PARAMS
  const limits = { min: plain(min), max: plain(max) }
  const filled = (words: string) => words.replace('{min}', limits.min).replace('{max}', limits.max)
  const message = { zh: filled(zh.AMOUNT_OUT_OF_RANGE), en: filled(en.AMOUNT_OUT_OF_RANGE) }
  throw new Problem('INVALID_PARAMS', [{ field: 'amount', message, reason: 'AMOUNT_OUT_OF_RANGE', ...limits }], 'AMOUNT_OUT_OF_RANGE')
}

/** `10`, not `10.00`: as people say limits. */
export const plain = (amount: Money): string => yuan(amount).replace(/\.00$/, '')

function requireKey(key: string | null): void {
  if (key === null || IDEMPOTENCY_KEY.test(key)) return
  const message = { zh: '须为1-128个可见ASCII字符', en: 'must be 1-128 visible ASCII characters' }
  throw new Problem('INVALID_PARAMS', [{ field: 'Idempotency-Key', message }], 'shape')
}

export function requireGateway(channel: Channel): Gateway {
  const found = gateway(channel)
  if (!found) throw unavailable(channel)
  return found
}

const RETRY_SECONDS = 60
export const unavailable = (channel: Channel): Problem => new Problem('PAYMENT_UNAVAILABLE', { channel, retry_after: RETRY_SECONDS })

/** The order's id: a new one, or that of the same call before. */
async function placeOrder(recharge: Recharge, act: PersonalAct): Promise<Uuid> {
  const known = await orderOfKey(recharge)
  if (known) return known
  try {
    return await transaction((tx) => insertOrder(tx, recharge, act))
  } catch (error) {
    if (violatedConstraint(error) !== 'one_order_per_idempotency_key') throw error
    return (await orderOfKey(recharge))!
  }
}

async function orderOfKey({ operatorId, idempotencyKey, amount, payment_method }: Recharge): Promise<Uuid | undefined> {
  if (idempotencyKey === null) return undefined
  const [order] = await read()
    .select()
    .from(rechargeOrders)
    .where(and(eq(rechargeOrders.operatorId, operatorId), eq(rechargeOrders.idempotencyKey, idempotencyKey)))
  if (!order) return undefined
  if (order.amount !== amount || order.paymentMethod !== payment_method) throw new Problem('IDEMPOTENCY_KEY_CONFLICT')
  return order.id
}

async function insertOrder(tx: Transaction, recharge: Recharge, { actor, origin, at }: PersonalAct): Promise<Uuid> {
  const { operatorId, amount, payment_method, idempotencyKey } = recharge
  await requireOpenOwner(tx, operatorId)
  const id = newId()
  await tx.db.insert(rechargeOrders).values({
    id,
    operatorId,
    amount,
    paymentMethod: payment_method,
    idempotencyKey,
    refunded: 0n as Money,
    nextCheckAt: firstCheck(at),
    expiresAt: addSeconds(at, setting('recharge_order_minutes') * 60),
    createdAt: at,
    updatedAt: at,
  })
  const details = { amount: yuan(amount), payment_method }
  await record(tx, { actor, origin, operation: 'recharge_order', target: { kind: 'order', id }, details }, at)
  return id
}

/** An account that is being closed at this moment takes no new order. */
export async function requireOpenOwner(tx: Transaction, operatorId: Uuid): Promise<void> {
  const [owner] = await tx.db
    .select({ deactivatedAt: operatorAccounts.deactivatedAt })
    .from(operatorAccounts)
    .where(eq(operatorAccounts.id, operatorId))
    .for('share')
  if (!owner || owner.deactivatedAt) throw new Problem('ACCOUNT_DEACTIVATED', undefined, 'use')
}

type Payer = { device: Device; clientIp: string }

async function openPayment(channel: Gateway, order: Order, payer: Payer, at: Instant, { isNew }: { isNew: boolean }): Promise<Order> {
  let opening: Opening
  try {
    opening = await channel.createOrder({
      outTradeNo: order.outTradeNo,
      amount: order.amount,
      description: `MR 游戏运营充值 ${formatYuan(order.amount)}`,
      expiresAt: order.expiresAt,
      device: payer.device,
      clientIp: payer.clientIp,
      returnUrl: `${config().PUBLIC_URL}/operator/recharges/${showId('order', order.id)}`,
    })
  } catch (error) {
    if (error instanceof GatewayUnknown) return order
    if (!(error instanceof GatewayRefused)) throw error
    log('warn', 'order refused by the provider', { operation: 'recharge', channel: channel.channel, order_id: order.id, code: error.code })
    if (isNew) await failRefused(order, error, at)
    throw new Problem('PAYMENT_FAILED', { channel: channel.channel, provider_code: error.code })
  }
  faultPoint('start:opened')
  await transaction((tx) => changeOrder(tx, order.id, opening, at))
  return { ...order, ...opening }
}

/** Still asked about for a while: a provider that refuses a repeat may have taken the call before it. */
async function failRefused(found: Order, { code }: GatewayRefused, at: Instant): Promise<void> {
  await transaction(async (tx) => {
    const { order } = await lockOrder(tx, found)
    if (order.status !== 'pending') return
    await changeOrder(tx, order.id, { status: 'failed', errorMessage: `支付渠道拒绝下单（${code}）` }, at)
    const details = { from_state: 'pending', to_state: 'failed', by: 'provider', provider_code: code }
    await record(tx, { actor: SYSTEM, origin: null, operation: 'recharge_fail', target: { kind: 'order', id: order.id }, details }, at)
  })
}
