import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { OFFICE_FORMS, type OfficeForm } from '#src/core/office'
import type { StaffCaller } from '#src/platform/route'
import { aMember, dayFromNow, typedFor } from '#tests/office/scene'
import { browserHeaders } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { openTestDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'
import { pdfText } from '#tests/support/pdf-text'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let browser: Browser
let people: Record<'applicant' | 'head' | 'chief' | 'colleague' | 'payer', StaffCaller>
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  browser = await launchBrowser()
  const department = '运营部'
  people = {
    applicant: await aMember({ name: '陈晨', department }),
    head: await aMember({ role: 'admin', name: '赵主管', department, heads: true }),
    chief: await aMember({ role: 'super_admin', name: '钱总' }),
    colleague: await aMember({ name: '孙涛', department }),
    payer: await aMember({ role: 'finance', grade: 'specialist', name: '周敏' }),
  }
  const node = (key: string, name: string, approver: object) => ({
    kind: 'approval',
    key,
    name,
    mode: 'any',
    approvers: [approver],
    copies: [],
    next: null,
  })
  const flow = {
    administratorId: null,
    nodes: [node('n1', '部门负责人', { kind: 'head' }), node('n2', '总经办', { kind: 'seat', seat: 'super_admin' })],
  }
  for (const form of OFFICE_FORMS)
    await database.owner`INSERT INTO office_flows (form, version, flow, created_at) VALUES (${form}, 2, ${JSON.stringify(flow)}::text::jsonb, now())`
})
afterAll(async () => {
  await browser.close()
  await server.drain(1_000)
  await database.close()
})

const PLAIN = { ...DESK, javaScriptEnabled: false }
const HOW: Record<OfficeForm, BrowserContextOptions> = {
  baoxiao: DESK,
  qingjia: PHONE,
  caigou: DESK,
  duiwai_fukuan: PLAIN,
  gongzuo_jiaojie: PHONE,
}
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/eL9GtQAAAABJRU5ErkJggg==', 'base64')

const open = new Map<string, Promise<{ page: Page; complaints: string[] }>>()

/** A person's own browser, kept for the next time. */
function at(who: StaffCaller, options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
  const key = `${who.id} ${JSON.stringify(options)}`
  const known = open.get(key) ?? opened(who, options)
  open.set(key, known)
  return known
}

async function opened(who: StaffCaller, options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
  const { Cookie } = await browserHeaders({ adminId: who.id })
  const watched = await watchedPage(browser, server.url, options)
  await watched.page.context().addCookies([{ name: 'mr_session', value: Cookie!.slice('mr_session='.length), url: server.url }])
  return watched
}

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
const sent = (page: Page, selector: string) => Promise.all([page.waitForNavigation(), page.click(selector)])
/** The five share their pages: two of them are looked at whole, one at a desk and one on a phone; the samples show all in every state. */
const findings = (page: Page, form: OfficeForm) => (form === 'baoxiao' || form === 'qingjia' ? axeFindings(page) : [])

/** Fills in what a form asks, whatever kind of field it is. */
async function fill(page: Page, typed: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(typed)) {
    const field = page.locator(`[name="${name}"]`)
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value)
    else await field.fill(value)
  }
}

/** Somebody opens the first that waits for them. */
async function openTask(who: StaffCaller, options: BrowserContextOptions) {
  const watched = await at(who, options)
  await watched.page.goto('/office/tasks')
  await Promise.all([watched.page.waitForURL('**/office/cases/**'), watched.page.click('main table a')])
  return watched
}

async function agree(who: StaffCaller, options: BrowserContextOptions): Promise<void> {
  const { page, complaints } = await openTask(who, options)
  await page.fill('[name=comment]', '同意')
  await sent(page, 'button[value=approve]')
  expect(await main(page)).toContain('待我处理')
  expect(complaints.filter((line) => !line.includes('400'))).toEqual([])
}

