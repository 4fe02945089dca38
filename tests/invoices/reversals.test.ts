import { afterAll, describe, expect, test } from 'bun:test'
import type { Uuid } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { addDays, now, startOfMonth } from '#src/core/time'
import { confirmReversal, proposeReversal, rejectReversal } from '#src/invoices/reversals/reversals'
import { attachTaxFile } from '#src/invoices/tax-file'
import { proveLedger } from '#src/ledger/prove'
import { transaction } from '#src/platform/database'
import { findEverywhere } from '#src/search/everywhere'
import { findOwn } from '#src/search/own'
import { wantedBy } from '#src/search/wanted'
import { auditRows, browserHeaders, operatorToken, withServer } from '#tests/support/api'
import { anOperator, aStaff } from '#tests/support/factory'
import { anInvoiceBody, issueFor, recharged, refunded, removeInvoiceFiles, reverse } from './money'

const { started, call } = withServer()
afterAll(() => removeInvoiceFiles(started.database).catch(() => {}))

const owner = () => started.database.owner
const WHY = '开票后客户退款，按退款金额红冲'

type More = { kind?: 'void' | 'red'; amount?: string }
const asked = ({ kind = 'red', amount = '100.00' }: More = {}) => ({
  kind,
  amount: parseYuan(amount)!,
  reason_code: 'return' as const,
  reason: WHY,
  confirmation_no: null,
})
const actOf = (id: Uuid, at = now()) => ({ actor: { kind: 'staff' as const, id, name: '张发财', role: 'manager' }, origin: null, at })
const PDF = new TextEncoder().encode('%PDF-1.7 税务发票')

/** An operator with so much paid, of which so much is invoiced. */
async function anIssued(paid: string, amount = paid) {
  const operator = await anOperator()
  await recharged(operator.id, paid)
  const token = await operatorToken(operator.id)
  const answer = await call('POST /v1/operators/me/invoices', { token, body: anInvoiceBody(amount) })
  const id: Uuid = String(answer.body.data.invoice_id).replace('inv_', '')
  const [one, two] = [await aStaff('finance'), await aStaff('finance')]
  await issueFor(id, one.id)
  const left = async () => (await call('GET /v1/operators/me/invoices', { token })).body.invoiceable_amount
  const propose = (more: More = {}, by = one.id) => transaction((tx) => proposeReversal(tx, id, asked(more), actOf(by)))
  const stored = async () => (await owner()`SELECT status, number, reversed_fen FROM invoice_records WHERE id = ${id}`)[0]!
  return { operator, token, id, one, two, left, propose, stored }
}
const reasonOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Problem ? (error.code === 'INVALID_PARAMS' ? error.wording : error.code) : Promise.reject(error)),
  )
const confirm = (reversalId: Uuid, by: Uuid, at = now()) => transaction((tx) => confirmReversal(tx, reversalId, actOf(by, at)))
const findings = async () => (await proveLedger({ now: now() })).findings.filter(({ rule }) => rule === 'I9')

