import { expect, test } from 'bun:test'
import { withInvoiceDesk } from '#tests/invoices/desk'
import { issueFor, refunded, reverse } from '#tests/invoices/money'
import { GOOD, main, seen } from '#tests/support/desk'
import { aStaff } from '#tests/support/factory'
import { pdfText } from '#tests/support/pdf-text'
import { openFilters } from '#tests/support/watched-page'

const { asking, operations, signedIn, stored } = withInvoiceDesk()

test('E70, E29: finance approves, the number and the paper are there at once, the operator downloads what it says', async () => {
  const { operator, id, path } = await asking('1060.00')
  const { page, complaints } = await signedIn('finance', (await aStaff('finance')).username)
  await page.goto(path)
  expect(await main(page)).toContain('销售方信息未填写')
  await page.fill('[name=note]', '核对无误')
  await page.click('button:has-text("批准并开具 ¥1,060.00")')
  await page.waitForSelector('text=发票已批准并生成')
  const { number, status, review_note } = await stored(id)
  expect([status, review_note]).toEqual(['approved', '核对无误'])
  await page.goto(path)
  expect(await page.textContent('h1')).toBe(number)
  expect(await page.textContent('#invoice')).toContain('¥1,000.00 不含税，税率 6%，税额 ¥60.00')
  expect(await seen(page)).toEqual(GOOD)
  expect(complaints).toEqual([])

  const own = await signedIn('operator', operator.username)
  await own.page.goto(`/operator/invoices/inv_${id}`)
  const [download] = await Promise.all([own.page.waitForEvent('download'), own.page.click('a:has-text("下载开票凭证")')])
  const words = pdfText(await Bun.file((await download.path())!).bytes()).replace(/\s/g, '')
  for (const fact of [number, '杭州幻境数字娱乐有限公司', '¥1,000.00', '6%', '¥60.00', '壹仟零陆拾元整']) expect(words).toContain(fact)
  expect(own.complaints).toEqual([])
  await own.page.context().close()
  await page.context().close()
}, 30_000)

test('E71: finance rejects with a reason; a short one comes back with its words, the operator reads the good one', async () => {
  const { operator, id, path } = await asking('300.00')
  const { page } = await signedIn('finance', (await aStaff('finance')).username)
  await page.goto(path)
  await page.fill('[name=reason]', '抬头不对')
  await page.click('button:has-text("拒绝申请")')
  await page.waitForSelector('#reason-error')
  expect([await page.inputValue('[name=reason]'), (await stored(id)).status]).toEqual(['抬头不对', 'pending'])
  expect(await seen(page)).toEqual(GOOD)
  await page.fill('[name=reason]', '抬头与税号不一致，请核对后重新申请')
  await page.click('button:has-text("拒绝申请")')
  await page.waitForSelector('text=发票申请已拒绝')
  expect([(await stored(id)).status, (await stored(id)).number]).toEqual(['rejected', null])
  const own = await signedIn('operator', operator.username)
  await own.page.goto(`/operator/invoices/inv_${id}`)
  expect(await main(own.page)).toContain('抬头与税号不一致，请核对后重新申请')
  await own.page.goto('/operator/invoices')
  expect(await own.page.textContent('#invoiceable')).toBe('¥300.00')
  await own.page.context().close()
  await page.context().close()
}, 30_000)

test('two reviewers at once: one wins, the other is told and nothing changes', async () => {
  const { id, path } = await asking('300.00')
  const [one, two] = [
    await signedIn('finance', (await aStaff('finance')).username),
    await signedIn('finance', (await aStaff('finance')).username),
  ]
  for (const { page } of [one, two]) await page.goto(path)
  await one.page.click('button:has-text("批准并开具")')
  await one.page.waitForSelector('text=发票已批准并生成')
  const { number } = await stored(id)
  await two.page.fill('[name=reason]', '抬头与税号不一致，请核对后重新申请')
  await two.page.click('button:has-text("拒绝申请")')
  await two.page.waitForSelector('text=该申请已处理，无法重复操作')
  expect([(await stored(id)).status, (await stored(id)).number]).toEqual(['approved', number])
  const three = await aStaff('finance')
  const late = await signedIn('finance', three.username)
  await late.page.goto(path)
  expect(await late.page.locator('button:has-text("批准并开具")').count()).toBe(0)
  for (const { page } of [one, two, late]) await page.context().close()
}, 30_000)

