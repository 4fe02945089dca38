import { describe, expect, test } from 'bun:test'
import { assetUrls } from '#src/platform/assets'
import type { PageContext } from '#views/page-context'
import { renderPage } from '#views/render'
import { PAYLOADS } from './payloads'
import type { Say } from './sample-props'
import { contextOf, samples } from './samples'
import { shapeOf, structureOf } from './shape'

const CHOICE = { language: 'zh', theme: 'auto' } as const

const render = (say: Say, change: Partial<PageContext> = {}) =>
  new Map(samples(say).map((sample) => [sample.name, renderPage({ ...contextOf(sample, CHOICE, assetUrls), ...change }, sample.page)]))

/** The shape of each page; equal shapes are most of the work, so they are made once. */
const shapes = (pages: Map<string, string>) => new Map([...pages].map(([name, html]) => [name, shapeOf(html)]))

// A word of the same kind as the payload: long ids are cut in the middle, so the structure may only depend on there being words. No
// payload is the address of a page, so no page marks where it is.
const harmless = render(() => 'harmless words', { path: '/nowhere' })
const harmlessShapes = shapes(harmless)

const EACH = PAYLOADS.map((payload) => [JSON.stringify(payload.slice(0, 40)), payload] as const)

describe('hostile strings in every prop and in the context (path, token, request id) show up as text only, and none becomes an address', () => {
  test.each(EACH)('%s', (_, payload) =>
    areWordsOnly(
      render(() => payload, { path: payload, csrfToken: payload, requestId: payload }),
      harmlessShapes,
    ),
  )
})

/** The one address that is not ours is a provider's, whose protocol the handler has checked. */
const OWN = /^(?:#[A-Za-z_-]*|\/(?![/\\]).*|https:\/\/wx\.tenpay\.com\/x)$/

/** Each page has the structure it has with harmless words, and every href and action is an own path. */
function areWordsOnly(pages: Map<string, string>, expected: Map<string, string>): void {
  expect(pages.size).toBe(expected.size)
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
