import { type IdKind, showId, type Uuid } from '#src/core/ids'

/** Where an operator looks at something of its own. */
const PAGES: Partial<Record<IdKind, string>> = {
  usage: '/operator/usage',
  site: '/operator/sites',
  request: '/operator/applications/requests',
  order: '/operator/recharges',
  refund: '/operator/refunds',
  invoice: '/operator/invoices',
}

/** The page of one thing; null for what has none of its own. */
export function ownPage(kind: IdKind, id: Uuid): string | null {
  const folder = PAGES[kind]
  return folder ? `${folder}/${showId(kind, id)}` : null
}
