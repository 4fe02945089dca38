import type { Uuid } from '#src/core/ids'
import { type Money, minus, money, plus, ZERO } from '#src/core/money'
import { addSeconds, type BusinessDay, type Instant, instant, startOfDay } from '#src/core/time'
import { type Querying, rawSql } from '#src/platform/database'
import { type AccountDay, dayBefore, endOfDay } from './accounts'

/**
 * A day is closed this long after its end at the earliest. No transaction may idle for more than half a minute, so that whatever began on
 * the day has ended by then, one way or the other.
 */
const SETTLED_SECONDS = 600

/** What has to be right before a day is closed. */
const CHECK_KEYS = ['over', 'order', 'trial', 'balances', 'games', 'proof', 'bills'] as const
type CheckKey = (typeof CHECK_KEYS)[number]
/** `waiting`: not yet, it comes by itself; `bad`: somebody has to do something. */
export type Check = { key: CheckKey; state: 'ok' | 'waiting' | 'bad' }

export type DayBill = {
  channel: 'wechat' | 'alipay'
  state: 'waiting' | 'imported' | 'matched' | 'closed'
  ours: Money
  billed: Money
  /** Not closed, by who has it: nobody yet, or somebody until a day. */
  open: number
  carried: number
}

/** What the books say about a day besides its accounts, all in one snapshot. */
export type Evidence = {
  /** All balances as they are stored, less what moved after the day. */
  balances: Money
  games: number
  gamesAmount: Money
  /** The same counted from the journal itself. */
  debits: number
  debitsAmount: Money
  /** Channels that moved money on the day. */
  used: string[]
  /** Null before the first closing, which may be of any day: what was before is its opening. */
  lastClosed: BusinessDay | null
  proof: { id: Uuid; startedAt: Instant; finishedAt: Instant; transactions: bigint; drift: Money; findings: number } | null
}

/** Gathers what a day is checked by. */
export async function evidenceOf(day: BusinessDay, { sql }: Querying = { sql: rawSql() }): Promise<Evidence> {
  const [from, to] = [startOfDay(day).toISOString(), endOfDay(day).toISOString()]
  const [row] = await sql<Evidence[]>`
    SELECT
      (SELECT coalesce(sum(balance_fen), 0) FROM operator_accounts)::bigint
        - (SELECT coalesce(sum(CASE WHEN credit_account = 'operator' THEN amount_fen WHEN debit_account = 'operator' THEN -amount_fen END), 0)
           FROM transaction_records WHERE type <> 'consumption' AND created_at >= ${to}::timestamptz)::bigint
        + (SELECT coalesce(sum(total_fen), 0) FROM usage_days WHERE day > ${day}::date)::bigint AS balances,
      g.games, g.amount AS "gamesAmount", d.debits, d.amount AS "debitsAmount",
      ARRAY(SELECT DISTINCT split_part(a.account, ':', 2) FROM transaction_records t
            CROSS JOIN LATERAL (VALUES (t.debit_account), (t.credit_account)) a (account)
            WHERE t.type IN ('recharge', 'refund_payout', 'suspense', 'fee') AND t.created_at >= ${from}::timestamptz
              AND t.created_at < ${to}::timestamptz AND a.account LIKE 'clearing:%') AS used,
      (SELECT max(day)::text FROM day_closings) AS "lastClosed",
      (SELECT json_build_object('id', id, 'startedAt', started_at, 'finishedAt', finished_at, 'transactions', transactions::text, 'drift', drift_fen::text,
                                'findings', jsonb_array_length(findings))
       FROM ledger_proofs WHERE scope = 'full' ORDER BY finished_at DESC LIMIT 1) AS proof
    FROM (SELECT coalesce(sum(sessions), 0)::int AS games, coalesce(sum(total_fen), 0)::bigint AS amount FROM usage_days WHERE day = ${day}::date) g,
         (SELECT count(*)::int AS debits, coalesce(sum(amount_fen), 0)::bigint AS amount FROM transaction_records
          WHERE type = 'consumption' AND created_at >= ${from}::timestamptz AND created_at < ${to}::timestamptz) d`
  return { ...row!, proof: readProof(row!.proof) }
}

/** As JSON carries it: numbers beyond what a float holds, and times, are text. */
function readProof(proof: unknown): Evidence['proof'] {
  if (!proof) return null
  const { id, startedAt, finishedAt, transactions, drift, findings } = proof as Record<
    'id' | 'startedAt' | 'finishedAt' | 'transactions' | 'drift',
    string
  > & {
    findings: number
  }
  return {
    id,
    startedAt: instant(startedAt),
    finishedAt: instant(finishedAt),
    transactions: BigInt(transactions),
    drift: money(BigInt(drift)),
    findings,
  }
}

/** The bills of a day, by channel. Differences that wait for the next day's bill are in nobody's hands yet and hold nothing up. */
export function billsOf(day: BusinessDay, { sql }: Querying = { sql: rawSql() }): Promise<DayBill[]> {
  return sql<DayBill[]>`
    SELECT b.channel, b.state, b.our_payment_fen - b.our_refund_fen AS ours, b.payment_fen - b.refund_fen AS billed,
           count(d.id) FILTER (WHERE d.state IN ('open', 'proposed'))::int AS open, count(d.id) FILTER (WHERE d.state = 'carried')::int AS carried
    FROM provider_bills b LEFT JOIN bill_differences d ON d.bill_id = b.id AND d.closed_at IS NULL
    WHERE b.bill_date = ${day}::date GROUP BY b.id ORDER BY b.channel DESC`
}

type Facts = { day: BusinessDay; accounts: readonly AccountDay[]; evidence: Evidence; bills: readonly DayBill[]; now: Instant }

/** Whether a day can be closed, point by point. Pure. */
export function checksOf({ day, accounts, evidence, bills, now }: Facts): Check[] {
  const states: Record<CheckKey, Check['state']> = {
    over: now >= addSeconds(endOfDay(day), SETTLED_SECONDS) ? 'ok' : 'waiting',
    order: evidence.lastClosed === null || evidence.lastClosed === dayBefore(day) ? 'ok' : 'bad',
    trial: accounts.reduce((sum, { closing }) => plus(sum, closing), ZERO) === ZERO ? 'ok' : 'bad',
    balances: evidence.balances === minus(ZERO, accounts.find(({ account }) => account === 'operator')!.closing) ? 'ok' : 'bad',
    games: evidence.games === evidence.debits && evidence.gamesAmount === evidence.debitsAmount ? 'ok' : 'bad',
    proof: proofState(evidence.proof, day),
    bills: billState(evidence.used, bills),
  }
  return CHECK_KEYS.map((key) => ({ key, state: states[key] }))
}

/** The proof must have begun after the day, since it reads one moment, and have found nothing. */
function proofState(proof: Evidence['proof'], day: BusinessDay): Check['state'] {
  if (proof && (proof.findings > 0 || proof.drift !== ZERO)) return 'bad'
  return proof && proof.startedAt >= endOfDay(day) ? 'ok' : 'waiting'
}

/** Every channel that moved money has its bill, and what differs is settled or in somebody's hands until a day. */
function billState(used: readonly string[], bills: readonly DayBill[]): Check['state'] {
  const needed = used.filter((channel) => channel !== 'bank')
  if (bills.some(({ open }) => open > 0)) return 'bad'
  const isThere = (channel: string) =>
    bills.some((bill) => bill.channel === channel && (bill.state === 'matched' || bill.state === 'closed'))
  return needed.every(isThere) ? 'ok' : 'waiting'
}
