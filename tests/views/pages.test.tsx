import { expect, test } from 'bun:test'
import { zh } from '#src/core/text.zh'
import { assetUrls, serveAsset } from '#src/platform/assets'
import { renderPage } from '#views/render'
import { asIs, contextOf, samples } from './samples'
import { tagsOf } from './shape'

const pages = samples(asIs).flatMap((sample) =>
  (['zh', 'en'] as const).map((language) => ({
    name: `${sample.name} ${language}`,
    language,
    sample,
    html: renderPage(contextOf(sample, { language, theme: 'dark' }, assetUrls), sample.page),
  })),
)

test.each(pages)('$name is a whole document in its language with one h1 and a main', ({ html, language }) => {
  expect(html).toStartWith(`<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"`)
  const tags = tagsOf(html)
  const count = (name: string) => tags.filter((tag) => tag.name === name).length
  expect([count('h1'), count('main'), count('title')]).toEqual([1, 1, 1])
  expect(tags.find((tag) => tag.name === 'html')?.attributes.get('data-theme')).toBe('dark')
})

test.each(pages)('$name keeps the policy: no style attribute, no inline script, no handler', ({ html }) => {
  for (const { name, attributes } of tagsOf(html)) {
    for (const key of attributes.keys()) expect(key).not.toMatch(/^(?:style|on.*|hx-on.*|data-hx-on.*|srcdoc)$/i)
    for (const value of attributes.values()) expect(value).not.toMatch(/^\s*(?:javascript|js|data|vbscript):/i)
    expect(name).not.toBe('style')
    if (name === 'script') expect(attributes.get('src')).toMatch(/^\/assets\/[a-z.-]+\.[0-9a-f]{12}\.js$/)
  }
})

test.each(pages)('$name has unique ids, and every label and description leads to one', ({ html }) => {
  const tags = tagsOf(html)
  const ids = tags.flatMap((tag) => tag.attributes.get('id') ?? [])
  expect(new Set(ids).size).toBe(ids.length)
  for (const { attributes } of tags) {
    for (const key of ['for', 'aria-describedby', 'aria-labelledby']) {
      for (const id of attributes.get(key)?.split(' ') ?? []) expect(ids).toContain(id)
    }
    const href = attributes.get('href')
    if (href?.startsWith('#')) expect(ids).toContain(href.slice(1))
  }
})

test.each(pages)('$name has one mark for what is not there', ({ html }) => {
  expect(html).not.toMatch(/>\s*—\s*</)
})

test('every POST form carries the token, and none is sent to another host', () => {
  for (const { html } of pages) {
    const forms = html.match(/<form\b.*?<\/form>/gs) ?? []
    for (const form of forms) {
      // A form that only closes its dialog is sent nowhere.
      if (form.startsWith('<form method="dialog"')) continue
      expect(form).toMatch(/^<form[^>]* action="\/(?!\/)/)
      if (/method="post"/.test(form)) expect(form).toContain('name="csrf_token" value="csrf-0123456789abcdef"')
    }
  }
})

test('an English page has no Chinese words of ours', () => {
  const han = Object.values<string>(zh).filter((words) => /\p{Script=Han}{2}/u.test(words) && !words.includes('{'))
  const found = pages.flatMap(({ html, language, name }) => {
    // The API's words are Chinese unless asked otherwise, so its documents show them in both languages.
    if (language !== 'en' || name.startsWith('docs')) return []
    const words = new Set(html.replace(/<[^>]*>/g, '\n').split('\n'))
    return han.filter((word) => words.has(word)).map((word) => `${name}: ${word}`)
  })
  expect(found).toEqual([])
})

test('a first visit transfers at most 150 KB: page, styles, scripts and sprite, compressed', async () => {
  const assets = await Promise.all(Object.values(assetUrls).map(async (url) => (await serveAsset(url, 'gzip')!.arrayBuffer()).byteLength))
  const shared = assets.reduce((sum, bytes) => sum + bytes, 0)
  for (const { html, name } of pages) {
    const bytes = Bun.gzipSync(new TextEncoder().encode(html)).byteLength + shared
    expect([name, bytes <= 150 * 1024]).toEqual([name, true])
  }
})
