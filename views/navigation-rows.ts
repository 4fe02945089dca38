import type { PlainKey } from '#src/core/text'
import type { Permission } from '#src/permissions/permissions'
import type { IconName } from './components/icon'
import type { PageContext } from './page-context'

export type ViewerKind = NonNullable<PageContext['viewer']>['kind']

export type NavigationRow = {
  href: string
  label: PlainKey
  icon: IconName
  /** Also in the phone's bottom bar; at most four for each kind of viewer. */
  task?: true
  /** Staff without this key do not see the row. */
  permission?: Permission
  /** Beside it stands how many requests wait for the viewer. */
  counts?: true
}

/** Requests of our people, beside what each of them works on. */
const OFFICE_GROUP: NavigationGroup = {
  heading: 'nav.group.office',
  rows: [
    { href: '/office/tasks', label: 'office.list.tasks', icon: 'circle-check', counts: true },
    { href: '/office/mine', label: 'office.list.mine', icon: 'file-text' },
  ],
}

/** `heading` null: the rows that come first, under no heading. Beside the office at most three headings for each kind of viewer. */
export type NavigationGroup = { heading: PlainKey | null; rows: readonly NavigationRow[] }

/** Every page the navigation leads to. A page that does not exist has no row. */
export const NAVIGATION: Readonly<Record<ViewerKind, readonly NavigationGroup[]>> = {
  operator: [
    {
      heading: null,
      rows: [
        { href: '/operator/', label: 'nav.home', icon: 'house', task: true },
        { href: '/operator/recharge', label: 'recharge.title', icon: 'wallet', task: true },
        { href: '/operator/usage', label: 'nav.usage', icon: 'receipt', task: true },
        { href: '/operator/statistics', label: 'nav.statistics', icon: 'chart-column' },
        { href: '/operator/sites', label: 'nav.sites', icon: 'store' },
        { href: '/operator/applications', label: 'nav.applications', icon: 'gamepad-2' },
        { href: '/operator/transactions', label: 'transactions.title', icon: 'landmark' },
        { href: '/operator/invoices', label: 'invoices.title', icon: 'file-text' },
        { href: '/operator/refunds', label: 'nav.refunds', icon: 'arrow-up-right' },
        { href: '/operator/exports', label: 'exports.title', icon: 'download' },
        { href: '/operator/api-keys', label: 'nav.apiKeys', icon: 'key-round' },
        { href: '/operator/profile', label: 'nav.account', icon: 'circle-user' },
        { href: '/operator/messages', label: 'messages.title', icon: 'bell', task: true },
      ],
    },
  ],
  admin: [
    {
      heading: null,
      rows: [
        { href: '/admin/', label: 'nav.home', icon: 'house', task: true },
        { href: '/analytics/', label: 'platform.title', icon: 'chart-column', permission: 'statistics:global' },
        { href: '/admin/transactions', label: 'staffTransactions.title', icon: 'receipt', permission: 'transaction:view' },
        { href: '/staff/exports', label: 'exports.title', icon: 'download' },
      ],
    },
    {
      heading: 'nav.group.customers',
      rows: [
        { href: '/admin/operators', label: 'operators.title', icon: 'landmark', task: true, permission: 'operator:view' },
        { href: '/admin/sites', label: 'nav.sites', icon: 'store', permission: 'site:view' },
      ],
    },
    {
      heading: 'nav.group.games',
      rows: [
        { href: '/admin/applications', label: 'catalogue.title', icon: 'gamepad-2', permission: 'application:view' },
        { href: '/admin/app-requests', label: 'access.title', icon: 'inbox', task: true, permission: 'authorization:view' },
        { href: '/admin/authorizations', label: 'grants.title', icon: 'key-round', permission: 'authorization:view' },
        { href: '/admin/announcements', label: 'announce.title', icon: 'bell', permission: 'announcement:publish' },
      ],
    },
    {
      heading: 'nav.group.system',
      rows: [
        { href: '/admin/alerts', label: 'alerts.title', icon: 'triangle-alert', task: true, permission: 'operator:view' },
        { href: '/admin/api-keys', label: 'keyUse.title', icon: 'key-round', permission: 'operator:view' },
        { href: '/admin/partners', label: 'partners.title', icon: 'wallet', permission: 'partner:manage' },
        { href: '/admin/audit-logs', label: 'audit.title', icon: 'history', permission: 'audit:view' },
        { href: '/admin/jobs', label: 'jobs.title', icon: 'loader-circle' },
        { href: '/admin/releases', label: 'releases.title', icon: 'arrow-right' },
        { href: '/admin/service-level', label: 'service.title', icon: 'chart-column' },
        { href: '/admin/deliveries', label: 'deliveries.title', icon: 'arrow-up-right' },
        { href: '/admin/backups', label: 'backups.title', icon: 'inbox' },
        { href: '/admin/schema-checks', label: 'checks.title', icon: 'shield-check' },
        { href: '/admin/settings', label: 'settings.title', icon: 'settings', permission: 'config:manage' },
        { href: '/admin/staff', label: 'staff.title', icon: 'circle-user', permission: 'staff:manage' },
      ],
    },
    OFFICE_GROUP,
  ],
  finance: [
    {
      heading: null,
      rows: [{ href: '/finance/', label: 'nav.home', icon: 'house', task: true }],
    },
    {
      heading: 'nav.group.money',
      rows: [
        { href: '/finance/transactions', label: 'staffTransactions.title', icon: 'receipt', permission: 'transaction:view' },
        { href: '/finance/customers', label: 'customers.title', icon: 'store', permission: 'customer:view' },
        { href: '/finance/recharge-orders', label: 'nav.rechargeOrders', icon: 'wallet', task: true, permission: 'transaction:view' },
        { href: '/finance/quarantine', label: 'nav.quarantine', icon: 'triangle-alert', permission: 'transaction:view' },
        { href: '/finance/bank-transfers', label: 'nav.bankTransfers', icon: 'landmark', permission: 'transaction:view' },
        { href: '/finance/refunds', label: 'refunds.review', icon: 'arrow-up-right', task: true, permission: 'refund:view' },
        { href: '/finance/adjustments', label: 'adjustments.title', icon: 'receipt', permission: 'transaction:view' },
      ],
    },
    {
      heading: 'nav.group.papers',
      rows: [
        { href: '/finance/invoices', label: 'invoices.desk', icon: 'file-text', task: true, permission: 'invoice:view' },
        { href: '/finance/reports', label: 'reports.title', icon: 'chart-column', permission: 'report:download' },
      ],
    },
    {
      heading: 'nav.group.books',
      rows: [
        { href: '/finance/reconciliation', label: 'reconcile.title', icon: 'shield-check', permission: 'transaction:view' },
        { href: '/finance/closing', label: 'closing.title', icon: 'circle-check', permission: 'transaction:view' },
        { href: '/finance/alerts', label: 'alerts.title', icon: 'triangle-alert', permission: 'finance:dashboard' },
        { href: '/finance/audit-logs', label: 'audit.title', icon: 'history', permission: 'audit:view' },
        { href: '/finance/staff', label: 'staff.title.finance', icon: 'circle-user', permission: 'finance_staff:manage' },
        { href: '/staff/exports', label: 'exports.title', icon: 'download' },
      ],
    },
    OFFICE_GROUP,
  ],
  analyst: [
    {
      heading: null,
      rows: [
        { href: '/analytics/', label: 'platform.title', icon: 'chart-column', task: true },
        { href: '/staff/exports', label: 'exports.title', icon: 'download' },
      ],
    },
    OFFICE_GROUP,
  ],
}
