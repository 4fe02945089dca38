import { type PlainKey, text } from '#src/core/text'
import { NAVIGATION, type NavigationGroup, type NavigationRow, type ViewerKind } from './navigation-rows'

/** Where each kind of viewer starts and signs out; analysts come in through the administrators' door. */
export const AREAS = {
  operator: { home: '/operator/', search: '/operator/search', signOut: '/operator/logout', name: 'audience.operator' },
  admin: { home: '/admin/', search: '/staff/search', signOut: '/admin/logout', name: 'audience.admin' },
  finance: { home: '/finance/', search: '/staff/search', signOut: '/finance/logout', name: 'audience.finance' },
  analyst: { home: '/analytics/', search: '/staff/search', signOut: '/admin/logout', name: 'audience.analyst' },
} as const satisfies Record<ViewerKind, { home: string; search: string; signOut: string; name: PlainKey }>

/** Whose navigation: the kind of viewer and, for staff, what they may do. */
type Visitor = { kind: ViewerKind; permissions?: readonly string[] }

/** What a viewer sees, heading by heading; a heading without rows is left out. */
export const navigationGroups = ({ kind, permissions = [] }: Visitor): NavigationGroup[] =>
  NAVIGATION[kind]
    .map(({ heading, rows }) => ({ heading, rows: rows.filter(({ permission }) => !permission || permissions.includes(permission)) }))
    .filter(({ rows }) => rows.length > 0)

/** The same rows in one list. */
export const navigationFor = (viewer: Visitor): readonly NavigationRow[] => navigationGroups(viewer).flatMap(({ rows }) => rows)

/** Pages that belong to a row though their address does not begin with its own: tabs beside it. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  '/operator/recharge': ['/operator/recharges', '/operator/bank-transfers'],
  '/operator/usage': ['/operator/explain'],
  '/operator/transactions': ['/operator/statement', '/operator/ledger'],
  '/admin/api-keys': ['/admin/anomalies'],
  '/admin/alerts': ['/admin/alert-channels'],
  '/admin/audit-logs': ['/admin/audit-checks'],
  '/finance/audit-logs': ['/finance/audit-checks'],
  '/analytics/': ['/analytics/ranking', '/analytics/players', '/analytics/cross'],
  '/office/mine': ['/office/done', '/office/copies'],
  '/operator/profile': ['/operator/password', '/operator/sessions', '/operator/close'],
}

/** Whether `href` is the page at `path`, one beside it or, for all but the home page, one above it. */
export function isCurrent(href: string, path: string): boolean {
  const page = path.split(/[?#]/)[0]!
  const isUnder = (row: string): boolean => page === row || (!row.endsWith('/') && page.startsWith(`${row}/`))
  return [href, ...(BESIDE[href] ?? [])].some(isUnder)
}

/** After `g`, these letters go to the pages of the navigation; each letter once for a kind of viewer. */
const GO_KEYS: Readonly<Record<string, string>> = {
  '/operator/': 'h',
  '/operator/recharge': 'r',
  '/operator/usage': 'u',
  '/operator/transactions': 't',
  '/operator/statistics': 'd',
  '/operator/sites': 's',
  '/operator/applications': 'a',
  '/operator/messages': 'm',
  '/operator/invoices': 'i',
  '/operator/exports': 'e',
  '/operator/api-keys': 'k',
  '/operator/profile': 'p',
  '/admin/': 'h',
  '/admin/applications': 'a',
  '/admin/app-requests': 'r',
  '/admin/authorizations': 'g',
  '/admin/announcements': 'n',
  '/finance/': 'h',
  '/finance/recharge-orders': 'r',
  '/finance/quarantine': 'q',
  '/finance/bank-transfers': 'b',
  '/finance/invoices': 'i',
  '/finance/reports': 's',
  '/finance/reconciliation': 'c',
  '/finance/adjustments': 'a',
  '/finance/closing': 'd',
  '/operator/refunds': 'f',
  '/finance/refunds': 'f',
  '/analytics/': 'd',
  '/admin/transactions': 'm',
  '/finance/transactions': 'm',
  '/admin/operators': 'o',
  '/admin/sites': 's',
  '/finance/customers': 'k',
  '/staff/exports': 'e',
  '/admin/partners': 'x',
  '/admin/alerts': 'w',
  '/admin/api-keys': 'k',
  '/admin/audit-logs': 'l',
  '/admin/jobs': 'j',
  '/admin/schema-checks': 'c',
  '/admin/releases': 'v',
  '/admin/service-level': 'f',
  '/admin/deliveries': 'q',
  '/admin/backups': 'b',
  '/admin/settings': 't',
  '/finance/alerts': 'w',
  '/finance/audit-logs': 'l',
  '/admin/staff': 'p',
  '/finance/staff': 'p',
  '/office/tasks': 'u',
  '/office/mine': 'y',
}
export const goKey = (href: string): string | undefined => GO_KEYS[href]

/** The viewer's pages whose name in either language contains the words; `name` is the key of their words. */
export function pagesNamed(viewer: Visitor, words: string) {
  const sought = words.toLowerCase()
  if (sought === '') return []
  return navigationFor(viewer).flatMap(({ href, label }) => {
    const names = [text('zh', label), text('en', label)].map((name) => name.toLowerCase())
    if (!names.some((name) => name.includes(sought))) return []
    return [{ kind: 'page' as const, id: null, name: label, detail: '', at: null, amount: null, isExact: names.includes(sought), href }]
  })
}
