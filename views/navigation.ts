import type { PlainKey } from '#src/core/text'
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
  { for: 'admin', href: '/admin/', label: 'nav.home', icon: 'house', task: true },
  { for: 'finance', href: '/finance/', label: 'nav.home', icon: 'house', task: true },
  { for: 'analyst', href: '/analytics/', label: 'nav.home', icon: 'house', task: true },
]

/** Where each kind of viewer starts and signs out; analysts come in through the administrators' door. */
export const AREAS = {
  operator: { home: '/operator/', signOut: '/operator/logout', name: 'audience.operator' },
  admin: { home: '/admin/', signOut: '/admin/logout', name: 'audience.admin' },
  finance: { home: '/finance/', signOut: '/finance/logout', name: 'audience.finance' },
  analyst: { home: '/analytics/', signOut: '/admin/logout', name: 'audience.analyst' },
} as const satisfies Record<ViewerKind, { home: string; signOut: string; name: PlainKey }>

export const navigationFor = (kind: ViewerKind): readonly NavigationRow[] => NAVIGATION.filter((row) => row.for === kind)

/** Whether `href` is the page at `path` or, for all but the home page, one above it. */
export function isCurrent(href: string, path: string): boolean {
  const page = path.split(/[?#]/)[0]!
  return page === href || (href.split('/').length > 3 && page.startsWith(`${href}/`))
}
