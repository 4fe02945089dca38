import { describe, expect, test } from 'bun:test'
import { withInvoiceDesk } from '#tests/invoices/desk'
import { issueFor } from '#tests/invoices/money'
import { GOOD, main, seen } from '#tests/support/desk'
import { aStaff } from '#tests/support/factory'
import { pdfText } from '#tests/support/pdf-text'
import { DESK, PHONE } from '#tests/support/watched-page'

const { asking, operations, signedIn, stored } = withInvoiceDesk()

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk in the dark', { ...DESK, colorScheme: 'dark' as const }],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
])('at %s', (_name, options) => {
  test('one person proposes a red invoice, another issues it, the operator has its paper and may ask again', async () => {
    const { operator, id, path } = await asking('1000.00')
    const [first, second] = [await aStaff('finance'), await aStaff('finance')]
    await issueFor(id, first.id)
    const one = await signedIn('finance', first.username, options)
    await one.page.goto(path)
    await one.page.click('a:has-text("作废或红冲")')
    expect(await seen(one.page, options)).toEqual(GOOD)
    await one.page.selectOption('[name=kind]', 'red')
    await one.page.fill('[name=amount]', '1000.01')
    await one.page.fill('[name=reason]', '太短')
    await one.page.click('button:has-text("提交复核")')
    await one.page.waitForSelector('#reason-error')
    await one.page.fill('[name=reason]', '开票后客户退款，按退款金额红冲')
    await one.page.click('button:has-text("提交复核")')
    await one.page.waitForSelector('#amount-error')
    expect(await one.page.textContent('#amount-error')).toBe('红冲金额不能超过该发票尚未红冲的金额')
    expect(await seen(one.page, options)).toEqual(GOOD)
    await one.page.fill('[name=amount]', '¥200.00')
    await one.page.selectOption('[name=reason_code]', 'return')
    await one.page.click('button:has-text("提交复核")')
    await one.page.waitForSelector('text=已提交，等待另一名财务人员复核')
    await one.page.click('main a:has-text("复核")')
    expect(await main(one.page)).toContain('这是您提交的，须由另一名财务人员复核')
    expect(await one.page.locator('form[action$="/confirmation"]').count()).toBe(0)
    expect(await seen(one.page, options)).toEqual(GOOD)
    await one.page.context().close()

    const two = await signedIn('finance', second.username, options)
    await two.page.goto('/finance/invoices/reversals')
    expect(await seen(two.page, options)).toEqual(GOOD)
    await two.page.locator(`main a[href^="${path}/reversals/"]`).first().click()
    expect(await two.page.textContent('#confirmation')).toContain('¥200.00 回到可开票金额')
    expect(await seen(two.page, options)).toEqual(GOOD)
    await two.page.click('button:has-text("红冲 ¥200.00")')
    await two.page.waitForSelector('text=发票已红冲')
    expect(await two.page.textContent('#reversals')).toMatch(/红字凭证 HZ\d{6}-\d{6}/)
    expect(await seen(two.page, options)).toEqual(GOOD)
    expect(two.complaints).toEqual([])
    await two.page.context().close()

    const own = await signedIn('operator', operator.username, options)
    await own.page.goto('/operator/invoices')
    expect(await own.page.textContent('#invoiceable')).toBe('¥200.00')
    await own.page.goto(`/operator/invoices/inv_${id}`)
    expect(await seen(own.page, options)).toEqual(GOOD)
    const [download] = await Promise.all([own.page.waitForEvent('download'), own.page.click('a:has-text("红字凭证")')])
    const words = pdfText(await Bun.file((await download.path())!).bytes()).replace(/\s/g, '')
    expect(words).toContain('红字开票凭证')
    expect(words).toContain('−¥200.00')
    await own.page.context().close()
    expect(await operations(id)).toEqual(['invoice_approve', 'invoice_reversal_propose', 'invoice_reversal_confirm'])
  }, 60_000)

  test('the tax file is attached, corrected at the field, and downloaded by the operator', async () => {
    const { operator, id, path } = await asking('100.00')
    const staff = await aStaff('finance')
    await issueFor(id, staff.id)
    const { page } = await signedIn('finance', staff.username, options)
    await page.goto(path)
    const number = Array.from({ length: 20 }, () => Math.floor(Math.random() * 10)).join('')
    await page.fill('[name=tax_number]', '2633')
    await page.setInputFiles('[name=tax_file]', { name: 'x.pdf', mimeType: 'application/pdf', buffer: Buffer.from('not a pdf') })
    await page.click('button:has-text("上传税务发票")')
    await page.waitForSelector('#tax_number-error')
    await page.fill('[name=tax_number]', number.replace(/(\d{4})(?=\d)/g, '$1 '))
    await page.setInputFiles('[name=tax_file]', { name: 'x.pdf', mimeType: 'application/pdf', buffer: Buffer.from('not a pdf') })
    await page.click('button:has-text("上传税务发票")')
    await page.waitForSelector('#tax_file-error')
    expect(await seen(page, options)).toEqual(GOOD)
    await page.setInputFiles('[name=tax_file]', { name: 'x.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 tax') })
    await page.click('button:has-text("上传税务发票")')
    await page.waitForSelector('text=税务发票已上传')
    expect(await page.textContent('#tax-file')).toContain(number)
    await page.context().close()
    const own = await signedIn('operator', operator.username, options)
    await own.page.goto(`/operator/invoices/inv_${id}`)
    const [download] = await Promise.all([own.page.waitForEvent('download'), own.page.click('a:has-text("下载税务发票")')])
    expect(download.suggestedFilename()).toBe(`tax_invoice_${number}.pdf`)
    await own.page.context().close()
  }, 30_000)
})

