import { h } from 'preact'
import { Problem } from '#src/core/problem'
import { languageOf, showPage } from '#src/page'
import { page, type Route, root } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { ApiDocsPage } from '#views/public/api-docs'
import { version } from '../../package.json'
import { openApiDocument } from './document'
import { readableDocument } from './readable'

/** Old enough to spare a client the download, young enough that a release is seen at once. */
const FRESH_SECONDS = 300

/** The API describes itself: `/openapi.json` for programs, `/docs` for people. Both are made from the table they stand in. */
export const apiDocs = (routes: () => readonly Route[]) => [
  root('GET /openapi.json', ({ request }) => {
    requireDocs()
    prepared ??= prepare(routes())
    const { body, etag } = prepared
    const headers = { 'Cache-Control': `public, max-age=${FRESH_SECONDS}`, ETag: etag, 'Content-Type': 'application/json; charset=utf-8' }
    if (request.headers.get('if-none-match') === etag) return zipped(request, null, 304, headers)
    return zipped(request, body, 200, headers)
  }),

  page('GET /docs', { audience: 'public' }, async (call) => {
    requireDocs()
    const shown = await showPage(call, h(ApiDocsPage, { version, ...readableDocument(routes(), languageOf(call)) }))
    return zipped(call.request, await shown.text(), shown.status, Object.fromEntries(shown.headers))
  }),
]

function requireDocs(): void {
  if (!setting('docs_enabled')) throw new Problem('ROUTE_NOT_FOUND')
}

/** Both documents are long and full of repetition: a tenth of them travels. */
function zipped(request: Request, body: string | null, status: number, headers: Record<string, string>): Response {
  const vary = { ...headers, Vary: 'Accept-Encoding' }
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(request.headers.get('accept-encoding') ?? '')
  if (body === null || !takesGzip) return new Response(body, { status, headers: vary })
  return new Response(Bun.gzipSync(body), { status, headers: { ...vary, 'Content-Encoding': 'gzip' } })
}

let prepared: { body: string; etag: string } | undefined

/** The table does not change while a process lives. */
function prepare(routes: readonly Route[]): { body: string; etag: string } {
  const body = JSON.stringify(openApiDocument(routes, version))
  return { body, etag: `"${new Bun.CryptoHasher('sha256').update(body).digest('hex').slice(0, 16)}"` }
}
