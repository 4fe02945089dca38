import { h } from 'preact'
import { showId } from '#src/core/ids'
import { redirect, showPage } from '#src/page'
import { page } from '#src/platform/route'
import { accessPath, announcementPath, applicationPath, grantPath } from '#views/admin/game-paths'
import { operatorPath } from '#views/admin/operator-frame'
import { adminSitePath } from '#views/admin/sites'
import { adjustmentPath } from '#views/finance/adjustments'
import { customerPath } from '#views/finance/customers'
import { reportPath } from '#views/finance/report-parts'
import { pagesNamed } from '#views/navigation'
import { type Hit, SearchPage } from '#views/operator/search'
import { memberPath } from '#views/staff/staff-tabs'
import { type Found, findEverywhere } from './everywhere'
import { wantedBy } from './wanted'

type Paths = Partial<Record<Found['kind'], (found: Found) => string | null>>

const journalRow =
  (door: 'admin' | 'finance') =>
  ({ id, shownBy }: Found) =>
    `/${door}/transactions/${showId('transaction', shownBy ?? id)}`
const moneyOf = ({ operatorId }: Found) => `${operatorPath(operatorId!)}/timeline?chapter=money`

/** Where each door looks at things of a kind; what has no page there is shown in the list alone. */
const PATHS: Record<'admin' | 'finance' | 'analyst', Paths> = {
  admin: {
    operator: ({ id }) => operatorPath(id),
    site: ({ id }) => adminSitePath(id),
    application: ({ id, shownBy }) => (shownBy ? grantPath(shownBy) : applicationPath(id)),
    access_request: ({ id }) => accessPath(id),
    announcement: ({ id }) => announcementPath(id),
    usage: journalRow('admin'),
    transaction: journalRow('admin'),
    order: moneyOf,
    call: ({ operatorId }) => `${operatorPath(operatorId!)}/calls`,
    staff: ({ id }) => memberPath('/admin/staff', id),
    finance_staff: ({ id }) => memberPath('/admin/staff', id),
  },
  finance: {
    operator: ({ id }) => customerPath(id),
    order: ({ id }) => `/finance/recharge-orders/${showId('order', id)}`,
    refund: ({ id }) => `/finance/refunds/${showId('refund', id)}`,
    invoice: ({ id }) => `/finance/invoices/${showId('invoice', id)}`,
    report: reportPath,
    adjustment: ({ id }) => adjustmentPath(id),
    usage: journalRow('finance'),
    transaction: journalRow('finance'),
    finance_staff: ({ id }) => memberPath('/finance/staff', id),
  },
  analyst: {},
}

/** Our people look for anything of anybody, each kind for those who may view it; the one thing meant opens at once. */
export const searchStaffPages = [
  page('GET /staff/search', { audience: 'staff' }, async (call) => {
    const typed = new URL(call.request.url).searchParams.get('q') ?? ''
    const wanted = wantedBy(typed)
    const { permissions, audience } = call.caller
    const found = await findEverywhere(permissions, wanted)
    const hits: Hit[] = [
      ...pagesNamed({ kind: audience, permissions: [...permissions] }, wanted.by === 'words' ? wanted.words : ''),
      ...found.map((row) => ({ ...row, href: PATHS[audience][row.kind]?.(row) ?? null })),
    ]
    const meant = hits.filter((hit) => hit.isExact)
    if (meant.length === 1 && meant[0]!.href) return redirect(meant[0]!.href)
    return showPage(call, h(SearchPage, { action: '/staff/search', typed, hits }))
  }),
]
