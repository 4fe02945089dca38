import { SYSTEM } from '#src/audit-logs/audit-log'
import { decideAndWrite } from '#src/authorize/commit-batch'
import type { Call } from '#src/authorize/decide'
import { requestHash } from '#src/authorize/input'
import { parseSessionId } from '#src/authorize/session-id'
import { newId, showId } from '#src/core/ids'
import { money } from '#src/core/money'
import { addDays, addSeconds } from '#src/core/time'
import { TRANSFERS, type TransferKind } from '#src/ledger/chart'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow, type Transfer } from '#src/ledger/transfer'
import { creditOrder } from '#src/payments/credit'
import { lockOrder } from '#src/payments/orders'
import type { Transaction } from '#src/platform/database'
import { lockPayout } from '#src/refunds/payouts'
import { requestRefund } from '#src/refunds/request'
import { approveRefund } from '#src/refunds/review'
import { completePayout } from '#src/refunds/settle'
import type { Probe } from './probe'
import { digest, unique, type World } from './samples'
import { insert, sampleRow } from './values'

const asApplication = (tx: Transaction) => tx.sql`SET LOCAL ROLE mr_app`
const staff = (id: string) => ({ kind: 'staff' as const, id, name: '探针', role: 'admin' })

/** A recharge, a game that is charged and told twice, and a refund that is paid out: the product's own functions, under its own role. */
export const storyProbes = (world: World): Probe[] => STORIES(world).map((probe) => ({ ...probe, isDeferred: true }))

const STORIES = (world: World): Probe[] => [
  { name: 'the application recharges a balance', run: (tx) => asApplication(tx).then(() => recharge(tx, world)) },
  {
    name: 'the application charges a game',
    run: async (tx) => {
      await asApplication(tx)
      await recharge(tx, world)
      await play(tx, world)
    },
  },
  {
    name: 'the application refunds a balance',
    run: async (tx) => {
      await asApplication(tx)
      await recharge(tx, world)
      await refund(tx, world)
    },
  },
]

async function recharge(tx: Transaction, { operator, at }: World): Promise<string> {
  const id = newId()
  await tx.sql`INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, expires_at, created_at, updated_at)
    VALUES (${id}, ${operator}, 10000, 'wechat', ${addSeconds(at, 900)}, ${at}, ${at})`
  const locked = await lockOrder(tx, { id, operatorId: operator })
  const paid = { kind: 'recharge' as const, providerTxnId: unique(), paidAt: at, late: false }
  await creditOrder(tx, locked, paid, { actor: SYSTEM, origin: null, at })
  return id
}

/** One call and the same again: the first is charged, the second told what the first was told. */
async function play(tx: Transaction, { operator, site, application, creator, at }: World): Promise<void> {
  await tx.sql`INSERT INTO operator_app_authorizations (id, operator_id, application_id, authorized_by, authorized_at)
    VALUES (${newId()}, ${operator}, ${application}, ${creator}, ${addDays(at, -1)})`
  const [key] = await tx.sql<
    { digest: string }[]
  >`SELECT encode(api_key_sha256, 'hex') AS digest FROM operator_accounts WHERE id = ${operator}`
  const sessionText = `${showId('operator', operator)}_${Math.floor(at.getTime() / 1000)}_${unique()}`
  const start = { applicationId: application, siteId: site, playerCount: 2 }
  const call = (): Call => ({
    ...{ apiKeySha256: key!.digest, sessionText, session: parseSessionId(sessionText), start, requestHash: requestHash(start) },
    ...{ ip: '127.0.0.1', userAgent: 'probe', requestId: newId() },
  })
  for (const expected of ['charged', 'replayed']) {
    const asked = call()
    const decision = (await decideAndWrite(tx, [asked], 'long')).get(asked)
    if (decision?.verdict === expected) continue
    throw new Error(
      `the game was ${decision?.verdict === 'refused' ? `refused: ${decision.problem.code}` : decision?.verdict}, not ${expected}`,
    )
  }
}

async function refund(tx: Transaction, { operator, reviewer, at }: World): Promise<void> {
  const asked = { amount: money(500), reason: '结构核对用的探针，事务结束即回滚' }
  const own = { actor: { kind: 'operator' as const, id: operator, name: '探针', role: 'operator' }, origin: null, at }
  const id = await requestRefund(tx, operator, asked, own)
  await approveRefund(tx, id, null, { actor: staff(reviewer), origin: null, at })
  const payouts = await tx.sql<{ id: string }[]>`SELECT id FROM refund_payouts WHERE refund_id = ${id} ORDER BY id`
  for (const payout of payouts) await completePayout(tx, await lockPayout(tx, { id: payout.id, operatorId: operator }), unique(), at)
  const [left] = await tx.sql<
    { open: number }[]
  >`SELECT count(*)::int AS open FROM refund_payouts WHERE refund_id = ${id} AND status <> 'completed'`
  if (payouts.length === 0 || left!.open > 0) throw new Error('the refund was not paid out')
}

/** Every way in which money may move, from the chart of accounts: the journal has to take each of them. */
export const chartProbes = (world: World): Probe[] =>
  (Object.keys(TRANSFERS) as TransferKind[]).flatMap((kind) =>
    channelsOf(kind).map(
      (channel): Probe => ({
        name: `the journal takes ${kind}${channel ? ` through ${channel}` : ''}`,
        isDeferred: true,
        run: async (tx) => {
          const references = await referencesOf(tx, world, kind)
          if (kind === 'refund_return') await move(tx, world, { kind: 'refund', ...references })
          if (kind === 'consumption') await insert(tx, 'usage_records', await gameOf(tx, world, references.usageId!))
          await move(tx, world, { kind, ...(channel ? { channel } : {}), ...references })
        },
      }),
    ),
  )

async function move(tx: Transaction, { operator, at }: World, transfer: Omit<Transfer, 'amount' | 'description'>): Promise<void> {
  const [head] = await lockOperators(tx, { ids: [operator] })
  await appendRows(tx, [journalRow(head!, { amount: money(2000), description: '探针', ...transfer }, at)])
}

function channelsOf(kind: TransferKind): (Transfer['channel'] | undefined)[] {
  const { debit, credit } = TRANSFERS[kind]
  const clearing = [debit, credit].find((side) => side.length > 1)
  return clearing ? clearing.map((account) => account.replace('clearing:', '') as NonNullable<Transfer['channel']>) : [undefined]
}

/** What a row of the kind has to point at. */
async function referencesOf(
  tx: Transaction,
  world: World,
  kind: TransferKind,
): Promise<Pick<Transfer, 'usageId' | 'orderId' | 'refundId'>> {
  const { type } = TRANSFERS[kind]
  if (type === 'consumption') return { usageId: newId() }
  if (type === 'refund' || type === 'refund_payout') return { refundId: world.refund }
  if (type !== 'recharge') return {}
  const order = { ...sampleRow(world, 'recharge_orders', 'status=success'), id: newId(), status: 'success' }
  await insert(tx, 'recharge_orders', order)
  return { orderId: order.id }
}

async function gameOf(tx: Transaction, world: World, id: string) {
  const [head] = await lockOperators(tx, { ids: [world.operator] })
  return {
    ...{ id, operator_id: world.operator, site_id: world.site, application_id: world.application, session_id: unique() },
    ...{ request_hash: digest(), app_name: '探针', player_count: 2, unit_price_fen: 1000, total_fen: 2000, authorization_token: newId() },
    ...{
      ledger_seq: String(head!.ledgerSeq + 1n),
      balance_after_fen: String(head!.balance - 2000n),
      client_ip: '::1',
      started_at: world.at,
    },
  }
}
