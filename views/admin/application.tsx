import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { ConfirmForm } from '../components/confirm'
import { ShortId } from '../components/copy'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { AffectedOperators, type AffectedRow } from './affected-operators'
import { applicationPath } from './game-paths'

export type ApplicationDetail = {
  id: Uuid
  appName: string
  description: string | null
  unitPrice: Money
  minPlayers: number
  maxPlayers: number
  isActive: boolean
  createdAt: Instant
  updatedAt: Instant
  operators: number
}
export type WaitingPrice = {
  id: Uuid
  oldPrice: Money
  newPrice: Money
  reason: string | null
  effectiveAt: Instant
  scheduledAt: Instant
  byName: string
}
type PriceEventRow = {
  id: Uuid
  state: 'applied' | 'cancelled' | 'unchanged'
  at: Instant
  oldPrice: Money
  newPrice: Money
  reason: string | null
  byName: string
  scheduledAt: Instant | null
}
export type ApplicationProps = {
  application: ApplicationDetail
  waiting: WaitingPrice | undefined
  history: readonly PriceEventRow[]
  affected: Slice<AffectedRow>
  may: { manage: boolean; price: boolean; viewGrants: boolean }
  /** What was refused just now. */
  message: string | null
}

/** `/admin/applications/:id`: one game, its price so far and to come, and who may start it. */
export function ApplicationPage({ application, waiting, history, affected, may, message }: ApplicationProps) {
  const t = useText()
  return (
    <Layout
      title={application.appName}
      trail={[{ href: '/admin/applications', label: t('catalogue.title') }]}
      action={<Actions of={application} may={may} />}
    >
      {message !== null && <Notice tone="bad" title={message} focus />}
      {!application.isActive && <Notice tone="warn" title={t('catalogue.retired.notice')} />}
      {waiting && <Waiting of={waiting} applicationId={application.id} mayPrice={may.price} />}
      <div class="columns even">
        <Panel
          id="application"
          title={t('catalogue.facts')}
          note={<StatusBadge noun="application" state={application.isActive ? 'active' : 'retired'} />}
        >
          <Facts
            rows={[
              { label: t('apps.price'), value: <Yuan of={application.unitPrice} /> },
              { label: t('apps.players'), value: `${application.minPlayers}–${application.maxPlayers}` },
              { label: t('catalogue.description'), value: <bdi class="prose">{application.description ?? '–'}</bdi> },
              { label: t('catalogue.operators'), value: formatCount(application.operators) },
              { label: t('catalogue.id'), value: <ShortId id={showId('application', application.id)} /> },
              { label: t('catalogue.createdAt'), value: <Moment at={application.createdAt} seconds /> },
              { label: t('catalogue.updatedAt'), value: <Moment at={application.updatedAt} seconds /> },
            ]}
          />
        </Panel>
        <Panel id="prices" title={t('catalogue.prices')}>
          <PriceHistory events={history} />
        </Panel>
      </div>
      <AffectedOperators of={affected} count={application.operators} linked={may.viewGrants} title="holders" />
    </Layout>
  )
}

function Actions({ of, may }: { of: ApplicationDetail; may: ApplicationProps['may'] }) {
  const t = useText()
  const path = applicationPath(of.id)
  return (
    <>
      {may.manage && (
        <>
          <a class="button" href={`${path}/edit`}>
            {t('catalogue.edit')}
          </a>
          <a class="button" href={`${path}/state`}>
            {t(of.isActive ? 'catalogue.retire' : 'catalogue.restore')}
          </a>
        </>
      )}
      {may.price && (
        <a class="button primary" href={`${path}/price`}>
          {t('catalogue.price')}
        </a>
      )}
    </>
  )
}

function Waiting({ of, applicationId, mayPrice }: { of: WaitingPrice; applicationId: Uuid; mayPrice: boolean }) {
  const t = useText()
  const params = { old: formatYuan(of.oldPrice), price: formatYuan(of.newPrice), time: formatMinute(of.effectiveAt) }
  return (
    <Notice tone="info" title={t('catalogue.waiting', params)}>
      <p>{t('catalogue.waiting.by', { name: of.byName, time: formatMinute(of.scheduledAt) })}</p>
      {of.reason && <p class="prose">{of.reason}</p>}
      {mayPrice && <a href={cancelPath(applicationId, of.id)}>{t('catalogue.cancel')}</a>}
    </Notice>
  )
}

