import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { type Chip, FilterCheck, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'

type SiteRow = {
  id: Uuid
  name: string
  address: string
  createdAt: Instant
  isDeleted: boolean
  /** This month so far. */
  games: number
  amount: Money
}

export type SitesProps = { sites: Slice<SiteRow>; keyword: string; showDeleted: boolean }

export const sitePath = (id: Uuid): string => `/operator/sites/${showId('site', id)}`

/** `/operator/sites`: the places where games run, each with its month. */
export function SitesPage({ sites, keyword, showDeleted }: SitesProps) {
  const t = useText()
  const chips: Chip[] = [
    ...(keyword ? [{ label: t('sites.keyword.chip', { keyword }), clear: ['keyword'] }] : []),
    ...(showDeleted ? [{ label: t('sites.showDeleted'), clear: ['deleted'] }] : []),
  ]
  return (
    <Layout
      title={t('nav.sites')}
      action={
        <a class="button primary" href="/operator/sites/new">
          {t('sites.create')}
        </a>
      }
    >
      <Panel id="sites" title={t('sites.list')} note={t('sites.list.note')}>
        <Filters action="/operator/sites" chips={chips}>
          <FilterText name="keyword" label={t('sites.keyword')} value={keyword || undefined} placeholder={t('sites.keyword.placeholder')} />
          <FilterCheck name="deleted" label={t('sites.showDeleted')} checked={showDeleted} />
        </Filters>
        <DataTable
          caption={t('sites.list')}
          rows={sites.rows}
          rowKey={(row) => row.id}
          empty={<NoSites filtered={chips.length > 0} />}
          columns={[
            { head: t('sites.name'), cell: (row) => <SiteName of={row} />, wide: true },
            { head: t('sites.address'), cell: (row) => <Name of={row.address} />, wide: true },
            { head: t('sites.games'), cell: (row) => formatCount(row.games), number: true },
            { head: t('sites.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
            { head: t('sites.created'), cell: (row) => <Moment at={row.createdAt} /> },
            { head: t('account.action'), action: true, cell: (row) => <Actions of={row} /> },
          ]}
        />
        <Pager of={sites} />
      </Panel>
    </Layout>
  )
}

function SiteName({ of }: { of: SiteRow }) {
  return (
    <span class="with-badge">
      <a href={sitePath(of.id)}>
        <Name of={of.name} />
      </a>
      {of.isDeleted && <StatusBadge noun="site" state="deleted" />}
    </span>
  )
}

function Actions({ of }: { of: SiteRow }) {
  const t = useText()
  if (of.isDeleted) return null
  return (
    <a href={`${sitePath(of.id)}/edit`}>
      {t('sites.edit')}
      <span class="sr-only"> {of.name}</span>
    </a>
  )
}

function NoSites({ filtered }: { filtered: boolean }) {
  const t = useText()
  return filtered ? (
    <EmptyState icon="search" title={t('sites.nothingFound')} next={t('sites.nothingFoundNext')} />
  ) : (
    <EmptyState icon="store" title={t('sites.empty')} next={t('sites.emptyNext')} />
  )
}
