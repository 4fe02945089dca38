import { afterAll, describe, expect, test } from 'bun:test'
import { showId, type Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import { alertRedTasks } from '#src/invoices/red-tasks'
import { proveLedger } from '#src/ledger/prove'
import { operatorToken, staffToken, withServer } from '#tests/support/api'
import { anOperator, aStaff } from '#tests/support/factory'
import { anInvoiceBody, recharged, refunded, removeInvoiceFiles } from './money'

const { started, call } = withServer()
afterAll(() => removeInvoiceFiles(started.database).catch(() => {}))

const owner = () => started.database.owner

async function aPayer(yuan: string) {
  const operator = await anOperator()
  if (yuan !== '0') await recharged(operator.id, yuan)
  const token = await operatorToken(operator.id)
  const ask = (amount: string, more = {}) => call('POST /v1/operators/me/invoices', { token, body: anInvoiceBody(amount, more) })
  const left = async () => (await call('GET /v1/operators/me/invoices', { token })).body.invoiceable_amount
  return { operator, token, ask, left }
}
const aManager = async () => {
  const { id } = await aStaff('finance', 'manager')
  const token = await staffToken(id)
  const decide = (what: 'approve' | 'reject', invoiceId: unknown, body = {}) =>
    call(`POST /v1/finance/invoices/${invoiceId}/${what}`, { token, body })
  return { id, token, decide }
}

const invoiceFindings = async (operatorId?: Uuid) => {
  const { findings } = await proveLedger({ now: now(), ...(operatorId ? { operatorId } : {}) })
  return findings.filter(({ rule }) => rule === 'I9')
}

describe('a refund of money that was invoiced', () => {
  test('opens a task with the difference, wakes finance once, and closes it when the books fit again', async () => {
    const { operator, ask, left } = await aPayer('1000.00')
    const finance = await aManager()
    await finance.decide('approve', (await ask('900.00')).body.data.invoice_id)
    await refunded(operator.id, finance.id, '300.00')
    const task = async () => {
      const [row] =
        await owner()`SELECT over_fen, settled_at IS NULL AS open FROM invoice_red_tasks WHERE operator_id = ${operator.id} ORDER BY opened_at DESC`
      return row as object
    }
    expect(await task()).toEqual({ over_fen: 20_000n, open: true })
    expect(await left()).toBe('0.00')
    expect((await ask('0.01')).status).toBe(400)
    expect(await invoiceFindings(operator.id)).toEqual([])
    const alert = async () => {
      const [row] = await owner()`SELECT occurrences, details, closed_at IS NULL AS open FROM alerts
        WHERE kind = 'invoice_red' AND subject = ${showId('operator', operator.id)}`
      return row as object | undefined
    }
    await alertRedTasks({ now: now() })
    await alertRedTasks({ now: now() })
    expect(await alert()).toEqual({ occurrences: 1, details: { over: '200.00', operator: '星空乐园' }, open: true })
    await recharged(operator.id, '250.00')
    expect(await task()).toEqual({ over_fen: 0n, open: false })
    await alertRedTasks({ now: now() })
    expect(await alert()).toMatchObject({ open: false })
    expect(await left()).toBe('50.00')
    expect(await invoiceFindings(operator.id)).toEqual([])
  })

  test('withdrawing what waits can be enough', async () => {
    const { operator, ask, token } = await aPayer('100.00')
    const { id: reviewer } = await aManager()
    const { invoice_id: id } = (await ask('80.00')).body.data
    await refunded(operator.id, reviewer, '50.00')
    const open = () => owner()`SELECT FROM invoice_red_tasks WHERE operator_id = ${operator.id} AND settled_at IS NULL`
    expect(await open()).toHaveLength(1)
    expect((await call(`DELETE /v1/operators/me/invoices/${id}`, { token })).status).toBe(200)
    expect(await open()).toHaveLength(0)
  })
})

describe('the proof of the ledger names as I9', () => {
  test.each([
    [
      'an invoice that grew by hand',
      (id: Uuid) =>
        owner().begin(async (sql) => {
          await sql`SET LOCAL session_replication_role = replica`
          await sql`UPDATE invoice_records SET amount_fen = 10001 WHERE operator_id = ${id}`
        }),
      'op_',
    ],
    [
      'a task that was wiped away',
      async (id: Uuid) => {
        await refunded(id, (await aStaff('finance')).id, '30.00')
        await owner()`UPDATE invoice_red_tasks SET settled_at = now() WHERE operator_id = ${id}`
      },
      'op_',
    ],
    ['a number that was skipped', () => owner()`UPDATE invoice_numbers SET last = last + 1`, 'month '],
  ])('%s', async (_name, corrupt, row) => {
    const { operator, ask } = await aPayer('100.00')
    const finance = await aManager()
    await finance.decide('approve', (await ask('100.00')).body.data.invoice_id)
    expect(await invoiceFindings()).toEqual([])
    await corrupt(operator.id)
    expect((await invoiceFindings()).map((finding) => finding.row.startsWith(row))).toEqual([true])
    // Later cases start from clean books.
    await owner().begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`
      await sql`UPDATE invoice_records SET amount_fen = 1, tax_fen = 0 WHERE operator_id = ${operator.id}`
      await sql`UPDATE invoice_numbers SET last = (SELECT count(*) FROM invoice_records WHERE number IS NOT NULL)`
    })
  })
})

test('what was asked and issued cannot be changed, not even by the application’s own role', async () => {
  const { operator, ask } = await aPayer('100.00')
  await ask('100.00')
  const change = owner()`UPDATE invoice_records SET amount_fen = 1 WHERE operator_id = ${operator.id}`
  expect(
    change.then(
      () => 'changed',
      (error: { code: string }) => error.code,
    ),
  ).resolves.toBe('42501')
})
