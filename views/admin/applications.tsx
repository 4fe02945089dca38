import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { applicationPath } from './game-paths'

type ApplicationRow = {
  id: Uuid
  name: string
  description: string | null
  unitPrice: Money
  minPlayers: number
  maxPlayers: number
  isActive: boolean
  createdAt: Instant
  operators: number
  nextPrice: Money | null
  nextPriceAt: Instant | null
}

const STATES = ['active', 'retired'] as const
export type ApplicationsProps = {
  applications: Slice<ApplicationRow>
  filter: { state: (typeof STATES)[number] | 'all'; keyword: string }
  total: number
  mayManage: boolean
}

/** `/admin/applications`: every game, what it costs and how many operators may start it. */
export function ApplicationsPage({ applications, filter, total, mayManage }: ApplicationsProps) {
  const t = useText()
  const filtered = filter.state !== 'all' || filter.keyword !== ''
  return (
    <Layout title={t('catalogue.title')} action={<Actions filter={filter} mayManage={mayManage} />}>
      <Panel id="applications" title={t('catalogue.list')} note={t('apps.price.note')}>
        <ApplicationFilters {...filter} />
        <DataTable
          caption={t('catalogue.list')}
          rows={applications.rows}
          rowKey={(row) => row.id}
          empty={
            filtered ? (
              <EmptyState icon="search" title={t('catalogue.none')} next={t('catalogue.noneNext')} />
            ) : (
              <EmptyState icon="gamepad-2" title={t('catalogue.empty')} next={t('catalogue.emptyNext')} />
            )
          }
          columns={[
            { head: t('apps.name'), cell: (row) => <GameLink of={row} />, wide: true },
            { head: t('apps.state'), cell: (row) => <StatusBadge noun="application" state={row.isActive ? 'active' : 'retired'} /> },
            { head: t('apps.price'), cell: (row) => <Price of={row} />, number: true },
            { head: t('apps.players'), cell: (row) => `${row.minPlayers}–${row.maxPlayers}`, number: true },
            { head: t('catalogue.operators'), cell: (row) => formatCount(row.operators), number: true },
            { head: t('catalogue.createdAt'), cell: (row) => <Moment at={row.createdAt} /> },
          ]}
        />
        <Pager of={applications} note={t('access.total', { count: formatCount(total) })} />
      </Panel>
    </Layout>
  )
}

function Actions({ filter: { state, keyword }, mayManage }: Pick<ApplicationsProps, 'filter' | 'mayManage'>) {
  const t = useText()
  return (
    <>
      <StaffExportMenu kind="applications" filter={{ state, keyword: keyword || undefined }} />
      {mayManage && (
        <a class="button primary" href="/admin/applications/new">
          {t('catalogue.create')}
        </a>
      )}
    </>
  )
}

function ApplicationFilters({ state, keyword }: ApplicationsProps['filter']) {
  const t = useText()
  const chips = [
    ...(state === 'all' ? [] : [{ label: t(`catalogue.state.${state}`), clear: ['state'] }]),
    ...(keyword === '' ? [] : [{ label: keyword, clear: ['keyword'] }]),
  ]
  return (
    <Filters action="/admin/applications" chips={chips}>
      <FilterText name="keyword" label={t('catalogue.search')} value={keyword} />
      <FilterSelect
        name="state"
        label={t('apps.state')}
        value={state === 'all' ? '' : state}
        options={[{ value: '', label: t('filter.all') }, ...STATES.map((value) => ({ value, label: t(`catalogue.state.${value}`) }))]}
      />
    </Filters>
  )
}

const GameLink = ({ of }: { of: ApplicationRow }) => (
  <div>
    <a href={applicationPath(of.id)}>
      <Name of={of.name} />
    </a>
    {of.description && (
      <span class="cell-more">
        <Name of={of.description} />
      </span>
    )}
  </div>
)

function Price({ of }: { of: ApplicationRow }) {
  const t = useText()
  return (
    <div>
      <Yuan of={of.unitPrice} />
      {of.nextPrice !== null && of.nextPriceAt && (
        <span class="cell-more">{t('catalogue.next', { time: formatMinute(of.nextPriceAt), price: formatYuan(of.nextPrice) })}</span>
      )}
    </div>
  )
}
