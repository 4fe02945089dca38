import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { PASSWORD } from './factory'

export const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }
export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** A fresh page and everything it complains about: console, errors, failed answers, requests to other hosts. */
export async function watchedPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ baseURL: url, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(`asked ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`)
  })
  return { page, complaints }
}

type Door = 'operator' | 'admin' | 'finance'

/** The same of somebody who has come in at a door of the pages; `home` is where people of another role land. */
export async function signedInPage(
  browser: Browser,
  url: string,
  door: Door,
  username: string,
  options: BrowserContextOptions = DESK,
  { password = PASSWORD, home = `/${door}/` }: { password?: string; home?: string } = {},
): Promise<{ page: Page; complaints: string[] }> {
  const watched = await watchedPage(browser, url, options)
  await watched.page.goto(`/${door}/login`)
  await watched.page.fill('[name=username]', username)
  await watched.page.fill('[name=password]', password)
  await watched.page.keyboard.press('Enter')
  await watched.page.waitForURL(`**${home}`)
  return watched
}

/** On a phone the fields of a filter wait behind a button. */
export async function openFilters(page: Page): Promise<void> {
  const toggle = page.locator('.filters-toggle summary')
  if (await toggle.isVisible()) await toggle.click()
}
