import { afterAll, describe, expect, test } from 'bun:test'
import { showId, type Uuid } from '#src/core/ids'
import { config } from '#src/platform/config'
import { loadSettings } from '#src/settings/settings'
import { auditRows, operatorToken, staffToken, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { anOperator, aStaff, aStore, credit } from '#tests/support/factory'
import { anInvoiceBody, recharged, refunded, removeInvoiceFiles } from './money'

const { started, call } = withServer()
afterAll(() => removeInvoiceFiles(started.database).catch(() => {}))

const owner = () => started.database.owner
const bare = (id: unknown): Uuid => String(id).replace(/^[a-z]+_/, '')

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
const NO = { reason: '抬头与税号不一致，请核对后重新申请' }

describe('what may be invoiced', () => {
  test('is what was recharged, less refunds, less what was asked for; gifts and games change nothing', async () => {
    const { operator, ask, left, token } = await aPayer('1000.00')
    const { id: reviewer, decide } = await aManager()
    await credit(operator.id, '500.00')
    expect(await left()).toBe('1000.00')
    await refunded(operator.id, reviewer, '100.00')
    expect(await left()).toBe('900.00')
    const first = await ask('300.00')
    expect(first.status).toBe(201)
    expect(await left()).toBe('600.00')
    const tooMuch = await ask('600.01')
    expect(tooMuch.status).toBe(400)
    expect(tooMuch.body.details as unknown).toEqual([
      expect.objectContaining({ field: 'amount', reason: 'EXCEEDS_INVOICEABLE', max_amount: '600.00' }),
    ])
    await decide('approve', first.body.data.invoice_id)
    expect(await left()).toBe('600.00')
    const second = await ask('600.00')
    await decide('reject', second.body.data.invoice_id, NO)
    expect(await left()).toBe('600.00')
    const third = await ask('600.00')
    expect((await ask('0.01')).status).toBe(400)
    await call(`DELETE /v1/operators/me/invoices/${third.body.data.invoice_id}`, { token })
    expect(await left()).toBe('600.00')
  })

  test('of 20 requests at once is never exceeded', async () => {
    const { operator, ask, left } = await aPayer('1000.00')
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('150.00')))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(6).fill(201), ...Array(14).fill(400)])
    expect(await left()).toBe('100.00')
    const [sum] = await owner()`SELECT sum(amount_fen)::bigint AS total FROM invoice_records WHERE operator_id = ${operator.id}`
    expect(sum!.total).toBe(90_000n)
  })

  test('on consumption is what was played, and a yuan invoiced on recharge is not invoiced again', async () => {
    const store = await aStore({ price: '10.00' })
    await recharged(store.operator.id, '100.00')
    const token = await operatorToken(store.operator.id)
    const left = async () => (await call('GET /v1/operators/me/invoices', { token })).body.invoiceable_amount
    const ask = (amount: string) => call('POST /v1/operators/me/invoices', { token, body: anInvoiceBody(amount) })
    await ask('15.00')
    await authorize(started.url, store, { players: 3 })
    await owner()`UPDATE system_configs SET value = 'consumption' WHERE key = 'invoice_basis'`
    await loadSettings()
    try {
      expect(await left()).toBe('15.00')
      expect((await ask('15.01')).status).toBe(400)
      expect((await ask('15.00')).status).toBe(201)
      await credit(store.operator.id, '500.00')
      for (let game = 0; game < 3; game++) await authorize(started.url, store, { players: 8 })
      // 270 were played, of which the operator paid for 100.
      expect(await left()).toBe('70.00')
    } finally {
      await owner()`UPDATE system_configs SET value = 'recharge' WHERE key = 'invoice_basis'`
      await loadSettings()
    }
    expect(await left()).toBe('70.00')
  })
})

