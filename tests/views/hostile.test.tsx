import { describe, expect, test } from 'bun:test'
import { assetUrls } from '#src/platform/assets'
import type { PageContext } from '#views/page-context'
import { renderPage } from '#views/render'
import { PAYLOADS } from './payloads'
import type { Say } from './sample-props'
import { contextOf, samples } from './samples'
import { shapeOf, structureOf } from './shape'

const CHOICE = { language: 'zh', theme: 'auto' } as const

type Chosen = (name: string, at: number) => boolean

const render = (say: Say, change: Partial<PageContext> = {}, chosen: Chosen = () => true) =>
  new Map(
    samples(say)
      .filter(({ name }, at) => chosen(name, at))
      .map((sample) => [sample.name, renderPage({ ...contextOf(sample, CHOICE, assetUrls), ...change }, sample.page)]),
  )

/** The shape of each page; equal shapes are most of the work, so they are made once. */
const shapes = (pages: Map<string, string>) => new Map([...pages].map(([name, html]) => [name, shapeOf(html)]))

// A word of the same kind as the payload: long ids are cut in the middle, so the structure may only depend on there being words. No
// payload is the address of a page, so no page marks where it is.
const harmless = render(() => 'harmless words', { path: '/nowhere' })
const harmlessShapes = shapes(harmless)

const hostile = (payload: string, chosen?: Chosen) =>
  render(() => payload, { path: payload, csrfToken: payload, requestId: payload }, chosen)

/** Whatever breaks out of any place does so also among others. An address comes first: it counts where it is the beginning. */
const TOGETHER = ['//evil.example/path', ...PAYLOADS.filter((payload) => payload.length < 1_000)].join(' ')
/** Alone, each of them stands in one page of six, and each page has ten of them. */
const SHARE = 6

describe('hostile strings in every prop and in the context (path, token, request id) show up as text only, and none becomes an address', () => {
  test('all of them at once in every page', () => {
    const pages = hostile(TOGETHER)
    expect(pages.size).toBe(harmless.size)
    areWordsOnly(pages)
  })

  test.each(PAYLOADS.map((payload, at) => [JSON.stringify(payload.slice(0, 40)), payload, at] as const))('%s', (_, payload, at) => {
    const pages = hostile(payload, (_name, index) => index % SHARE === at % SHARE)
    expect(pages.size).toBeGreaterThan(50)
    areWordsOnly(pages)
  })
})

/** The one address that is not ours is a provider's, whose protocol the handler has checked. */
const OWN = /^(?:#[A-Za-z_-]*|\/(?![/\\]).*|https:\/\/wx\.tenpay\.com\/x)$/

/** Each page has the structure it has with harmless words, and every href and action is an own path. */
function areWordsOnly(pages: Map<string, string>, expected = harmlessShapes): void {
  for (const [name, html] of pages) {
    const { shape, addresses } = structureOf(html)
    if (shape !== expected.get(name)) expect(`${name}\n${shape}`).toBe(`${name}\n${expected.get(name)!}`)
    for (const address of addresses) if (!OWN.test(address)) expect(address).toMatch(OWN)
  }
}

test('the planted violation is seen: unescaped words change the shape', () => {
  const html = harmless.get('operator')!
  expect(shapeOf(html.replace('harmless words', '<script>alert(1)</script>'))).not.toBe(shapeOf(html))
  expect(shapeOf(html.replace('class="', 'onclick="x" class="'))).not.toBe(shapeOf(html))
  const planted = new Map([['operator', html.replace('href="', 'href="javascript:alert(1)')]])
  expect(() => areWordsOnly(planted, new Map([['operator', harmlessShapes.get('operator')!]]))).toThrow()
})