test('an approval that is refused moves nothing and leaves a row in the audit log', async () => {
  const { operator, id, path } = await asking('300.00')
  const staff = await aStaff('finance')
  const { page } = await signedIn('finance', staff.username)
  await page.goto(path)
  await refunded(operator.id, staff.id, '100.00')
  await page.click('button:has-text("批准并开具")')
  await page.waitForSelector('text=开票金额不能超过')
  expect(await main(page)).toContain('申请金额超出现在的可开票金额')
  expect([(await stored(id)).status, await operations(id)]).toEqual(['pending', ['invoice_approve_refused']])
  await page.context().close()
}, 30_000)

test('E75: an auditor sees invoices, reversals and what is over, and finds nothing to press', async () => {
  const { operator, id, path } = await asking('500.00')
  const [first, second] = [await aStaff('finance'), await aStaff('finance')]
  await issueFor(id, first.id)
  await refunded(operator.id, first.id, '200.00')
  await reverse(id, { amount: '50.00' }, first.id, second.id)
  const { page, complaints } = await signedIn('finance', (await aStaff('finance', 'auditor')).username)
  for (const address of [path, '/finance/invoices?status=all', '/finance/invoices/reversals?status=all', '/finance/invoices/over']) {
    await page.goto(address)
    expect([address, await page.locator('main form[method=post], main a:has-text("作废或红冲") >> css=.button').count()]).toEqual([
      address,
      0,
    ])
    expect([address, await seen(page)]).toEqual([address, GOOD])
  }
  expect(await main(page)).toContain('¥150.00')
  await page.goto(`${path}/reversal`)
  expect(await main(page)).toContain('您没有权限执行此操作')
  expect(complaints.filter((complaint) => !complaint.includes('403'))).toEqual([])
  await page.context().close()
}, 30_000)

test('the desk is narrowed by state, type, days, tax file and words, and says what it adds up to', async () => {
  const { id } = await asking('77.00', '筛选用抬头甲')
  await asking('23.00', '筛选用抬头乙')
  await issueFor(id, (await aStaff('finance')).id)
  const { page } = await signedIn('finance', (await aStaff('finance', 'specialist')).username)
  const total = async (query: string) => {
    await page.goto(`/finance/invoices?keyword=${encodeURIComponent('筛选用')}&${query}`)
    return /共 \d+ 张，合计 ¥[\d.,]+|没有符合条件的发票/.exec(await main(page))![0]
  }
  expect(await total('status=all')).toBe('共 2 张，合计 ¥100.00')
  expect(await total('status=pending')).toBe('共 1 张，合计 ¥23.00')
  expect(await total('status=approved&tax=missing&range=today')).toBe('共 1 张，合计 ¥77.00')
  expect(await total('status=approved&tax=attached')).toBe('没有符合条件的发票')
  expect(await total('status=all&type=vat_special')).toBe('没有符合条件的发票')
  await page.goto(`/finance/invoices?keyword=${encodeURIComponent('筛选用')}&status=all`)
  await page.click('.export-menu summary')
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('.export-menu button[value=csv]')])
  const lines = (await Bun.file((await file.path())!).text()).trim().split(/\r?\n/)
  expect(lines.slice(1).map((row) => /(筛选用抬头.),/.exec(row)![1])).toEqual(['筛选用抬头乙', '筛选用抬头甲'])
  expect(lines[2]).toMatch(/,已开具,77\.00,77\.00,0\.00,4\.36,/)
  await page.goto('/finance/invoices')
  await openFilters(page)
  await page.selectOption('.filters-form [name=tax]', 'missing')
  await page.selectOption('.filters-form [name=status]', 'approved')
  await page.click('.filters-form button')
  await page.waitForURL('**tax=missing**')
  expect(await page.locator('.chip').allInnerTexts()).toEqual([expect.stringContaining('已开具'), expect.stringContaining('未上传')])
  await page.context().close()
}, 30_000)
