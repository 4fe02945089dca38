import { expect, test } from 'bun:test'
import { assetUrls, serveAsset } from '#src/platform/assets'
import { buildSprite } from '#views/assets/build-icons'
import { ICONS } from '#views/components/icon'

test('an asset is served under its hashed name, for a year, with its type', async () => {
  const answer = serveAsset(assetUrls['app.css']!, null)!
  expect(answer.headers.get('content-type')).toBe('text/css; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(answer.headers.get('content-encoding')).toBeNull()
  expect(await answer.text()).toContain('--accent')
})

test.each([
  ['gzip, deflate, br', true],
  ['br;q=1.0, gzip;q=0.8', true],
  ['gzip;q=0, br', false],
  ['identity', false],
])('accept-encoding %s: compressed %p', async (accept, zipped) => {
  const answer = serveAsset(assetUrls['app.js']!, accept)!
  expect(answer.headers.get('content-encoding')).toBe(zipped ? 'gzip' : null)
  expect(answer.headers.get('vary')).toBe('accept-encoding')
  const body = new Uint8Array(await answer.arrayBuffer())
  expect(new TextDecoder().decode(zipped ? Bun.gunzipSync(body) : body)).toContain('sendOnce')
})

test.each(['/assets/app.css', '/assets/app.000000000000.css', '/assets/../package.json', '/assets/', ''])('%p is no asset', (path) => {
  expect(serveAsset(path, null)).toBeUndefined()
})

test('the sprite is what build-icons makes of the icons in use', async () => {
  expect(await Bun.file(new URL('../../views/assets/icons.svg', import.meta.url)).text()).toBe(await buildSprite())
})

test('every icon of the sprite is used by a view', async () => {
  const views = new Bun.Glob('**/*.{ts,tsx}')
  const root = new URL('../../views/', import.meta.url).pathname
  const sources = await Promise.all(
    [...views.scanSync(root)].filter((file) => file !== 'components/icon.tsx').map((file) => Bun.file(root + file).text()),
  )
  expect(ICONS.filter((icon) => !sources.some((source) => source.includes(`'${icon}'`) || source.includes(`"${icon}"`)))).toEqual([])
})

test('no page asks for its screen to be turned (WCAG 1.3.4, which axe is spared)', async () => {
  for (const name of new Bun.Glob('*.css').scanSync('views/assets'))
    expect([name, await Bun.file(`views/assets/${name}`).text()]).toEqual([name, expect.not.stringContaining('orientation')])
})

test('colours are written in tokens.css alone', async () => {
  const root = new URL('../../views/assets/', import.meta.url).pathname
  const sheets = [...new Bun.Glob('*.css').scanSync(root)].filter((file) => file !== 'tokens.css')
  expect(sheets.length).toBeGreaterThan(3)
  for (const sheet of sheets)
    expect([sheet, (await Bun.file(root + sheet).text()).match(/#[0-9a-f]{3,8}\b(?![-\w])(?=[^{]*[;}])|rgb\(|hsl\(/gi)]).toEqual([
      sheet,
      null,
    ])
})
