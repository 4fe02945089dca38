import { afterAll, beforeAll } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { assetUrls, serveAsset } from '#src/platform/assets'
import { axeFindings, bringAxe, launchBrowser } from '#tests/support/browser'
import type { PageContext } from '#views/page-context'
import { renderPage } from '#views/render'
import { PAYLOADS } from './payloads'
import { asIs, contextOf, samples } from './samples'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const usual = samples(asIs)
export const hostile = new Map(PAYLOADS.map((payload, at) => [String(at), samples(() => payload)]))
/** The bodies of the forms that were sent. */
export const received: string[] = []

/** Serves `/<sample>/<language>/<theme>[/<payload>]` under the strict policy, as the product does. */
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { pathname } = new URL(request.url)
    const asset = serveAsset(pathname, request.headers.get('accept-encoding'))
    if (asset) return asset
    // Samples have nothing new to tell; as the product does, it is answered that there is no stream.
    if (pathname === '/operator/events') return new Response(null, { status: 204 })
    if (request.method === 'POST') received.push(await request.text())
    const [, name, language, theme, payload] = pathname.split('/')
    const sample = (payload ? hostile.get(payload)! : usual).find((one) => one.name === name)
    if (!sample || !theme) return new Response('done', { headers: { 'content-type': 'text/html', 'content-security-policy': POLICY } })
    const choice = { language, theme } as Pick<PageContext, 'language' | 'theme'>
    return new Response(renderPage(contextOf(sample, choice, assetUrls), sample.page), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
    })
  },
})

server.unref()

type Visit = { page: Page; complaints: string[] }

let browser: Browser
/** The page that looks at one sample after the other, in a browser that is warm by then. */
let visitor: Visit | undefined

/** A browser for the tests of one file; the pages of this folder's samples are there while the process lives. */
export function withBrowser(): void {
  beforeAll(async () => {
    browser = await launchBrowser()
    visitor = undefined
  })
  afterAll(() => browser.close())
}

export const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }
export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** A fresh page and everything it complained about: console, errors, dialogs, requests to other hosts. */
export async function open(options: BrowserContextOptions, path: string): Promise<Visit> {
  const context = await browser.newContext({ baseURL: server.url.href, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url.href)) complaints.push(`asked ${request.url()}`)
  })
  await page.goto(path)
  return { page, complaints }
}

/** By how many pixels a page runs off. */
export const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** The problem pages differ in words alone; two of them stand for all. */
export const looked = usual.map((sample) => sample.name).filter((name) => !/^problem-(?!404|500|signed)/.test(name))

/** What is wrong with a sample in one theme and language, at the width of `options` and at others; a file looks alike at all of them. */
export async function faultsOf(name: string, options: BrowserContextOptions, choice: string, widths: readonly number[] = []) {
  // Whoever crashed it has failed; the next sample has a page of its own again.
  if (!browser.isConnected()) browser = await launchBrowser()
  if (!visitor || visitor.page.isClosed()) {
    visitor = await open(options, `/${name}/${choice}`)
    await bringAxe(visitor.page)
  }
  const { page, complaints } = visitor
  await page.goto(`/${name}/${choice}`)
  const found = { axe: await axeFindings(page), sideways: [[options.viewport!.width, await sideways(page)]] }
  // Loaded once and then made wider and narrower: loading is most of the work.
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    found.sideways.push([width, await sideways(page)])
  }
  if (widths.length > 0) await page.setViewportSize(options.viewport!)
  return { ...found, sideways: found.sideways.filter(([, pixels]) => pixels !== 0), complaints: complaints.splice(0) }
}
export const NONE = { axe: [], sideways: [], complaints: [] }
