import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { FilterSelect, Filters } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type ApplicationCounts, ApplicationTabs, askPath, requestPath } from './application-tabs'

export type AccessRequest = {
  id: Uuid
  applicationId: Uuid
  appName: string
  reason: string
  status: 'pending' | 'approved' | 'rejected'
  rejectReason: string | null
  reviewNote: string | null
  reviewedAt: Instant | null
  createdAt: Instant
  /** What came of it: the authorisation, if it was approved. */
  expiresAt: Instant | null
  revokedAt: Instant | null
}

const STATUSES = ['pending', 'approved', 'rejected'] as const
type RequestsProps = { requests: Slice<AccessRequest>; status: (typeof STATUSES)[number] | 'all'; counts: ApplicationCounts }

/** `/operator/applications/requests`: what was asked for and what came of it. */
export function AccessRequestsPage({ requests, status, counts }: RequestsProps) {
  const t = useText()
  const filtered = status !== 'all'
  return (
    <Layout title={t('apps.tabs.requests')} trail={[{ href: '/operator/applications', label: t('nav.applications') }]}>
      <ApplicationTabs current="requests" counts={counts} />
      <Panel id="requests" title={t('apps.requests')}>
        <Filters
          action="/operator/applications/requests"
          chips={filtered ? [{ label: t(`apps.request.${status}`), clear: ['status'] }] : []}
        >
          <FilterSelect
            name="status"
            label={t('apps.state')}
            value={filtered ? status : ''}
            options={[
              { value: '', label: t('apps.request.all') },
              ...STATUSES.map((value) => ({ value, label: t(`apps.request.${value}`) })),
            ]}
          />
        </Filters>
        <DataTable
          caption={t('apps.requests')}
          rows={requests.rows}
          rowKey={(row) => row.id}
          empty={
            filtered ? (
              <EmptyState icon="search" title={t('apps.requests.none')} next={t('apps.requests.noneNext')} />
            ) : (
              <EmptyState title={t('apps.requests.empty')} next={t('apps.requests.emptyNext')} />
            )
          }
          columns={[
            { head: t('apps.name'), cell: (row) => <RequestLink of={row} />, wide: true },
            { head: t('apps.state'), cell: (row) => <StatusBadge noun="request" state={row.status} /> },
            { head: t('apps.reason'), cell: (row) => <Name of={row.rejectReason ?? row.reason} />, wide: true },
            { head: t('apps.request.at'), cell: (row) => <Moment at={row.createdAt} /> },
            { head: t('apps.request.reviewedAt'), cell: (row) => (row.reviewedAt ? <Moment at={row.reviewedAt} /> : '–') },
          ]}
        />
        <Pager of={requests} />
      </Panel>
    </Layout>
  )
}

const RequestLink = ({ of }: { of: AccessRequest }) => (
  <a href={requestPath(of.id)}>
    <Name of={of.appName} />
  </a>
)

/** `/operator/applications/requests/:id`: one request and its way so far. */
export function AccessRequestPage({ request, now }: { request: AccessRequest; now: Instant }) {
  const t = useText()
  const events = useEvents(request, now)
  return (
    <Layout
      title={request.appName}
      trail={[
        { href: '/operator/applications', label: t('nav.applications') },
        { href: '/operator/applications/requests', label: t('apps.tabs.requests') },
      ]}
      action={
        request.status === 'rejected' ? (
          <a class="button primary" href={askPath(request.applicationId)}>
            {t('apps.again')}
          </a>
        ) : undefined
      }
    >
      <div class="columns even">
        <Panel id="request" title={t('apps.request')} note={<StatusBadge noun="request" state={request.status} />}>
          <Facts
            rows={[
              { label: t('apps.name'), value: <Name of={request.appName} /> },
              { label: t('apps.reason'), value: <bdi class="prose">{request.reason}</bdi> },
              { label: t('apps.request.at'), value: <Moment at={request.createdAt} seconds /> },
            ]}
          />
        </Panel>
        <Panel id="timeline" title={t('apps.timeline')}>
          <Timeline events={events} />
        </Panel>
      </div>
    </Layout>
  )
}

/** Newest first; what is still to come stands on top without a time. */
function useEvents(request: AccessRequest, now: Instant): TimelineEvent[] {
  const t = useText()
  const actor = t('apps.timeline.reviewer')
  const events: TimelineEvent[] = [
    { key: 'made', at: request.createdAt, tone: 'info', title: t('apps.timeline.made'), actor: t('apps.timeline.you') },
  ]
  if (request.status === 'pending') events.push({ key: 'waiting', at: null, tone: 'warn', title: t('apps.timeline.waiting') })
  if (request.status === 'rejected') {
    const why = <p class="prose">{request.rejectReason}</p>
    events.push({ key: 'rejected', at: request.reviewedAt, tone: 'bad', title: t('apps.timeline.rejected'), actor, children: why })
  }
  if (request.status === 'approved') {
    const until = request.expiresAt ? t('apps.timeline.until', { time: formatMinute(request.expiresAt) }) : t('apps.timeline.forever')
    const note = request.reviewNote ? <p class="prose">{request.reviewNote}</p> : undefined
    events.push({
      key: 'approved',
      at: request.reviewedAt,
      tone: 'ok',
      title: t('apps.timeline.approved'),
      actor,
      children: (
        <>
          <p>{until}</p>
          {note}
        </>
      ),
    })
    if (request.revokedAt) events.push({ key: 'ended', at: request.revokedAt, tone: 'neutral', title: t('apps.timeline.replaced') })
    else if (request.expiresAt && request.expiresAt <= now)
      events.push({ key: 'expired', at: request.expiresAt, tone: 'warn', title: t('apps.timeline.expired') })
  }
  return events.toReversed()
}
