import { readFileSync } from 'node:fs'

type Asset = { body: Uint8Array<ArrayBuffer>; gzip: Uint8Array<ArrayBuffer>; type: string }

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
}

const own = (name: string) => new URL(`../../views/assets/${name}`, import.meta.url)

/** What each asset is made of; the style sheets are parted by subject and sent as one. */
const FILES: Record<string, readonly URL[]> = {
  'app.css': [
    'tokens.css',
    'app.css',
    'shell.css',
    'shell-narrow.css',
    'forms.css',
    'lists.css',
    'filters.css',
    'overlays.css',
    'data.css',
    'cards.css',
    'panels.css',
    'money.css',
    'charts.css',
    'statistics.css',
    'analytics.css',
    'usage.css',
    'public.css',
    'messages.css',
    'recharge.css',
    'docs.css',
    'games.css',
    'staff.css',
    'office.css',
    'search.css',
    'wallets.css',
  ].map(own),
  'print.css': [own('print.css')],
  'app.js': ['app.js', 'live.js', 'keys.js'].map(own),
  'wallet-check.js': ['wallet-check-flow.js', 'wallet-check.js'].map(own),
  'icons.svg': [own('icons.svg')],
  'favicon.svg': [own('favicon.svg')],
  'htmx.min.js': [new URL(import.meta.resolve('htmx.org/dist/htmx.min.js'))],
}

const byPath = new Map<string, Asset>()
const urls: Record<string, string> = {}
for (const [name, files] of Object.entries(FILES)) load(name, files)

/** Name → hashed URL of every asset, for `PageContext.assets`. */
export const assetUrls: Readonly<Record<string, string>> = urls

/** The asset at a hashed path, kept by browsers for a year; undefined when there is none. */
export function serveAsset(pathname: string, acceptEncoding: string | null): Response | undefined {
  const asset = byPath.get(pathname)
  if (!asset) return undefined
  const zipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(acceptEncoding ?? '')
  const headers = new Headers({
    'content-type': asset.type,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  })
  if (zipped) headers.set('content-encoding', 'gzip')
  return new Response(zipped ? asset.gzip : asset.body, { headers })
}

function load(name: string, files: readonly URL[]): void {
  const parts = files.map((file) => readFileSync(file, 'utf8'))
  // A source map would be asked for next to the hashed name, where there is none.
  const source = parts.join('').replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n')
  const body = new TextEncoder().encode(source)
  const [stem, ending] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)]
  const hash = new Bun.CryptoHasher('sha256').update(body).digest('hex').slice(0, 12)
  const path = `/assets/${stem}.${hash}.${ending}`
  byPath.set(path, { body, gzip: Bun.gzipSync(body, { level: 9 }), type: TYPES[ending]! })
  urls[name] = path
}