describe('from the form to the paper, with two who decide, sent back once', () => {
  test.each(OFFICE_FORMS)(
    '%s',
    async (form) => {
      const options = HOW[form]
      const { applicant, head, chief, colleague, payer } = people
      const typed = typedFor(form, colleague.id)
      const own = await at(applicant, options)
      const { page } = own
      await page.goto(`/office/${form}/new`)
      expect(await findings(page, form)).toEqual([])
      await fill(page, typed)
      await sent(page, 'button[value=save]')
      await page.setInputFiles('[name=file]', { name: '凭证.png', mimeType: 'image/png', buffer: PNG })
      await sent(page, 'button:has-text("上传附件")')
      expect(await main(page)).toContain('凭证.png')
      expect(await findings(page, form)).toEqual([])
      await sent(page, 'main form .button.primary')
      await page.waitForURL(/\/office\/cases\/case_[0-9a-f-]{36}$/)
      expect(await main(page)).toContain('赵主管')
      expect(await findings(page, form)).toEqual([])
      const address = page.url()

      await agree(head, options)
      const back = await openTask(chief, options)
      const more = back.page.locator('.office-more summary')
      if (await more.isVisible()) await more.click()
      expect(await findings(back.page, form)).toEqual([])
      await sent(back.page, 'a:has-text("退回")')
      expect(await findings(back.page, form)).toEqual([])
      await sent(back.page, 'main .button.primary')
      expect(await back.page.textContent('#comment-error')).toContain('5')
      await back.page.selectOption('[name=to]', 'start')
      await back.page.fill('[name=comment]', '请补充说明用途')
      await sent(back.page, 'main .button.primary')

      await page.goto(address)
      expect(await main(page)).toContain('请补充说明用途')
      await sent(page, 'a:has-text("修改后重新提交")')
      await sent(page, 'main form .button.primary')
      await page.waitForURL(address)
      await agree(head, options)
      await agree(chief, options)
      if (form === 'gongzuo_jiaojie') {
        const receiver = await openTask(colleague, options)
        await sent(receiver.page, 'button[value=confirm]')
      }
      if (form === 'duiwai_fukuan') {
        const finance = await openTask(payer, options)
        await sent(finance.page, 'a:has-text("标记已付款")')
        await finance.page.setInputFiles('[name=file]', { name: '回单.png', mimeType: 'image/png', buffer: PNG })
        await sent(finance.page, 'main form button[type=submit]')
        expect(await main(finance.page)).toContain('已付款')
      }
      await page.goto(address)
      const state = form === 'duiwai_fukuan' ? '已付款' : '已通过'
      expect(await main(page)).toContain(state)
      expect(await page.locator('.office-steps > li.done').count()).toBe(form === 'duiwai_fukuan' || form === 'gongzuo_jiaojie' ? 3 : 2)
      const last = await page.locator('.office-steps > li').last().textContent()
      expect(last).toContain({ duiwai_fukuan: '周敏 已付款', gongzuo_jiaojie: '孙涛 已确认' }[form as string] ?? '钱总 已同意')
      expect(await findings(page, form)).toEqual([])
      await page.emulateMedia({ media: 'print' })
      expect(await page.locator('#actions').isVisible()).toBe(false)

      const paper = await fetch(`${address}/paper.pdf`, { headers: await browserHeaders({ adminId: applicant.id }) })
      expect(paper.status).toBe(200)
      const words = pdfText(new Uint8Array(await paper.arrayBuffer()))
      expect(words).toContain(state)
      expect(words).toContain('赵主管')
      await page.emulateMedia({ media: 'screen' })
      expect(own.complaints).toEqual([])
    },
    40_000,
  )
})

test('dates in the past, amounts that are none and empty lines come back at their fields, all that was typed is kept', async () => {
  const { page, complaints } = await at(people.applicant, DESK)
  await page.goto('/office/caigou/new')
  await fill(page, {
    'items.0.name': '一体机电池',
    'items.0.quantity': '0',
    'items.0.price': '2.5',
    supplier: '甲',
    needed_on: dayFromNow(-3),
  })
  await sent(page, 'main form .button.primary')
  const told = await main(page)
  for (const words of ['第 1 行', '不能早于今天', '至少2个字符', '不能为空']) expect(told).toContain(words)
  expect(await page.inputValue('[name="items.0.name"]')).toBe('一体机电池')
  expect(await axeFindings(page)).toEqual([])
  expect(complaints.filter((line) => !line.includes('400'))).toEqual([])
})
