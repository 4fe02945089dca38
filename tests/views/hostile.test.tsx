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

// A word of the same kind as the payload: long ids are cut in the middle, so the structure may only depend on there being words.
const harmless = render(() => 'harmless words')

describe('hostile strings in every prop show up as text only', () => {
  test.each(PAYLOADS.map((payload) => [JSON.stringify(payload.slice(0, 40)), payload]))('%s', (_, payload) => {
    for (const [name, html] of render(() => payload)) {
      expect(`${name}\n${shapeOf(html)}`).toBe(`${name}\n${shapeOf(harmless.get(name)!)}`)
    }
  })
})

test('hostile strings in the context (path, token, request id) show up as text only', () => {
  for (const payload of PAYLOADS) {
    const hostile = render(asIs, { path: payload, csrfToken: payload, requestId: payload })
    const usual = render(asIs, { path: '/nowhere' })
    for (const [name, html] of hostile) expect(shapeOf(html)).toBe(shapeOf(usual.get(name)!))
  }
})

test('no hostile string becomes an address: every href and action is an own path', () => {
  const own = /^(?:#[A-Za-z_-]*|\/(?![/\\]).*)$/
  for (const payload of PAYLOADS) {
    for (const html of render(() => payload, { path: payload }).values()) {
      for (const { attributes } of tagsOf(html)) {
        for (const key of ['href', 'action', 'src', 'formaction', 'xlink:href']) {
          const value = attributes.get(key)
          if (value !== undefined) expect(value).toMatch(own)
        }
      }
    }
  }
})

test('the planted violation is seen: unescaped words change the shape', () => {
  const html = harmless.get('operator')!
  expect(shapeOf(html.replace('harmless words', '<script>alert(1)</script>'))).not.toBe(shapeOf(html))
  expect(shapeOf(html.replace('class="', 'onclick="x" class="'))).not.toBe(shapeOf(html))
})
