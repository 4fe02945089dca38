import { h } from 'preact'
import { businessDay } from '#src/core/time'
import { redirect, showPage } from '#src/page'
import { page } from '#src/platform/route'
import { pagesNamed } from '#views/navigation'
import { ownPage } from '#views/operator/own-page'
import { type Hit, SearchPage } from '#views/operator/search'
import { type Found, findOwn } from './own'
import { wantedBy } from './wanted'

/** Where things of a kind are looked at; what has no page of its own yet is shown in the list alone. */
const PATHS: Partial<Record<Found['kind'], (found: Found) => string>> = {
  usage: ({ id }) => ownPage('usage', id)!,
  site: ({ id }) => ownPage('site', id)!,
  order: ({ id }) => ownPage('order', id)!,
  refund: ({ id }) => ownPage('refund', id)!,
  invoice: ({ id }) => ownPage('invoice', id)!,
  application: () => '/operator/applications',
  access_request: ({ id }) => ownPage('request', id)!,
  transaction: ({ at, seq }) => transactionsAt(businessDay(at!), seq!),
  call: ({ id }) => `/operator/explain?q=${id}`,
}

/** The list of that day, with the transaction as its first row. */
const transactionsAt = (day: string, seq: bigint): string => `/operator/transactions?from=${day}&to=${day}&after=${seq + 1n}`

/** An operator looks for anything of its own, by any id, session or name; the one thing meant opens at once. */
export const searchOperatorPages = [
  page('GET /operator/search', { audience: 'operator' }, async (call) => {
    const typed = new URL(call.request.url).searchParams.get('q') ?? ''
    const wanted = wantedBy(typed)
    const found = await findOwn(call.caller.id, wanted)
    const hits: Hit[] = [
      ...pagesNamed({ kind: 'operator' }, wanted.by === 'words' ? wanted.words : ''),
      ...found.map((row) => ({ ...row, href: PATHS[row.kind]?.(row) ?? null })),
    ]
    const meant = hits.filter((hit) => hit.isExact)
    if (meant.length === 1 && meant[0]!.href) return redirect(meant[0]!.href)
    return showPage(call, h(SearchPage, { action: '/operator/search', typed, hits }))
  }),
]