const cancelPath = (applicationId: Uuid, scheduleId: Uuid): string =>
  `${applicationPath(applicationId)}/schedules/${scheduleId}/cancellation`

/** From one price to another. */
export const PriceStep = ({ from, to }: { from: Money; to: Money }) => (
  <span class="running">
    <Yuan of={from} />
    <Icon name="arrow-right" />
    <b>
      <Yuan of={to} />
    </b>
  </span>
)

function PriceHistory({ events }: { events: readonly PriceEventRow[] }) {
  const t = useText()
  if (events.length === 0) return <EmptyState title={t('catalogue.prices.empty')} next={t('catalogue.prices.emptyNext')} />
  const rows = events.map(
    (event): TimelineEvent => ({
      key: event.id,
      at: event.at,
      tone: event.state === 'applied' ? 'ok' : 'neutral',
      title: (
        <>
          {t(`catalogue.prices.${event.state}`)} <PriceStep from={event.oldPrice} to={event.newPrice} />
        </>
      ),
      actor: <Name of={event.byName} />,
      children: (
        <>
          {event.scheduledAt && <p class="muted">{t('catalogue.prices.scheduled', { time: formatMinute(event.scheduledAt) })}</p>}
          {event.reason && <p class="prose">{event.reason}</p>}
        </>
      ),
    }),
  )
  return <Timeline events={rows} />
}

/** `…/state`: asks before a game is taken off sale or put back. */
export function ApplicationStatePage({ application, message }: { application: ApplicationDetail; message: string | null }) {
  const t = useText()
  const path = applicationPath(application.id)
  const verb = application.isActive ? 'retire' : 'restore'
  return (
    <Layout
      title={t(`catalogue.${verb}.title`)}
      trail={[
        { href: '/admin/applications', label: t('catalogue.title') },
        { href: path, label: application.appName },
      ]}
    >
      <section class="panel medium">
        {message !== null && <Notice tone="bad" title={message} focus />}
        <ConfirmForm
          id="state"
          action={`${path}/state`}
          verb={t(`catalogue.${verb}`)}
          back={path}
          fields={{ is_active: String(!application.isActive) }}
          tone={application.isActive ? 'danger' : 'primary'}
        >
          <p>
            <b>
              <Name of={application.appName} />
            </b>
          </p>
          <ul class="bullets">
            <li>{t(`catalogue.${verb}.effect`, { count: formatCount(application.operators) })}</li>
            <li>{t(`catalogue.${verb}.effect.kept`)}</li>
            <li>{t(`catalogue.${verb}.effect.told`)}</li>
          </ul>
        </ConfirmForm>
      </section>
    </Layout>
  )
}

/** `…/cancellation`: asks before a price that waits is taken back. */
export function CancelPricePage({
  application,
  waiting,
  message,
}: {
  application: ApplicationDetail
  waiting: WaitingPrice
  message: string | null
}) {
  const t = useText()
  const path = applicationPath(application.id)
  return (
    <Layout
      title={t('catalogue.cancel.title')}
      trail={[
        { href: '/admin/applications', label: t('catalogue.title') },
        { href: path, label: application.appName },
      ]}
    >
      <section class="panel medium">
        {message !== null && <Notice tone="bad" title={message} focus />}
        <ConfirmForm id="cancel" action={cancelPath(application.id, waiting.id)} verb={t('catalogue.cancel')} back={path}>
          <p>
            <b>
              <Name of={application.appName} />
            </b>{' '}
            <PriceStep from={waiting.oldPrice} to={waiting.newPrice} />
          </p>
          <ul class="bullets">
            <li>{t('catalogue.cancel.effect', { time: formatMinute(waiting.effectiveAt), price: formatYuan(application.unitPrice) })}</li>
            <li>{t('catalogue.cancel.effect.told', { count: formatCount(application.operators) })}</li>
          </ul>
        </ConfirmForm>
      </section>
    </Layout>
  )
}
