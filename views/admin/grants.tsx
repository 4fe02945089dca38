import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Tabs } from '../components/tabs'
import { Layout } from '../layout'
import { useText } from '../page-context'
import type { GameChoice } from './access-queue'
import { grantPath } from './game-paths'

const GRANT_STATES = ['active', 'ending', 'expired', 'revoked'] as const
type GrantState = (typeof GRANT_STATES)[number]
export type GrantRow = {
  id: Uuid
  operatorId: Uuid
  operatorName: string
  operatorUsername: string
  applicationId: Uuid
  appName: string
  authorizedAt: Instant
  authorizedByName: string
  expiresAt: Instant | null
  state: GrantState
}
export type GrantsProps = {
  grants: Slice<GrantRow>
  filter: { state: GrantState | 'all'; keyword: string; applicationId: Uuid | undefined }
  games: readonly GameChoice[]
  counts: { active: number; ending: number; expired: number }
  total: number
  mayGrant: boolean
}

/** List and matrix: two looks at the same rights. */
export function GrantTabs({ current }: { current: 'list' | 'matrix' }) {
  const t = useText()
  return (
    <Tabs
      label={t('grants.title')}
      tabs={[
        { href: '/admin/authorizations', label: t('grants.tabs.list'), current: current === 'list' },
        { href: '/admin/authorizations/matrix', label: t('grants.tabs.matrix'), current: current === 'matrix' },
      ]}
    />
  )
}

export function NewGrantLink() {
  const t = useText()
  return (
    <a class="button primary" href="/admin/authorizations/new">
      {t('grants.new')}
    </a>
  )
}

/** `/admin/authorizations`: who may start what since when and until when. */
export function GrantsPage({ grants, filter, games, counts, total, mayGrant }: GrantsProps) {
  const t = useText()
  const filtered = filter.state !== 'all' || filter.keyword !== '' || filter.applicationId !== undefined
  return (
    <Layout title={t('grants.title')} action={<Actions filter={filter} mayGrant={mayGrant} />}>
      <GrantTabs current="list" />
      <Panel id="grants" title={t('grants.list')} note={t('grants.counts', counts)}>
        <GrantFilters filter={filter} games={games} />
        <DataTable
          caption={t('grants.list')}
          rows={grants.rows}
          rowKey={(row) => row.id}
          empty={
            filtered ? (
              <EmptyState icon="search" title={t('grants.none')} next={t('grants.noneNext')} />
            ) : (
              <EmptyState icon="shield-check" title={t('grants.empty')} next={t('grants.emptyNext')} />
            )
          }
          columns={[
            { head: t('access.operator'), cell: (row) => <GrantLink of={row} />, wide: true },
            { head: t('apps.name'), cell: (row) => <Name of={row.appName} />, wide: true },
            { head: t('apps.state'), cell: (row) => <StatusBadge noun="authorization" state={row.state} /> },
            { head: t('apps.expires'), cell: (row) => (row.expiresAt ? <Moment at={row.expiresAt} /> : t('apps.forever')) },
            { head: t('apps.since'), cell: (row) => <Moment at={row.authorizedAt} /> },
            { head: t('grants.by'), cell: (row) => <Name of={row.authorizedByName} /> },
          ]}
        />
        <Pager of={grants} note={t('access.total', { count: formatCount(total) })} />
      </Panel>
    </Layout>
  )
}

const Actions = ({ filter: { state, keyword, applicationId }, mayGrant }: Pick<GrantsProps, 'filter' | 'mayGrant'>) => (
  <>
    <StaffExportMenu
      kind="authorizations"
      filter={{ status: state, keyword: keyword || undefined, app_id: applicationId && showId('application', applicationId) }}
    />
    {mayGrant && <NewGrantLink />}
  </>
)

const GrantLink = ({ of }: { of: GrantRow }) => (
  <div>
    <a href={grantPath(of.id)}>
      <Name of={of.operatorName} />
    </a>
    <span class="cell-more">
      <Name of={of.operatorUsername} />
    </span>
  </div>
)

function GrantFilters({ filter: { state, keyword, applicationId }, games }: Pick<GrantsProps, 'filter' | 'games'>) {
  const t = useText()
  const game = games.find(({ id }) => id === applicationId)
  const chips = [
    ...(state === 'all' ? [] : [{ label: t(`grants.state.${state}`), clear: ['status'] }]),
    ...(game ? [{ label: game.name, clear: ['app_id'] }] : []),
    ...(keyword === '' ? [] : [{ label: keyword, clear: ['keyword'] }]),
  ]
  return (
    <Filters action="/admin/authorizations" chips={chips}>
      <FilterText name="keyword" label={t('grants.search')} value={keyword} />
      <FilterSelect
        name="app_id"
        label={t('apps.name')}
        value={applicationId && showId('application', applicationId)}
        options={[
          { value: '', label: t('filter.all') },
          ...games.map(({ id, name }) => ({ value: showId('application', id), label: name })),
        ]}
      />
      <FilterSelect
        name="status"
        label={t('apps.state')}
        value={state === 'all' ? '' : state}
        options={[{ value: '', label: t('filter.all') }, ...GRANT_STATES.map((value) => ({ value, label: t(`grants.state.${value}`) }))]}
      />
    </Filters>
  )
}
