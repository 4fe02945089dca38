import { requireOperator } from '#src/accounts/operators'
import { type Actor, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { type Money, money, plus, yuan, ZERO } from '#src/core/money'
import { now } from '#src/core/time'
import { balanceSign } from '#src/ledger/chart'
import { lockOperators } from '#src/ledger/lock'
import { playedSince } from '#src/ledger/played-since'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { transaction } from '#src/platform/database'
import type { Player } from './fleet'
import type { Tally } from './tally'

/** Where an operator's books stand. */
export type Head = { id: Uuid; balance: Money; seq: bigint }

const SIMULATOR: Actor = { kind: 'system', id: null, name: '模拟器', role: 'simulator' }
const HUNDRED_YUAN = 10_000n

/** Credits operators, by an audited ledger entry, with what they lack of what the run will cost. Gives the sum. */
export async function topUp(players: Player[], neededFen: Map<Uuid, number>): Promise<Money> {
  return transaction(async (tx) => {
    const at = now()
    const rows = (await lockOperators(tx, { ids: players.map((player) => player.id) })).flatMap((operator) => {
      const missing = BigInt(Math.ceil(neededFen.get(operator.id) ?? 0)) - operator.balance
      if (missing <= 0n) return []
      const amount = money(((missing + HUNDRED_YUAN - 1n) / HUNDRED_YUAN) * HUNDRED_YUAN)
      return [journalRow(operator, { kind: 'adjustment_in', amount, description: '模拟器：补足演示余额' }, at)]
    })
    await appendRows(tx, rows)
    for (const row of rows) {
      const details = { transaction_id: row.id, direction: 'in', amount: yuan(row.amount), reason: '模拟器补足演示余额' }
      await record(
        tx,
        { actor: SIMULATOR, origin: null, operation: 'adjustment', target: { kind: 'operator', id: row.operatorId }, details },
        at,
      )
    }
    return rows.reduce((sum, row) => plus(sum, row.amount), ZERO)
  })
}

/** The books of these operators as they stand now. */
export const readHeads = (players: Player[]): Promise<Head[]> =>
  Promise.all(
    players.map(async ({ id }) => {
      const { balance, ledgerSeq } = await requireOperator(id)
      return { id, balance, seq: ledgerSeq }
    }),
  )

export type Audit = {
  /** Sum over the sessions that were answered with yes. */
  answered: Money
  /** Sum over the journal rows of our sessions. */
  journal: Money
  /** By how much the balances fell, all other movements taken out. */
  balances: Money
  /** Charged, though no answer ever reached the headset; it would ask again and get the receipt. */
  unanswered: Money
  /** What others did with these operators meanwhile. */
  otherRows: number
  isSound: boolean
}

/** Compares what headsets were told with the journal and with the balances. */
export async function audit(before: Head[], after: Head[], { sessions, charged }: Tally): Promise<Audit> {
  const rows = await playedSince(before)
  const [answered, telling] = [charged(), { journal: ZERO, unanswered: ZERO, others: ZERO, otherRows: 0, wrong: 0 }]
  for (const row of rows) {
    const session = row.sessionId === null ? undefined : sessions.get(row.sessionId)
    if (!session) {
      telling.others = plus(telling.others, money(BigInt(balanceSign(row)) * row.amount))
      telling.otherRows++
      continue
    }
    telling.journal = plus(telling.journal, row.amount)
    if (session.charged === undefined) telling.unanswered = plus(telling.unanswered, row.amount)
    else if (session.charged !== row.amount) telling.wrong++
  }
  const balances = money(sumOf(before) - sumOf(after) + telling.others)
  const isSound = telling.wrong === 0 && answered + telling.unanswered === telling.journal && telling.journal === balances
  return { answered, journal: telling.journal, balances, unanswered: telling.unanswered, otherRows: telling.otherRows, isSound }
}

const sumOf = (heads: Head[]): bigint => heads.reduce((sum, head) => sum + head.balance, 0n)