describe('asking', () => {
  test.each([
    [{ amount: '0.00' }, 'amount'],
    [{ amount: 5 }, 'amount'],
    [{ tax_id: '91110000802100433b' }, 'tax_id'],
    [{ tax_id: '12345678901234' }, 'tax_id'],
    [{ invoice_title: '店' }, 'invoice_title'],
    [{ email: 'nobody' }, 'email'],
    [{ invoice_type: 'receipt' }, 'invoice_type'],
    [{ colour: 'red' }, 'colour'],
    [
      { invoice_type: 'vat_special', bank_name: '招商银行杭州分行', bank_account: '571900000010001', company_phone: '0571-88880000' },
      'company_address',
    ],
  ])('with %j is refused at %s', async (more, field) => {
    const { ask } = await aPayer('100.00')
    const answer = await ask('10.00', more)
    expect({ status: answer.status, fields: answer.body.details.map((fault) => fault.field) }).toEqual({ status: 400, fields: [field] })
  })

  test('the API takes what the contract takes: a check character is the page’s affair', async () => {
    const { ask } = await aPayer('100.00')
    expect((await ask('10.00', { tax_id: '91110000802100433C' })).status).toBe(201)
  })

  test('without an e-mail uses the account’s; a special invoice keeps bank and seat', async () => {
    const { ask, operator } = await aPayer('100.00')
    const company = { bank_name: '招商银行', bank_account: '5719', company_address: '延安路 98 号', company_phone: '0571-8888' }
    const { body } = await ask('10.00', { invoice_type: 'vat_special', ...company })
    expect(body.data).toMatchObject({ email: 'a@example.com', invoice_type: 'vat_special', status: 'pending', pdf_url: null })
    const [row] =
      await owner()`SELECT bank_name, bank_account, company_address, company_phone, basis FROM invoice_records WHERE operator_id = ${operator.id}`
    expect(row as object).toEqual({ ...company, basis: 'recharge' })
    const [alert] =
      await owner()`SELECT audience, closed_at FROM alerts WHERE kind = 'invoice_pending' AND subject = ${String(body.data.invoice_id)}`
    expect(alert as object).toEqual({ audience: 'finance', closed_at: null })
  })

  test('somebody else’s is not there; a decided one is not withdrawn', async () => {
    const [one, other, finance] = [await aPayer('100.00'), await aPayer('100.00'), await aManager()]
    const { invoice_id: id } = (await one.ask('10.00')).body.data
    const foreign = await call(`DELETE /v1/operators/me/invoices/${id}`, { token: other.token })
    expect([foreign.status, foreign.body.error_code]).toEqual([404, 'INVOICE_NOT_FOUND'])
    const early = await call(`GET /v1/operators/me/invoices/${id}/pdf`, { token: one.token })
    expect([early.status, early.body.error_code, early.body.details]).toEqual([404, 'INVOICE_NOT_READY', { status: 'pending' } as never])
    await finance.decide('approve', id)
    expect((await call(`GET /v1/operators/me/invoices/${id}/pdf`, { token: other.token })).status).toBe(404)
    const late = await call(`DELETE /v1/operators/me/invoices/${id}`, { token: one.token })
    expect([late.status, late.body.details[0]!.reason]).toEqual([400, 'ALREADY_PROCESSED'])
  })
})

