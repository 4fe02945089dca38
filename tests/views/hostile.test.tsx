import { describe, expect, test } from 'bun:test'
import { assetUrls } from '#src/platform/assets'
import type { PageContext } from '#views/page-context'
import { renderPage } from '#views/render'
import { PAYLOADS } from './payloads'
import type { Say } from './sample-props'
import { asIs, contextOf, samples } from './samples'
import { shapeOf, tagsOf } from './shape'

const CHOICE = { language: 'zh', theme: 'auto' } as const

const render = (say: Say, change: Partial<PageContext> = {}) =>
  new Map(samples(say).map((sample) => [sample.name, renderPage({ ...contextOf(sample, CHOICE, assetUrls), ...change }, sample.page)]))

/** The shape of each page; equal shapes are most of the work, so they are made once. */
const shapes = (pages: Map<string, string>) => new Map([...pages].map(([name, html]) => [name, shapeOf(html)]))

// A word of the same kind as the payload: long ids are cut in the middle, so the structure may only depend on there being words.
const harmless = render(() => 'harmless words')
const harmlessShapes = shapes(harmless)
const usualShapes = shapes(render(asIs, { path: '/nowhere' }))

const EACH = PAYLOADS.map((payload) => [JSON.stringify(payload.slice(0, 40)), payload] as const)

describe('hostile strings in every prop show up as text only, and none becomes an address', () => {
  test.each(EACH)('%s', (_, payload) => {
    for (const [name, html] of render(() => payload)) {
      expect(`${name}\n${shapeOf(html)}`).toBe(`${name}\n${harmlessShapes.get(name)!}`)
    }
    for (const html of render(() => payload, { path: payload }).values()) onlyOwnAddresses(html)
  })
})

describe('hostile strings in the context (path, token, request id) show up as text only', () => {
  test.each(EACH)('%s', (_, payload) => {
    const hostile = render(asIs, { path: payload, csrfToken: payload, requestId: payload })
    for (const [name, html] of hostile) expect(`${name}\n${shapeOf(html)}`).toBe(`${name}\n${usualShapes.get(name)!}`)
  })
})

/** The one address that is not ours is a provider's, whose protocol the handler has checked. */
const OWN = /^(?:#[A-Za-z_-]*|\/(?![/\\]).*|https:\/\/wx\.tenpay\.com\/x)$/

/** Every href and action is an own path. */
function onlyOwnAddresses(html: string): void {
  for (const { attributes } of tagsOf(html)) {
    for (const key of ['href', 'action', 'src', 'formaction', 'xlink:href']) {
      const value = attributes.get(key)
      if (value !== undefined && !OWN.test(value)) expect(value).toMatch(OWN)
    }
  }
}

test('the planted violation is seen: unescaped words change the shape', () => {
  const html = harmless.get('operator')!
  expect(shapeOf(html.replace('harmless words', '<script>alert(1)</script>'))).not.toBe(shapeOf(html))
  expect(shapeOf(html.replace('class="', 'onclick="x" class="'))).not.toBe(shapeOf(html))
})