describe('a red invoice', () => {
  test('takes back what a second person agrees to, has a number of its own, and lets that much be invoiced again', async () => {
    const { operator, token, id, one, two, left, propose, stored } = await anIssued('1000.00')
    expect(await left()).toBe('0.00')
    const first = await propose({ amount: '300.00' })
    expect([await left(), await stored()]).toMatchObject(['0.00', { status: 'approved', reversed_fen: 0n }])
    const [waiting] =
      await owner()`SELECT details FROM alerts WHERE kind = 'invoice_reversal_review' AND subject = ${`inv_${id}`} AND closed_at IS NULL`
    expect(waiting!.details).toMatchObject({ amount: '300.00', kind: 'red' })
    expect(await reasonOf(confirm(first, one.id))).toBe('SECOND_REVIEWER_REQUIRED')
    expect(await confirm(first, two.id)).toMatch(/^HZ\d{6}-\d{6}$/)
    expect([await left(), await stored()]).toMatchObject(['300.00', { status: 'approved', reversed_fen: 30_000n }])
    expect(
      await owner()`SELECT FROM alerts WHERE kind = 'invoice_reversal_review' AND subject = ${`inv_${id}`} AND closed_at IS NULL`,
    ).toHaveLength(0)
    const [message] =
      await owner()`SELECT content FROM message_notifications WHERE target_operator_id = ${operator.id} AND title = '发票已红冲'`
    expect(message!.content).toContain('¥300.00')
    expect(message!.content).toContain(WHY)
    expect((await auditRows(started.database, id)).map(({ operation }) => operation)).toEqual([
      'invoice_request',
      'invoice_approve',
      'invoice_reversal_propose',
      'invoice_reversal_confirm',
    ])
    expect((await call('POST /v1/operators/me/invoices', { token, body: anInvoiceBody('300.01') })).status).toBe(400)
    expect((await call('POST /v1/operators/me/invoices', { token, body: anInvoiceBody('300.00') })).status).toBe(201)
    expect(await findings()).toEqual([])
  })

  test('settles what a refund left over, to the fen', async () => {
    const { operator, id, one, two } = await anIssued('1000.00', '900.00')
    await refunded(operator.id, one.id, '300.00')
    const open = () => owner()`SELECT over_fen FROM invoice_red_tasks WHERE operator_id = ${operator.id} AND settled_at IS NULL`
    expect((await open())[0]!.over_fen).toBe(20_000n)
    await reverse(id, { amount: '150.00' }, one.id, two.id)
    expect((await open())[0]!.over_fen).toBe(5_000n)
    await reverse(id, { amount: '50.00' }, one.id, two.id)
    expect(await open()).toHaveLength(0)
    expect(await findings()).toEqual([])
  })

  test('never takes back more than there is, however many are asked for', async () => {
    const { one, two, propose } = await anIssued('100.00')
    expect(await reasonOf(propose({ amount: '100.01' }))).toBe('EXCEEDS_INVOICE')
    const first = await propose({ amount: '60.00' })
    expect(await reasonOf(propose({ amount: '40.00' }, two.id))).toBe('ALREADY_PROCESSED')
    await confirm(first, two.id)
    expect(await reasonOf(propose({ amount: '40.01' }))).toBe('EXCEEDS_INVOICE')
    await confirm(await propose({ amount: '40.00' }, two.id), one.id)
    expect(await reasonOf(propose({ amount: '0.01' }))).toBe('EXCEEDS_INVOICE')
  })

  test('of several who decide at once is issued once; numbers of a month have no gap', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => aStaff('finance')))
    for (let round = 0; round < 3; round++) {
      const { propose, stored } = await anIssued('100.00')
      const id = await propose({ amount: '70.00' })
      const outcomes = await Promise.all(
        people.map(({ id: person }, n) =>
          reasonOf(n % 2 ? confirm(id, person) : transaction((tx) => rejectReversal(tx, id, '金额与退款不一致，请核对', actOf(person)))),
        ),
      )
      expect(outcomes.toSorted()).toEqual(['ALREADY_PROCESSED', 'ALREADY_PROCESSED', 'ALREADY_PROCESSED', undefined] as never)
      const [{ status }] = (await owner()`SELECT status FROM invoice_reversals WHERE id = ${id}`) as never as [{ status: string }]
      expect((await stored()).reversed_fen).toBe(status === 'issued' ? 7_000n : 0n)
    }
    const numbers = await owner()<{ number: string }[]>`SELECT number FROM invoice_reversals WHERE number IS NOT NULL ORDER BY number`
    expect(numbers.map(({ number }) => Number(number.slice(9)))).toEqual(numbers.map((_, at) => at + 1))
  })
})