describe('a review', () => {
  test('gives number and file before it answers, tells the operator, and is recorded', async () => {
    const { operator, token, ask } = await aPayer('1000.00')
    const finance = await aManager()
    const id = (await ask('1000.00')).body.data.invoice_id
    const answer = await finance.decide('approve', id, { note: '核对无误' })
    expect([answer.status, answer.body.message]).toEqual([200, '发票已批准并生成'])
    const [row] = await owner()`SELECT * FROM invoice_records WHERE id = ${bare(id)}`
    const bytes = await Bun.file(`${config().DATA_DIR}/invoices/${row!.pdf_path}`).bytes()
    expect(new TextDecoder().decode(bytes.slice(0, 5))).toBe('%PDF-')
    expect(new Bun.CryptoHasher('sha256').update(bytes).digest('hex')).toBe(Buffer.from(row!.pdf_sha256).toString('hex'))
    const file = await fetch(`${started.url}/v1/operators/me/invoices/${id}/pdf`, { headers: { Authorization: `Bearer ${token}` } })
    expect([file.headers.get('content-type'), file.headers.get('content-disposition')]).toEqual([
      'application/pdf',
      `attachment; filename="invoice_${row!.number.replace('-', '_')}.pdf"`,
    ])
    expect(await file.bytes()).toEqual(bytes)
    const theirs = await fetch(started.url + String(answer.body.data.pdf_url), { headers: { Authorization: `Bearer ${finance.token}` } })
    expect(await theirs.bytes()).toEqual(bytes)
    const [message] =
      await owner()`SELECT title, content, related_id, related_kind FROM message_notifications WHERE target_operator_id = ${operator.id} AND type = 'invoice'`
    expect(message as object).toMatchObject({ title: '发票已开具', related_id: bare(id), related_kind: 'invoice' })
    expect(message!.content).toContain(row!.number)
    expect((await auditRows(started.database, bare(id))).map(({ operation }) => operation)).toEqual(['invoice_request', 'invoice_approve'])
    const [alert] = await owner()`SELECT closed_at FROM alerts WHERE kind = 'invoice_pending' AND subject = ${String(id)}`
    expect(alert!.closed_at).not.toBeNull()
  })

  test('by several at once decides once', async () => {
    const { ask } = await aPayer('100.00')
    const people = await Promise.all([aManager(), aManager(), aManager(), aManager()])
    const id = (await ask('100.00')).body.data.invoice_id
    const answers = await Promise.all(people.map(({ decide }, n) => decide(n % 2 ? 'approve' : 'reject', id, n % 2 ? {} : NO)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status, body } of answers.filter(({ status }) => status !== 200))
      expect([status, body.details[0]!.reason]).toEqual([400, 'ALREADY_PROCESSED'])
  })

  test('of many at once gives every number once, without a gap', async () => {
    const finance = await aManager()
    const ids: unknown[] = []
    for (let n = 0; n < 12; n++) ids.push((await (await aPayer('100.00')).ask('100.00')).body.data.invoice_id)
    const answers = await Promise.all(ids.map((id, n) => finance.decide(n % 4 === 3 ? 'reject' : 'approve', id, n % 4 === 3 ? NO : {})))
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200))
    const numbers = await owner()<{ number: string }[]>`SELECT number FROM invoice_records WHERE number IS NOT NULL ORDER BY number`
    expect(numbers.map(({ number }) => Number(number.slice(9)))).toEqual(numbers.map((_, at) => at + 1))
  })

  test('after a refund refuses what is not covered any more', async () => {
    const { operator, ask } = await aPayer('100.00')
    const finance = await aManager()
    const [a, b] = [(await ask('60.00')).body.data.invoice_id, (await ask('40.00')).body.data.invoice_id]
    await refunded(operator.id, finance.id, '30.00')
    expect((await finance.decide('approve', a)).status).toBe(200)
    const refused = await finance.decide('approve', b)
    expect(refused.body.details as unknown).toEqual([expect.objectContaining({ reason: 'EXCEEDS_INVOICEABLE', max_amount: '10.00' })])
    expect((await finance.decide('reject', b, NO)).status).toBe(200)
  })

  test('is for those who may; specialists and auditors look, the desk lists what waits', async () => {
    const { operator, ask } = await aPayer('100.00')
    const id = (await ask('100.00')).body.data.invoice_id
    for (const grade of ['specialist', 'auditor'] as const) {
      const token = await staffToken((await aStaff('finance', grade)).id)
      expect((await call(`POST /v1/finance/invoices/${id}/approve`, { token, body: {} })).status).toBe(403)
      const { body } = await call(`GET /v1/finance/invoices?keyword=${encodeURIComponent('幻境')}&page_size=100`, { token })
      expect(body.items.find((item) => item.invoice_id === id)).toMatchObject({
        operator_id: showId('operator', operator.id),
        operator_category: 'trial',
        status: 'pending',
      })
    }
  })
})
