import { h } from 'preact'
import { showId, type Uuid } from '#src/core/ids'
import { redirect, showPage } from '#src/page'
import { page } from '#src/platform/route'
import { pagesNamed } from '#views/navigation'
import { type Hit, SearchPage } from '#views/operator/search'
import { findEverywhere } from './everywhere'
import type { Found } from './own'
import { wantedBy } from './wanted'

/** Where finance looks at things of a kind; the doors of the others have no pages of them. */
const FINANCE_PAGES: Partial<Record<Found['kind'], (id: Uuid) => string>> = {
  order: (id) => `/finance/recharge-orders/${showId('order', id)}`,
  invoice: (id) => `/finance/invoices/${showId('invoice', id)}`,
}

/** Our people look for operators, sites and applications, each kind for those who may view it. */
export const searchStaffPages = [
  page('GET /staff/search', { audience: 'staff' }, async (call) => {
    const typed = new URL(call.request.url).searchParams.get('q') ?? ''
    const wanted = wantedBy(typed)
    const { permissions, audience } = call.caller
    const found = await findEverywhere(permissions, wanted)
    const hits: Hit[] = [
      ...pagesNamed(audience, wanted.by === 'words' ? wanted.words : ''),
      ...found.map((row) => ({ ...row, href: audience === 'finance' ? (FINANCE_PAGES[row.kind]?.(row.id) ?? null) : null })),
    ]
    const meant = hits.filter((hit) => hit.isExact)
    if (meant.length === 1 && meant[0]!.href) return redirect(meant[0]!.href)
    return showPage(call, h(SearchPage, { action: '/staff/search', typed, hits }))
  }),
]
