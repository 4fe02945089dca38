import type { ComponentChildren } from 'preact'
import type { PlainKey } from '#src/core/text'
import { LiveStanding } from './components/bell'
import { Brand } from './components/brand'
import { formatCount } from './components/figures'
import { CsrfField } from './components/form'
import { Icon } from './components/icon'
import { Preferences } from './components/preferences'
import { SearchBox } from './components/search-box'
import { Shortcuts } from './components/shortcuts'
import { Toast } from './components/toast'
import { Document } from './document'
import { AREAS, goKey, isCurrent, navigationFor, navigationGroups } from './navigation'
import { type PageContext, usePage, useText } from './page-context'

type Viewer = NonNullable<PageContext['viewer']>

export type LayoutProps = {
  title: string
  /** Muted words beside the title: how fresh the figures are, or what they cover. */
  note?: ComponentChildren
  /** The pages between the home page and this one. */
  trail?: readonly { href: string; label: string }[]
  /** The one primary action of the page. */
  action?: ComponentChildren
  children: ComponentChildren
}

/** The shell of every page behind a sign-in; throws when nobody is signed in. */
export function Layout({ title, note, trail = [], action, children }: LayoutProps) {
  const { viewer, done } = usePage()
  if (!viewer) throw new Error('The shell needs a signed-in viewer; pages for everybody use PublicLayout')
  return (
    <Document title={title} bodyClass="shell" htmx>
      <TopBar viewer={viewer} />
      <SideNavigation viewer={viewer} />
      <main id="main" class="main" tabIndex={-1}>
        <Heading viewer={viewer} title={title} note={note} trail={trail} action={action} />
        <div id="flash" aria-live="polite" />
        {done && <Toast words={done} />}
        {children}
      </main>
      <BottomBar viewer={viewer} />
      <Shortcuts viewer={viewer} />
    </Document>
  )
}

function TopBar({ viewer }: { viewer: Viewer }) {
  const t = useText()
  return (
    <header class="topbar">
      <Brand href={AREAS[viewer.kind].home} />
      <SearchBox action={AREAS[viewer.kind].search} />
      <div class="topbar-end">
        {viewer.kind === 'operator' && <LiveStanding standing={viewer} />}
        <span class="badge neutral topbar-role">{t(roleOf(viewer))}</span>
        <Preferences />
        <AccountMenu viewer={viewer} />
      </div>
    </header>
  )
}

const ROLES: Readonly<Record<string, PlainKey>> = {
  super_admin: 'role.super_admin',
  admin: 'role.admin',
  operator: 'role.staff',
  analyst: 'role.analyst',
  specialist: 'role.specialist',
  manager: 'role.manager',
  auditor: 'role.auditor',
}

const roleOf = (viewer: Viewer): PlainKey =>
  viewer.kind === 'operator' ? `category.${viewer.category}` : (ROLES[viewer.role] ?? `role.${viewer.kind}`)

function AccountMenu({ viewer }: { viewer: Viewer }) {
  const t = useText()
  return (
    <details class="menu" data-menu>
      <summary>
        <Icon name="circle-user" size={20} />
        <bdi class="menu-name">{viewer.name}</bdi>
        <span class="sr-only">{t('shell.account')}</span>
        <Icon name="chevron-down" />
      </summary>
      <div class="menu-panel">
        <p class="menu-who">
          <bdi>{viewer.name}</bdi>
          <span class="muted">
            <bdi>{viewer.username}</bdi> · {t(roleOf(viewer))}
          </span>
        </p>
        {viewer.kind === 'operator' && (
          <a class="menu-item" href="/operator/profile">
            <Icon name="circle-user" />
            {t('nav.account')}
          </a>
        )}
        {viewer.kind !== 'operator' && (
          <a class="menu-item" href="/staff/security">
            <Icon name="shield-check" />
            {t('security.title')}
          </a>
        )}
        <button type="button" class="menu-item" data-keys-list hidden>
          <Icon name="keyboard" />
          {t('keys.title')}
        </button>
        <form method="post" action={AREAS[viewer.kind].signOut}>
          <CsrfField />
          <button type="submit" class="menu-item">
            <Icon name="log-out" />
            {t('shell.signOut')}
          </button>
        </form>
      </div>
    </details>
  )
}

/** Beside the page on a desktop, a strip of icons on a tablet, a drawer opened by its own address on a phone. */
function SideNavigation({ viewer }: { viewer: Viewer }) {
  const t = useText()
  return (
    <>
      <nav class="side" id="navigation" aria-label={t('shell.navigation')} tabIndex={-1}>
        <div class="side-inner">
          <p class="side-head">
            <span>{t(AREAS[viewer.kind].name)}</span>
            <a class="side-close" href="#main" aria-label={t('shell.menu.close')} data-drawer-close>
              <Icon name="x" size={20} />
            </a>
          </p>
          {navigationGroups(viewer).map(({ heading, rows }) => (
            <SideGroup key={heading} heading={heading} rows={rows} waiting={viewer.kind === 'operator' ? 0 : viewer.waiting} />
          ))}
          <div class="side-foot">
            <Preferences />
          </div>
        </div>
      </nav>
      <div class="veil" data-drawer-close />
    </>
  )
}

function SideGroup({ heading, rows, waiting }: ReturnType<typeof navigationGroups>[number] & { waiting: number }) {
  const { path } = usePage()
  const t = useText()
  return (
    <>
      {heading && <p class="side-group">{t(heading)}</p>}
      <ul>
        {rows.map((row) => (
          <li key={row.href}>
            <a class="side-link" href={row.href} data-go={goKey(row.href)} aria-current={isCurrent(row.href, path) ? 'page' : undefined}>
              <Icon name={row.icon} size={20} />
              <span class="side-label">{t(row.label)}</span>
              {row.counts && waiting > 0 && <span class="tab-count side-count">{formatCount(waiting)}</span>}
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}

function Heading({ viewer, title, note, trail = [], action }: Omit<LayoutProps, 'children'> & { viewer: Viewer }) {
  const t = useText()
  return (
    <div class="heading">
      <div>
        <nav class="breadcrumb" aria-label={t('shell.breadcrumb')}>
          <ol>
            <li>
              <a href={AREAS[viewer.kind].home}>{t(AREAS[viewer.kind].name)}</a>
            </li>
            {trail.map((page) => (
              <li key={page.href}>
                <a href={page.href}>
                  <bdi>{page.label}</bdi>
                </a>
              </li>
            ))}
            <li aria-current="page">
              <bdi>{title}</bdi>
            </li>
          </ol>
        </nav>
        <h1>
          <bdi>{title}</bdi>
        </h1>
      </div>
      <div class="heading-end">
        {note && <p class="muted">{note}</p>}
        {action}
      </div>
    </div>
  )
}

function BottomBar({ viewer }: { viewer: Viewer }) {
  const { path } = usePage()
  const t = useText()
  const tasks = navigationFor(viewer).filter((row) => row.task)
  return (
    <nav class="bottom-bar" aria-label={t('shell.tasks')}>
      {tasks.map((row) => (
        <a key={row.href} href={row.href} aria-current={isCurrent(row.href, path) ? 'page' : undefined}>
          <Icon name={row.icon} size={20} />
          {t(row.label)}
        </a>
      ))}
      <a href="#navigation" data-drawer-open>
        <Icon name="menu" size={20} />
        {t('shell.menu')}
      </a>
    </nav>
  )
}
