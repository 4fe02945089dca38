import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterCheck, Filters, FilterText } from '../components/filters'
import { useMay } from '../components/may'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { operatorPath } from './operator-frame'

export type SiteRow = {
  id: Uuid
  operatorId: Uuid
  operatorName: string
  name: string
  address: string
  deletedAt: Instant | null
  createdAt: Instant
  /** This month so far. */
  games: number
  amount: Money
  lastStart: Instant | null
}

export type SitesProps = {
  sites: Slice<SiteRow>
  /** Over the whole filter. */
  counts: { sites: number; operators: number }
  keyword: string
  showDeleted: boolean
  /** The one whose sites alone are shown. */
  operator: { id: Uuid; name: string } | null
}

export const adminSitePath = (id: Uuid): string => `/admin/sites/${showId('site', id)}`

/** `/admin/sites`: every customer's sites. */
export function AdminSitesPage({ sites, counts, keyword, showDeleted, operator }: SitesProps) {
  const t = useText()
  const may = useMay()
  const chips: Chip[] = [
    ...(operator ? [{ label: operator.name, clear: ['operator'] }] : []),
    ...(keyword ? [{ label: t('sites.keyword.chip', { keyword }), clear: ['keyword'] }] : []),
    ...(showDeleted ? [{ label: t('sites.showDeleted'), clear: ['deleted'] }] : []),
  ]
  const forOperator = operator ? `?operator=${showId('operator', operator.id)}` : ''
  return (
    <Layout
      title={t('nav.sites')}
      action={
        <>
          <StaffExportMenu
            kind="sites"
            filter={{
              keyword: keyword || undefined,
              deleted: showDeleted ? 'true' : undefined,
              operator: operator ? showId('operator', operator.id) : undefined,
            }}
          />
          {may('site:manage') && (
            <a class="button primary" href={`/admin/sites/new${forOperator}`}>
              {t('sites.create')}
            </a>
          )}
        </>
      }
    >
      <Panel id="sites" title={t('sites.list')} note={t('sites.list.note')}>
        <Filters action="/admin/sites" chips={chips} keep={['operator']}>
          <FilterText
            name="keyword"
            label={t('sites.keyword')}
            value={keyword || undefined}
            placeholder={t('adminSites.keyword.placeholder')}
          />
          <FilterCheck name="deleted" label={t('sites.showDeleted')} checked={showDeleted} />
        </Filters>
        <SitesTable rows={sites.rows} filtered={chips.length > 0} withOperator />
        <Pager of={sites} note={t('adminSites.counts', { sites: formatCount(counts.sites), operators: formatCount(counts.operators) })} />
      </Panel>
    </Layout>
  )
}

/** The rows; of one operator or, with a column for their owner, of all. */
export function SitesTable({
  rows,
  filtered,
  withOperator = false,
}: {
  rows: readonly SiteRow[]
  filtered: boolean
  withOperator?: boolean
}) {
  const t = useText()
  const owner = { head: t('adminSites.operator'), cell: (row: SiteRow) => <Owner of={row} />, wide: true }
  return (
    <DataTable
      caption={t('sites.list')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={
        filtered ? (
          <EmptyState icon="search" title={t('sites.nothingFound')} next={t('sites.nothingFoundNext')} />
        ) : (
          <EmptyState icon="store" title={t('adminSites.empty')} next={t('adminSites.empty.next')} />
        )
      }
      columns={[
        { head: t('sites.name'), cell: (row) => <SiteName of={row} />, wide: true },
        ...(withOperator ? [owner] : []),
        { head: t('sites.address'), cell: (row) => <Name of={row.address} />, wide: true },
        { head: t('sites.games'), cell: (row) => formatCount(row.games), number: true },
        { head: t('sites.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
        { head: t('sites.lastStart'), cell: (row) => (row.lastStart ? <Moment at={row.lastStart} /> : t('sites.lastStart.never')) },
        { head: t('sites.created'), cell: (row) => <Moment at={row.createdAt} /> },
      ]}
    />
  )
}

const Owner = ({ of }: { of: SiteRow }) => (
  <a href={operatorPath(of.operatorId)}>
    <Name of={of.operatorName} />
  </a>
)

const SiteName = ({ of }: { of: SiteRow }) => (
  <span class="with-badge">
    <a href={adminSitePath(of.id)}>
      <Name of={of.name} />
    </a>
    {of.deletedAt && <StatusBadge noun="site" state="deleted" />}
  </span>
)
