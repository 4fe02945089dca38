import { afterAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { encode } from 'uqr'
import type { Uuid } from '#src/core/ids'
import { money } from '#src/core/money'
import { type TaxRate, taxIn, taxInPart } from '#src/invoices/tax'
import { qrPicture } from '#src/payments/qr'
import { config } from '#src/platform/config'
import { loadSettings } from '#src/settings/settings'
import { operatorToken, withServer } from '#tests/support/api'
import { anOperator, aStaff } from '#tests/support/factory'
import { pdfPages, pdfText } from '#tests/support/pdf-text'
import { anInvoiceBody, issueFor, recharged, removeInvoiceFiles, reverse } from './money'

const { started, call } = withServer()
afterAll(() => removeInvoiceFiles(started.database).catch(() => {}))

const owner = () => started.database.owner
const RATES: readonly TaxRate[] = ['none', '0', '1', '3', '6', '9', '13']

describe('the tax inside an amount', () => {
  test.each([
    ['6', 106_00n, 6_00n],
    ['6', 100_00n, 5_66n],
    ['13', 113_00n, 13_00n],
    ['1', 1n, 0n],
    ['3', 10_000_00n, 291_26n],
    ['0', 500_00n, 0n],
    ['none', 500_00n, 0n],
  ] as const)('at %s%% of %s fen is %s', (rate, amount, tax) => {
    expect(taxIn(money(amount), rate)).toBe(money(tax))
  })

  test('is never more than half a fen off, and parts that are taken back take back exactly what the whole held', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES),
        fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 12 }),
        (rate, parts) => {
          let [before, taken] = [money(0), 0n]
          for (const part of parts) {
            const tax = taxInPart(before, money(part), rate)
            expect(tax >= 0n && tax <= BigInt(part)).toBe(true)
            taken += tax
            before = money(before + BigInt(part))
          }
          expect(taken).toBe(taxIn(before, rate))
          const exact = rate === 'none' ? 0 : (Number(before) * Number(rate)) / (100 + Number(rate))
          expect(Math.abs(Number(taken) - exact)).toBeLessThanOrEqual(0.5)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

const COMPANY = {
  invoice_type: 'vat_special',
  bank_name: '招商银行杭州分行',
  bank_account: '571900000010001',
  company_address: '浙江省杭州市西湖区延安路 98 号',
  company_phone: '0571-88880000',
}
const SELLER: Record<string, string> = {
  invoice_seller_name: '幻境互动（北京）科技有限公司',
  invoice_seller_tax_id: '91110108551385082Q',
  invoice_seller_address: '北京市海淀区中关村大街 1 号',
  invoice_seller_bank: '工商银行中关村支行',
}

async function setSeller(values: Record<string, string>): Promise<void> {
  for (const [key, value] of Object.entries(values)) await owner()`UPDATE system_configs SET value = ${value} WHERE key = ${key}`
  await loadSettings()
}

async function anIssued(amount: string, more: object = {}) {
  const operator = await anOperator({ name: '杭州幻境体验馆' })
  await recharged(operator.id, '1000000.00')
  const token = await operatorToken(operator.id)
  const asked = await call('POST /v1/operators/me/invoices', { token, body: anInvoiceBody(amount, more) })
  const id: Uuid = String(asked.body.data.invoice_id).replace('inv_', '')
  const [one, two] = [await aStaff('finance'), await aStaff('finance')]
  await issueFor(id, one.id)
  const [row] = await owner()`SELECT number, check_code, tax_rate, tax_fen, reviewed_at FROM invoice_records WHERE id = ${id}`
  const pdf = await bytesOf(`/v1/operators/me/invoices/inv_${id}/pdf`, token)
  return { operator, token, id, one, two, row: row!, pdf }
}
const bytesOf = async (path: string, token: string): Promise<Uint8Array> =>
  (await fetch(started.url + path, { headers: { Authorization: `Bearer ${token}` } })).bytes()

/** As another program reads it, where the machine has one. */
async function poppler(pdf: Uint8Array): Promise<string | null> {
  if (!Bun.which('pdftotext')) return null
  const run = Bun.spawn(['pdftotext', '-', '-'], { stdin: pdf, stdout: 'pipe' })
  return new Response(run.stdout).text()
}
const squeezed = (text: string): string => text.replace(/\s/g, '')

describe('the paper of an issued invoice', () => {
  test('says in words that can be searched: number, buyer, seller, net, rate, tax, amount in capitals, who issued it', async () => {
    await setSeller(SELLER)
    try {
      const { row, pdf, id } = await anIssued('1060.00', COMPANY)
      expect([row.tax_rate, row.tax_fen]).toEqual(['6', 60_00n])
      const facts = [
        '开票凭证',
        row.number,
        row.check_code,
        '增值税专用发票',
        '杭州幻境数字娱乐有限公司',
        '91110000802100433B',
        ...Object.values(COMPANY).slice(1),
        ...Object.values(SELLER),
        '游戏服务预充值',
        '¥1,000.00',
        '6%',
        '¥60.00',
        '壹仟零陆拾元整',
        '¥1,060.00',
        `inv_${id}`,
        '杭州幻境体验馆',
        '不作为税务发票',
      ]
      const readings = [pdfText(pdf), await poppler(pdf)].filter((reading) => reading !== null)
      for (const reading of readings) for (const fact of facts) expect(squeezed(reading), String(fact)).toContain(squeezed(String(fact)))
      expect(pdfPages(pdf)).toHaveLength(1)
    } finally {
      await setSeller(Object.fromEntries(Object.keys(SELLER).map((key) => [key, ''])))
    }
  })

  test.each([
    ['0.01', '壹分'],
    ['100000.10', '壹拾万元壹角整'],
    ['999999.99', '玖拾玖万玖仟玖佰玖拾玖元玖角玖分'],
  ])('of ¥%s names it %s', async (amount, words) => {
    const { pdf } = await anIssued(amount)
    expect(squeezed(pdfText(pdf))).toContain(words)
  })

  test('shows what a hostile title says as text, on one page, however long it is', async () => {
    const title = `<#eval("1+1")> *粗* $x$ \\ #panic() ${'长'.repeat(85)}`
    const { pdf } = await anIssued('10.00', { invoice_title: title })
    expect(squeezed(pdfText(pdf))).toContain(squeezed(title))
    expect(pdfPages(pdf)).toHaveLength(1)
  })

  test('at a rate of none says 不征税 and no tax', async () => {
    await setSeller({ invoice_tax_rate: 'none' })
    try {
      const { pdf, row } = await anIssued('100.00')
      expect([row.tax_rate, row.tax_fen]).toEqual(['none', 0n])
      expect(squeezed(pdfText(pdf))).toContain('不征税***')
    } finally {
      await setSeller({ invoice_tax_rate: '6' })
    }
  })

  test('carries a code that leads to the page which says whether it is good', async () => {
    const { row, pdf, id, one, two } = await anIssued('200.00')
    expect(squeezed(pdfText(pdf))).toContain('扫码查验真伪与状态')
    const address = `/invoices/check?number=${row.number}&code=${row.check_code}`
    expect(squaresIn(qrPicture(config().PUBLIC_URL + address))).toEqual(
      encode(config().PUBLIC_URL + address, { border: 2, ecc: 'M', maskPattern: 3 }).data,
    )
    const check = async (path = address) => (await fetch(started.url + path)).text()
    expect(await check()).toContain('凭证有效')
    expect(await check()).toContain('¥200.00')
    expect(await check(address.slice(0, -1) + ((Number(address.slice(-1)) + 1) % 10))).toContain('没有找到这张凭证')
    expect(await check(`/invoices/check?number=${row.number}`)).not.toContain('¥200.00')
    await reverse(id, { amount: '50.00' }, one.id, two.id)
    expect(await check()).toContain('凭证已部分红冲')
    await reverse(id, { amount: '150.00' }, one.id, two.id)
    expect(await check()).toContain('凭证已全额红冲')
    const [red] = await owner()`SELECT number, check_code FROM invoice_reversals WHERE invoice_id = ${id} ORDER BY id DESC`
    const redPage = await check(`/invoices/check?number=${red!.number}&code=${red!.check_code}`)
    expect(redPage).toContain('红字凭证有效')
    expect(redPage).toContain('−¥150.00')
  })

  test('of a red invoice names the blue one, the reason, and the same below zero', async () => {
    const { id, one, two, row } = await anIssued('1060.00')
    const number = await reverse(id, { amount: '106.00', reason: '开票后客户退款，按退款金额红冲' }, one.id, two.id)
    const [red] = await owner()`SELECT id, tax_fen FROM invoice_reversals WHERE number = ${number}`
    expect(red!.tax_fen).toBe(6_00n)
    const pdf = await Bun.file(`${config().DATA_DIR}/invoices/${await pathOf(red!.id)}`).bytes()
    const reading = squeezed(pdfText(pdf))
    for (const fact of [
      '红字开票凭证',
      number!,
      row.number,
      '−¥100.00',
      '−¥6.00',
      '−¥106.00',
      '（负数）壹佰零陆元整',
      '销售退回：开票后客户退款，按退款金额红冲',
    ])
      expect(reading).toContain(squeezed(fact))
  })
})

/** The dark squares of a drawing that is made of horizontal runs. */
function squaresIn(svg: string): boolean[][] {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)![1])
  const squares = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    squares[Number(y)]!.fill(true, Number(x), Number(x) + Number(length))
  return squares
}

const pathOf = async (id: Uuid): Promise<string> => {
  const [row] = await owner()`SELECT pdf_path FROM invoice_reversals WHERE id = ${id}`
  return row!.pdf_path
}
