import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Sql } from 'postgres'
import { refundPayouts } from '#drizzle/schema'
import { newId } from '#src/core/ids'
import { now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { read, transaction } from '#src/platform/database'
import { lockPayout, type Payout } from '#src/refunds/payouts'
import { requestRefund } from '#src/refunds/request'
import { approveRefund } from '#src/refunds/review'
import { completePayout } from '#src/refunds/settle'
import { financeAct, operatorAct } from '#tests/payments/scene'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff } from '#tests/support/factory'
import { aPaidOrder, REASON } from './scene'

type Owner = Sql<{ bigint: bigint }>
type Story = { operatorId: string; orderId: string; refundId: string; paid: Payout; open: Payout }

/** An operator paid 30.00 and 100.00 and gets 50.00 back: 30.00 has arrived, 20.00 is on its way. */
async function tellStory(): Promise<Story> {
  const operator = await anOperator()
  const orderId = await aPaidOrder(operator.id, { yuan: '100.00' })
  await aPaidOrder(operator.id, { yuan: '30.00', at: now() })
  const refundId = await transaction((tx) =>
    requestRefund(tx, operator.id, { reason: REASON, amount: 5_000n as never }, operatorAct(operator)),
  )
  const act = financeAct((await aStaff('finance', 'manager')).id)
  await transaction((tx) => approveRefund(tx, refundId, null, act))
  const [paid, open] = await read().select().from(refundPayouts).orderBy(refundPayouts.id)
  await transaction(async (tx) => completePayout(tx, await lockPayout(tx, paid!), 'R1', now()))
  return { operatorId: operator.id, orderId, refundId, paid: paid!, open: open! }
}

/** What a superuser could do by hand, triggers and foreign keys switched off. */
const CORRUPTIONS: [name: string, row: RegExp, corrupt: (sql: Owner, story: Story) => Promise<unknown>][] = [
  [
    'an order that says less was refunded',
    /^ord_/,
    (sql, { orderId }) => sql`UPDATE recharge_orders SET refunded_fen = 0 WHERE id = ${orderId}`,
  ],
  ['an order that forgot a number', /^ord_/, (sql, { orderId }) => sql`UPDATE recharge_orders SET refund_count = 0 WHERE id = ${orderId}`],
  [
    'a payout of another amount',
    /^refund_/,
    (sql, { open }) => sql`UPDATE refund_payouts SET amount_fen = amount_fen + 1 WHERE id = ${open.id}`,
  ],
  [
    'a payout too many',
    /^refund_/,
    async (sql, { open }) => {
      await sql`INSERT INTO refund_payouts (id, refund_id, operator_id, out_refund_no, amount_fen, channel, created_at, updated_at)
      VALUES (${newId()}, ${open.refundId}, ${open.operatorId}, 'planted', 1, 'bank', now(), now())`
    },
  ],
  [
    'a payout that is said to be paid',
    /^payout /,
    (sql, { open }) =>
      sql`UPDATE refund_payouts SET status = 'completed', ledger_seq = 1, finished_at = now(), next_check_at = NULL WHERE id = ${open.id}`,
  ],
  [
    'a paid payout that is said to be open',
    /^seq /,
    (sql, { paid }) =>
      sql`UPDATE refund_payouts SET status = 'processing', ledger_seq = NULL, finished_at = NULL, next_check_at = now() WHERE id = ${paid.id}`,
  ],
  ['a payout that vanished: money is owed to nobody', /^op_/, (sql, { open }) => sql`DELETE FROM refund_payouts WHERE id = ${open.id}`],
]

describe('the proof of refunds', () => {
  let database: Awaited<ReturnType<typeof openTestDatabase>>
  let story: Story
  beforeAll(async () => {
    database = await openTestDatabase()
    story = await tellStory()
  })
  afterAll(() => database.close())

  test('finds nothing in honest books', async () => {
    expect((await proveLedger({ now: now() })).findings).toEqual([])
  })

  test.each(CORRUPTIONS)('names %s', async (_name, row, corrupt) => {
    const found = await database.owner
      .begin(async (sql) => {
        await sql`SET LOCAL session_replication_role = replica`
        await corrupt(sql as unknown as Owner, story)
      })
      .then(() => proveLedger({ now: now() }))
    const named = found.findings.filter(
      (finding) => finding.rule === 'I6' && row.test(finding.row) && finding.operatorId === story.operatorId,
    )
    await database.close()
    database = await openTestDatabase()
    story = await tellStory()
    expect({ named: named.length > 0, findings: found.findings }).toMatchObject({ named: true })
  })
})