test('voiding: offered in the month of issue, the number stays, the paper’s code says so', async () => {
  const { id, path } = await asking('100.00')
  const [first, second] = [await aStaff('finance'), await aStaff('finance')]
  await issueFor(id, first.id)
  const one = await signedIn('finance', first.username)
  await one.page.goto(`${path}/reversal`)
  expect(await one.page.inputValue('[name=kind]')).toBe('void')
  await one.page.fill('[name=reason]', '客户要求更换抬头，重新开具')
  await one.page.click('button:has-text("提交复核")')
  await one.page.waitForSelector('text=已提交')
  const two = await signedIn('finance', second.username)
  await two.page.goto(path)
  await two.page.click('main a:has-text("复核")')
  const { number, check_code } = await stored(id)
  await two.page.click(`button:has-text("作废发票 ${number}")`)
  await two.page.waitForSelector('text=发票已作废')
  expect(await two.page.locator('a:has-text("作废或红冲")').count()).toBe(0)
  expect(await seen(two.page)).toEqual(GOOD)
  await two.page.goto('/invoices/check')
  await two.page.fill('[name=number]', number.toLowerCase())
  await two.page.fill('[name=code]', check_code.replace(/(\d{4})(?=\d)/g, '$1 '))
  await two.page.click('main button:has-text("查验")')
  await two.page.waitForSelector('text=凭证已作废')
  expect(await seen(two.page)).toEqual(GOOD)
  for (const { page } of [one, two]) await page.context().close()
}, 30_000)

test('the second of two deciders is told; a rejected proposal changes nothing and may be made again', async () => {
  const { id, path } = await asking('100.00')
  const people = [await aStaff('finance'), await aStaff('finance'), await aStaff('finance')] as const
  await issueFor(id, people[0].id)
  const one = await signedIn('finance', people[0].username)
  await one.page.goto(`${path}/reversal`)
  await one.page.fill('[name=reason]', '客户要求更换抬头，重新开具')
  await one.page.click('button:has-text("提交复核")')
  const [two, three] = [await signedIn('finance', people[1].username), await signedIn('finance', people[2].username)]
  for (const { page } of [two, three]) {
    await page.goto(path)
    await page.click('main a:has-text("复核")')
  }
  await two.page.fill('[name=reason]', '抬头没有问题，不需要作废')
  await two.page.click('#rejection button')
  await two.page.waitForSelector('text=申请已驳回')
  await three.page.click('button:has-text("作废发票")')
  await three.page.waitForSelector('text=该申请已处理，无法重复操作')
  expect((await stored(id)).status).toBe('approved')
  expect((await operations(id)).slice(-2)).toEqual(['invoice_reversal_reject', 'invoice_reversal_confirm_refused'])
  await three.page.goto(`${path}/reversal`)
  expect(await three.page.textContent('h1')).toContain('作废或红冲发票')
  for (const { page } of [one, two, three]) await page.context().close()
}, 30_000)