describe('voiding', () => {
  test('keeps the number, takes the whole back, and cannot be undone', async () => {
    const { id, token, two, left, propose, stored } = await anIssued('500.00')
    const number = (await stored()).number
    expect(await confirm(await propose({ kind: 'void', amount: '500.00' }), two.id)).toBeNull()
    expect(await stored()).toEqual({ status: 'cancelled', number, reversed_fen: 50_000n } as never)
    expect(await left()).toBe('500.00')
    const { body } = await call('GET /v1/operators/me/invoices?status=cancelled', { token })
    expect(body.items[0]).toMatchObject({ status: 'cancelled', invoice_number: number })
    expect(await reasonOf(propose())).toBe('ALREADY_PROCESSED')
    const back = owner()`UPDATE invoice_records SET status = 'approved', reversed_fen = 0 WHERE id = ${id}`
    expect(
      await back.then(
        () => 'changed',
        (error: { code: string }) => error.code,
      ),
    ).toBe('42501')
    expect(await findings()).toEqual([])
  })

  test.each([
    ['a part', { amount: '50.00' }, async () => {}, 'shape'],
    ['an invoice of last month', { amount: '100.00' }, (id: Uuid) => ageOf(id), 'VOID_TOO_LATE'],
    [
      'one with a tax file',
      { amount: '100.00' },
      (id: Uuid, by: Uuid) => attachTaxFile(id, { tax_number: digits(20) }, PDF, actOf(by)),
      'VOID_TOO_LATE',
    ],
  ])('of %s is refused', async (_name, more, before, reason) => {
    const { id, one, propose } = await anIssued('100.00')
    await before(id, one.id)
    expect(await reasonOf(propose({ kind: 'void', ...more }))).toBe(reason)
  })

  test('that waited over the end of the month is refused at the second look', async () => {
    const { two, propose, stored } = await anIssued('100.00')
    const id = await propose({ kind: 'void', amount: '100.00' })
    const nextMonth = startOfMonth(addDays(startOfMonth(now()), 35))
    expect(await reasonOf(confirm(id, two.id, nextMonth))).toBe('VOID_TOO_LATE')
    expect((await stored()).status).toBe('approved')
  })
})

/** As if it was issued a month ago. */
async function ageOf(id: Uuid): Promise<void> {
  await owner().begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`
    await sql`UPDATE invoice_records SET reviewed_at = reviewed_at - interval '32 days' WHERE id = ${id}`
  })
}
const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join('')

describe('the database itself refuses', () => {
  test.each([
    [
      'the same person twice',
      (id: Uuid) =>
        owner()`UPDATE invoice_reversals SET status = 'issued', decided_by = proposed_by, decided_at = now(), number = 'HZ209912-000001', check_code = '0000000000000000', pdf_path = 'x', pdf_sha256 = '\\x00' WHERE id = ${id}`,
      '23514',
    ],
    ['another amount than was proposed', (id: Uuid) => owner()`UPDATE invoice_reversals SET amount_fen = 1 WHERE id = ${id}`, '42501'],
    [
      'more than the invoice',
      (_: Uuid, invoice: Uuid) => owner()`UPDATE invoice_records SET reversed_fen = amount_fen + 1 WHERE id = ${invoice}`,
      '23514',
    ],
  ])('%s', async (_name, write, code) => {
    const { id: invoice, propose } = await anIssued('100.00')
    const id = await propose()
    expect(
      await write(id, invoice).then(
        () => 'written',
        (error: { code: string }) => error.code,
      ),
    ).toBe(code)
  })

  test('nothing that was decided: a reversal is changed once', async () => {
    const { id, one, two } = await anIssued('100.00')
    await reverse(id, { amount: '10.00' }, one.id, two.id)
    const write = owner()`UPDATE invoice_reversals SET status = 'proposed', decided_by = NULL, decided_at = NULL WHERE invoice_id = ${id}`
    expect(
      await write.then(
        () => 'written',
        (error: { code: string }) => error.code,
      ),
    ).toBe('42501')
  })
})

test('an invoice is found by its red number and by the tax authority’s, by us and by its owner alone', async () => {
  const { operator, id, one, two } = await anIssued('100.00')
  const red = (await reverse(id, { amount: '10.00' }, one.id, two.id))!
  const taxNumber = digits(20)
  await attachTaxFile(id, { tax_number: taxNumber }, PDF, actOf(one.id))
  const stranger = await anOperator()
  for (const number of [red, taxNumber]) {
    const ours = await findEverywhere(new Set(['invoice:view']), wantedBy(number))
    expect(ours.map((found) => [found.kind, found.id])).toEqual([['invoice', id]])
    expect((await findOwn(operator.id, wantedBy(number))).map((found) => found.id)).toEqual([id])
    expect(await findOwn(stranger.id, wantedBy(number))).toEqual([])
  }
})

test('what an invoice says was taken back is held against its reversals (I9)', async () => {
  const { id } = await anIssued('100.00')
  expect(await findings()).toEqual([])
  await owner()`UPDATE invoice_records SET reversed_fen = 500 WHERE id = ${id}`
  expect((await findings()).map(({ row, text }) => [row, text])).toEqual([[`inv_${id}`, 'taken back: 500 fen, by its reversals: 0 fen']])
  await owner().begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`
    await sql`UPDATE invoice_records SET reversed_fen = 0 WHERE id = ${id}`
  })
  await owner()`UPDATE invoice_red_numbers SET last = last + 1`
  expect((await findings()).map(({ row }) => row.slice(0, 9))).toEqual(['red month'])
  await owner()`UPDATE invoice_red_numbers SET last = last - 1`
})

