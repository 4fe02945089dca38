import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { accessPath } from './game-paths'

export const REQUEST_STATES = ['pending', 'approved', 'rejected'] as const
export type AccessRow = {
  id: Uuid
  operatorName: string
  operatorCategory: 'trial' | 'normal' | 'vip'
  appName: string
  reason: string
  status: (typeof REQUEST_STATES)[number]
  reviewerName: string | null
  reviewedAt: Instant | null
  createdAt: Instant
}
export type GameChoice = { id: Uuid; name: string }
export type AccessQueueProps = {
  requests: Slice<AccessRow>
  filter: { status: (typeof REQUEST_STATES)[number] | 'all'; keyword: string; applicationId: Uuid | undefined }
  games: readonly GameChoice[]
  total: number
  waiting: number
  oldestAt: Instant | null
  mayReview: boolean
  /** Nothing was ticked when something was to be decided. */
  nothingChosen: boolean
}

/** `/admin/app-requests`: who asks for which game, waiting ones unless asked otherwise; several may be decided at once. */
export function AccessQueuePage(props: AccessQueueProps) {
  const t = useText()
  const { requests, filter, total, waiting, oldestAt, mayReview, nothingChosen } = props
  const note = oldestAt ? t('access.oldest', { count: formatCount(waiting), time: formatMinute(oldestAt) }) : t('access.nothingWaits')
  const bulk = mayReview && requests.rows.some(({ status }) => status === 'pending')
  return (
    <Layout title={t('access.title')} action={<Export {...filter} />}>
      {nothingChosen && <Notice tone="warn" title={t('access.bulk.choose')} focus />}
      <Panel id="requests" title={t('access.title')} note={note}>
        <QueueFilters {...props} />
        {bulk ? (
          <form method="get" action="/admin/app-requests/bulk" class="form">
            <QueueTable requests={requests} isFiltered={isFiltered(filter)} bulk />
            <div class="form-actions">
              <button type="submit" class="button" name="decision" value="approve">
                {t('access.bulk.approve')}
              </button>
              <button type="submit" class="button" name="decision" value="reject">
                {t('access.bulk.reject')}
              </button>
            </div>
          </form>
        ) : (
          <QueueTable requests={requests} isFiltered={isFiltered(filter)} bulk={false} />
        )}
        <Pager of={requests} note={t('access.total', { count: formatCount(total) })} />
      </Panel>
    </Layout>
  )
}

const Export = ({ status, keyword, applicationId }: AccessQueueProps['filter']) => (
  <StaffExportMenu
    kind="access_requests"
    filter={{ status, keyword: keyword || undefined, app_id: applicationId && showId('application', applicationId) }}
  />
)

const isFiltered = ({ status, keyword, applicationId }: AccessQueueProps['filter']): boolean =>
  status !== 'pending' || keyword !== '' || applicationId !== undefined

function QueueFilters({ filter: { status, keyword, applicationId }, games }: AccessQueueProps) {
  const t = useText()
  const game = games.find(({ id }) => id === applicationId)
  const chips = [
    ...(status === 'pending' ? [] : [{ label: t(status === 'all' ? 'apps.request.all' : `apps.request.${status}`), clear: ['status'] }]),
    ...(game ? [{ label: game.name, clear: ['app_id'] }] : []),
    ...(keyword === '' ? [] : [{ label: keyword, clear: ['keyword'] }]),
  ]
  return (
    <Filters action="/admin/app-requests" chips={chips}>
      <FilterText name="keyword" label={t('access.search')} value={keyword} />
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
        value={status}
        options={[
          ...REQUEST_STATES.map((value) => ({ value, label: t(`apps.request.${value}`) })),
          { value: 'all', label: t('apps.request.all') },
        ]}
      />
    </Filters>
  )
}

function QueueTable({ requests, isFiltered: filtered, bulk }: { requests: Slice<AccessRow>; isFiltered: boolean; bulk: boolean }) {
  const t = useText()
  return (
    <DataTable
      caption={t('access.title')}
      rows={requests.rows}
      rowKey={(row) => row.id}
      empty={
        filtered ? (
          <EmptyState icon="search" title={t('access.none')} next={t('access.noneNext')} />
        ) : (
          <EmptyState icon="circle-check" title={t('access.empty')} next={t('access.emptyNext')} />
        )
      }
      columns={[
        ...(bulk ? [{ head: t('access.choose'), cell: (row: AccessRow) => <Tick of={row} /> }] : []),
        { head: t('access.operator'), cell: (row) => <CaseLink of={row} />, wide: true },
        { head: t('access.category'), cell: (row) => t(`category.${row.operatorCategory}`) },
        { head: t('apps.name'), cell: (row) => <Name of={row.appName} />, wide: true },
        { head: t('apps.reason'), cell: (row) => <Name of={row.reason} />, wide: true },
        { head: t('apps.request.at'), cell: (row) => <Moment at={row.createdAt} /> },
        { head: t('apps.state'), cell: (row) => <StatusBadge noun="request" state={row.status} /> },
        { head: t('access.reviewer'), cell: (row) => (row.reviewerName ? <Name of={row.reviewerName} /> : '–') },
      ]}
    />
  )
}

function Tick({ of }: { of: AccessRow }) {
  const t = useText()
  if (of.status !== 'pending') return null
  return (
    <label class="check tick">
      <input type="checkbox" name="request" value={showId('request', of.id)} />
      <span class="sr-only">{t('access.chooseOne', { operator: of.operatorName, game: of.appName })}</span>
    </label>
  )
}

const CaseLink = ({ of }: { of: AccessRow }) => (
  <a href={accessPath(of.id)}>
    <Name of={of.operatorName} />
  </a>
)
