import { type PlainKey, text } from '#src/core/text'
import type { IconName } from './components/icon'
import type { PageContext } from './page-context'

type ViewerKind = NonNullable<PageContext['viewer']>['kind']

type NavigationRow = {
  for: ViewerKind
  href: string
  label: PlainKey
  icon: IconName
  /** Also in the phone's bottom bar; at most four for each kind of viewer. */
  task: boolean
}

/** Every page the navigation leads to. A page that does not exist has no row, and a role sees only its own rows. */
const NAVIGATION: readonly NavigationRow[] = [
  { for: 'operator', href: '/operator/', label: 'nav.home', icon: 'house', task: true },
  { for: 'operator', href: '/operator/recharge', label: 'recharge.title', icon: 'wallet', task: true },
  { for: 'operator', href: '/operator/usage', label: 'nav.usage', icon: 'receipt', task: true },
  { for: 'operator', href: '/operator/statistics', label: 'nav.statistics', icon: 'chart-column', task: false },
  { for: 'operator', href: '/operator/sites', label: 'nav.sites', icon: 'store', task: false },
  { for: 'operator', href: '/operator/applications', label: 'nav.applications', icon: 'gamepad-2', task: false },
  { for: 'operator', href: '/operator/transactions', label: 'transactions.title', icon: 'landmark', task: false },
  { for: 'operator', href: '/operator/invoices', label: 'invoices.title', icon: 'file-text', task: false },
  { for: 'operator', href: '/operator/refunds', label: 'nav.refunds', icon: 'arrow-up-right', task: false },
  { for: 'operator', href: '/operator/exports', label: 'exports.title', icon: 'download', task: false },
  { for: 'operator', href: '/operator/api-keys', label: 'nav.apiKeys', icon: 'key-round', task: false },
  { for: 'operator', href: '/operator/profile', label: 'nav.account', icon: 'circle-user', task: false },
  { for: 'operator', href: '/operator/messages', label: 'messages.title', icon: 'bell', task: true },
  { for: 'admin', href: '/admin/', label: 'nav.home', icon: 'house', task: true },
  { for: 'finance', href: '/finance/', label: 'nav.home', icon: 'house', task: true },
  { for: 'finance', href: '/finance/recharge-orders', label: 'nav.rechargeOrders', icon: 'wallet', task: true },
  { for: 'finance', href: '/finance/quarantine', label: 'nav.quarantine', icon: 'triangle-alert', task: false },
  { for: 'finance', href: '/finance/bank-transfers', label: 'nav.bankTransfers', icon: 'landmark', task: false },
  { for: 'finance', href: '/finance/invoices', label: 'invoices.desk', icon: 'file-text', task: true },
  { for: 'finance', href: '/finance/reconciliation', label: 'reconcile.title', icon: 'shield-check', task: false },
  { for: 'finance', href: '/finance/refunds', label: 'refunds.review', icon: 'arrow-up-right', task: true },
  { for: 'analyst', href: '/analytics/', label: 'nav.home', icon: 'house', task: true },
]

/** Where each kind of viewer starts and signs out; analysts come in through the administrators' door. */
export const AREAS = {
  operator: { home: '/operator/', search: '/operator/search', signOut: '/operator/logout', name: 'audience.operator' },
  admin: { home: '/admin/', search: '/staff/search', signOut: '/admin/logout', name: 'audience.admin' },
  finance: { home: '/finance/', search: '/staff/search', signOut: '/finance/logout', name: 'audience.finance' },
  analyst: { home: '/analytics/', search: '/staff/search', signOut: '/admin/logout', name: 'audience.analyst' },
} as const satisfies Record<ViewerKind, { home: string; search: string; signOut: string; name: PlainKey }>

export const navigationFor = (kind: ViewerKind): readonly NavigationRow[] => NAVIGATION.filter((row) => row.for === kind)

/** Pages that belong to a row though their address does not begin with its own: tabs beside it. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  '/operator/recharge': ['/operator/recharges', '/operator/bank-transfers'],
  '/operator/usage': ['/operator/explain'],
  '/operator/transactions': ['/operator/statement', '/operator/ledger'],
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
  '/finance/': 'h',
  '/finance/recharge-orders': 'r',
  '/finance/quarantine': 'q',
  '/finance/bank-transfers': 'b',
  '/finance/invoices': 'i',
  '/finance/reconciliation': 'c',
  '/operator/refunds': 'f',
  '/finance/refunds': 'f',
  '/analytics/': 'h',
}
export const goKey = (href: string): string | undefined => GO_KEYS[href]

/** The pages of a kind of viewer whose name in either language contains the words; `name` is the key of their words. */
export function pagesNamed(kind: ViewerKind, words: string) {
  const sought = words.toLowerCase()
  if (sought === '') return []
  return navigationFor(kind).flatMap(({ href, label }) => {
    const names = [text('zh', label), text('en', label)].map((name) => name.toLowerCase())
    if (!names.some((name) => name.includes(sought))) return []
    return [{ kind: 'page' as const, id: null, name: label, detail: '', at: null, amount: null, isExact: names.includes(sought), href }]
  })
}