describe('the tax authority’s file', () => {
  test('is kept as it came, told to the operator, replaced by a newer one, and downloaded by whom it concerns', async () => {
    const { operator, id, one } = await anIssued('100.00')
    const [number, better] = [digits(20), digits(20)]
    await attachTaxFile(id, { tax_number: number }, PDF, actOf(one.id))
    const xml = new TextEncoder().encode('<?xml version="1.0"?><Invoice/>')
    await attachTaxFile(id, { tax_number: better }, xml, actOf(one.id))
    const rows =
      await owner()`SELECT tax_number, file_type, replaced_at IS NULL AS current FROM invoice_tax_files WHERE invoice_id = ${id} ORDER BY id`
    expect([...rows] as object[]).toEqual([
      { tax_number: number, file_type: 'pdf', current: false },
      { tax_number: better, file_type: 'xml', current: true },
    ])
    const messages =
      await owner()`SELECT content FROM message_notifications WHERE target_operator_id = ${operator.id} AND title = '税务发票已上传'`
    expect(messages).toHaveLength(2)
    const file = await fetch(`${started.url}/operator/invoices/inv_${id}/tax-file`, {
      headers: await browserHeaders({ operatorId: operator.id }),
    })
    expect([file.status, file.headers.get('content-disposition'), await file.text()]).toEqual([
      200,
      `attachment; filename="tax_invoice_${better}.xml"`,
      '<?xml version="1.0"?><Invoice/>',
    ])
    const stranger = await fetch(`${started.url}/operator/invoices/inv_${id}/tax-file`, {
      headers: await browserHeaders({ operatorId: (await anOperator()).id }),
    })
    expect(stranger.status).toBe(404)
    const { before, after } = (await auditRows(started.database, id)).at(-1)!.details as Record<string, { tax_number: string }>
    expect([before!.tax_number, after!.tax_number]).toEqual([number, better])
  })

  test.each([
    ['nothing', undefined, '请选择税务发票文件'],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), '须为 PDF、OFD 或 XML 文件'],
    ['a page', new TextEncoder().encode('<html><script>1</script>'), '须为 PDF、OFD 或 XML 文件'],
    ['too much', new Uint8Array(5 * 1_048_576 + 1).fill(37), '文件最大 5 MB'],
  ])('is not %s', async (_name, bytes, words) => {
    const { id, one } = await anIssued('100.00')
    const refused = await attachTaxFile(id, { tax_number: digits(20) }, bytes, actOf(one.id)).catch((error: Problem) => error)
    expect((refused as Problem).details).toEqual([
      expect.objectContaining({ field: 'tax_file', message: expect.objectContaining({ zh: words }) }),
    ] as never)
  })

  test('belongs to one invoice that is issued', async () => {
    const [one, other] = [await anIssued('100.00'), await anIssued('100.00')]
    const number = digits(20)
    await attachTaxFile(one.id, { tax_number: number }, PDF, actOf(one.one.id))
    expect(await reasonOf(attachTaxFile(other.id, { tax_number: number }, PDF, actOf(one.one.id)))).toBe('shape')
    await reverse(other.id, { kind: 'void', amount: '100.00' }, other.one.id, other.two.id)
    expect(await reasonOf(attachTaxFile(other.id, { tax_number: digits(20) }, PDF, actOf(one.one.id)))).toBe('ALREADY_PROCESSED')
  })
})
