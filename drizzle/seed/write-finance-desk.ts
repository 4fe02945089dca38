import type { Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { addDays, addMs, type BusinessDay, businessDay, type Instant, iso, startOfDay } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import type { Transaction } from '#src/platform/database'
import { accountsOf, movedKinds } from '#src/reconciliation/closing/accounts'
import { billsOf, evidenceOf } from '#src/reconciliation/closing/checks'
import { closingFacts, writeClosing } from '#src/reconciliation/closing/close'
import { randomFrom } from './random'
import type { World } from './world'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** Days that are closed; yesterday waits for somebody to do it. */
const CLOSED_DAYS = 5
const PROVED_HOUR = 4
const CLOSED_HOUR = 11

type Entered = {
  username: string
  direction: 'in' | 'out'
  fen: number
  reason: string
  enteredBy: string
  daysAgo: number
  /** Undefined: it waits for a second person. */
  rejected?: { by: string; reason: string }
}

const ENTERED: readonly Entered[] = [
  {
    username: 'juchao_game',
    direction: 'out',
    fen: 30_000,
    reason: '重复发放的活动补贴，需要从余额扣回',
    enteredBy: 'finance002',
    daysAgo: 6,
    rejected: { by: 'finance001', reason: '补贴只发放过一次，请核对发放记录' },
  },
  {
    username: 'huanjie_park',
    direction: 'in',
    fen: 680_000,
    reason: '季度返利，按合同第七条计算',
    enteredBy: 'finance001',
    daysAgo: 1,
  },
]

/** Balances moved by hand: the gifts that the history's journal has, one that was sent back, one that waits for a second person. */
export async function writeAdjustments(tx: Transaction, world: World): Promise<void> {
  const staff = (username: string): Uuid => world.staff.find((one) => one.username === username)!.id
  await tx.sql`
    INSERT INTO balance_adjustments (id, operator_id, direction, amount_fen, reason, idempotency_key, request_hash, status, created_by, created_at,
      submitted_at, decided_by, decided_at, ledger_seq)
    SELECT t.id, t.operator_id, 'in', t.amount_fen, substr(t.description, ${'人工加款：'.length + 1}), 'demo ' || t.id, sha256(t.hash), 'booked', ${staff('finance001')},
           t.created_at, t.created_at, ${staff('finance001')}, t.created_at, t.seq
    FROM transaction_records t WHERE t.type = 'adjustment' AND t.description LIKE '人工加款：%'`
  const random = randomFrom('adjustments')
  for (const { username, direction, fen, reason, enteredBy, daysAgo, rejected } of ENTERED) {
    const at = addMs(startOfDay(businessDay(addDays(world.now, -daysAgo))), 16 * HOUR_MS)
    const id = random.id(at)
    await tx.sql`
      INSERT INTO balance_adjustments (id, operator_id, direction, amount_fen, reason, idempotency_key, request_hash, status, needs_second, created_by,
        created_at, submitted_at, decided_by, decided_at, reject_reason)
      SELECT ${id}, o.id, ${direction}, ${fen}, ${reason}, ${`demo ${id}`}, sha256(${id}::text::bytea), ${rejected ? 'rejected' : 'waiting'}, true,
             ${staff(enteredBy)}, ${iso(at)}, ${iso(at)}, ${rejected ? staff(rejected.by) : null}, ${rejected ? iso(addMs(at, 50 * MINUTE_MS)) : null},
             ${rejected?.reason ?? null}
      FROM operator_accounts o WHERE o.username = ${username}`
    if (rejected) continue
    const about = {
      adjustment_id: `adj_${id}`,
      amount: yuan(BigInt(fen) as never),
      entered_by: world.staff.find((one) => one.username === enteredBy)!.name,
    }
    await raiseAlert(tx, { kind: 'adjustment_pending', subject: id, audience: 'finance', details: about }, at)
  }
}

/** The proofs of the last nights and the days that finance closed after them. */
export async function writeClosings(tx: Transaction, { now, staff }: World): Promise<void> {
  const closer = staff.find(({ username }) => username === 'finance001')!
  for (let ago = CLOSED_DAYS + 1; ago > 1; ago--) {
    const day = businessDay(addDays(now, -ago))
    const proof = await writeProof(tx, businessDay(addDays(now, 1 - ago)))
    const facts = closingFacts({
      evidence: await evidenceOf(day, tx),
      bills: await billsOf(day, tx),
      kinds: await movedKinds(day, tx),
      proof,
    })
    const actor = { kind: 'staff' as const, id: closer.id, name: closer.name, role: 'manager' }
    const at = addMs(startOfDay(businessDay(addDays(now, 1 - ago))), CLOSED_HOUR * HOUR_MS)
    await writeClosing(tx, { day, accounts: await accountsOf(day, tx), facts, proofId: proof.id }, { actor, at: at < now ? at : now })
  }
  if (now >= provedAt(businessDay(now))) await writeProof(tx, businessDay(now))
}

const provedAt = (day: BusinessDay): Instant => addMs(startOfDay(day), PROVED_HOUR * HOUR_MS)

/** The proof of the night that a day began with. */
async function writeProof({ sql }: Transaction, day: BusinessDay): Promise<{ id: Uuid; finishedAt: Instant; transactions: bigint }> {
  const startedAt = provedAt(day)
  const [id, finishedAt] = [randomFrom(`proof/${day}`).id(startedAt), addMs(startedAt, 640)]
  const [row] = await sql<{ transactions: bigint }[]>`
    INSERT INTO ledger_proofs (id, scope, operators, transactions, drift_fen, findings, started_at, finished_at)
    SELECT ${id}, 'full', (SELECT count(*) FROM operator_accounts), count(*), 0, '[]', ${iso(startedAt)}, ${iso(finishedAt)}
    FROM transaction_records WHERE created_at < ${iso(startedAt)}
    RETURNING transactions`
  return { id, finishedAt, transactions: row!.transactions }
}
