import type { DayPreset } from '#src/core/day-range'
import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money, plus, ZERO } from '#src/core/money'
import type { BusinessDay, Instant } from '#src/core/time'
import { ConfirmLink } from '../components/confirm'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { drawn, formatCount, formatDay, formatShort } from '../components/figures'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { TrendChart } from '../components/trend-chart'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { DeleteEffect } from './site-form'
import { sitePath } from './sites'

type Played = { games: number; players: number; amount: Money }
type SiteDay = Played & { day: BusinessDay }

export type SiteProps = {
  site: {
    id: Uuid
    name: string
    address: string
    description: string | null
    createdAt: Instant
    updatedAt: Instant
    deletedAt: Instant | null
  }
  month: Played
  /** The last 30 business days, today last. */
  days: readonly SiteDay[]
  lastStart: Instant | null
}

/** `/operator/sites/:id`: what is played there, and how its headset server is set up. */
export function SitePage({ site, month, days, lastStart }: SiteProps) {
  const t = useText()
  return (
    <Layout
      title={site.name}
      trail={[{ href: '/operator/sites', label: t('nav.sites') }]}
      action={site.deletedAt ? undefined : <Actions site={site} games={month.games} />}
    >
      {site.deletedAt && (
        <Notice tone="warn" title={t('sites.deleted')}>
          <p>{t('sites.deleted.text')}</p>
        </Notice>
      )}
      <Tiles siteId={site.id} month={month} days={days} />
      <div class="columns">
        <Trend siteId={site.id} days={days} />
        <Panel id="facts" title={t('sites.facts')}>
          <Facts
            rows={[
              { label: t('sites.id'), value: <ShortId id={showId('site', site.id)} /> },
              { label: t('sites.address'), value: <bdi>{site.address}</bdi> },
              { label: t('sites.description'), value: site.description ? <bdi>{site.description}</bdi> : '–' },
              { label: t('sites.created'), value: <Moment at={site.createdAt} /> },
              { label: t('sites.lastStart'), value: lastStart ? <Moment at={lastStart} seconds /> : t('sites.lastStart.never') },
            ]}
          />
        </Panel>
      </div>
      {!site.deletedAt && <SetUp siteId={site.id} />}
    </Layout>
  )
}

function Actions({ site, games }: { site: SiteProps['site']; games: number }) {
  const t = useText()
  return (
    <>
      <ConfirmLink
        id="delete"
        href={`${sitePath(site.id)}/delete`}
        label={t('sites.delete')}
        title={t('sites.delete.title')}
        action={`${sitePath(site.id)}/delete`}
        verb={t('sites.delete')}
        back={sitePath(site.id)}
      >
        <DeleteEffect of={{ id: site.id, name: site.name, games }} />
      </ConfirmLink>
      <a class="button primary" href={`${sitePath(site.id)}/edit`}>
        {t('sites.edit')}
      </a>
    </>
  )
}

type FiguresProps = Pick<SiteProps, 'days'> & { siteId: Uuid }

function Tiles({ siteId, month, days }: FiguresProps & Pick<SiteProps, 'month'>) {
  const t = useText()
  const played = (range: DayPreset) => `/operator/usage?site=${showId('site', siteId)}&range=${range}`
  const today = days.at(-1)
  const week = days.slice(-7)
  return (
    <div class="tiles four">
      <StatTile label={t('operator.home.today')} icon="receipt" figure={<Yuan of={today?.amount ?? ZERO} />} href={played('today')} />
      <StatTile
        label={t('operator.home.games')}
        icon="gamepad-2"
        figure={formatCount(today?.games ?? 0)}
        series={days.map((day) => day.games)}
        href={played('today')}
      />
      <StatTile
        label={t('operator.home.week')}
        icon="chart-column"
        figure={<Yuan of={week.reduce((total, day) => plus(total, day.amount), ZERO)} />}
        series={week.map((day) => drawn(day.amount))}
        href={played('week')}
      />
      <StatTile
        label={t('operator.home.month')}
        icon="chart-column"
        figure={<Yuan of={month.amount} />}
        note={t('sites.month.games', { games: formatCount(month.games), players: formatCount(month.players) })}
        href={played('month')}
      />
    </div>
  )
}

function Trend({ siteId, days }: FiguresProps) {
  const { language } = usePage()
  const t = useText()
  if (days.every((day) => day.games === 0)) {
    return (
      <Panel id="trend" title={t('sites.trend')}>
        <EmptyState icon="chart-column" title={t('sites.trend.empty')} next={t('sites.trend.emptyNext')} />
      </Panel>
    )
  }
  return (
    <Panel
      id="trend"
      title={t('sites.trend')}
      note={<a href={`/operator/statistics?site=${showId('site', siteId)}`}>{t('nav.statistics')}</a>}
    >
      <TrendChart
        summary={days.map((day) => `${formatDay(language, day.day)} ${formatYuan(day.amount)}`).join(', ')}
        days={days.map((day) => day.day)}
        series={[
          {
            name: t('operator.home.trend.amount'),
            values: days.map((day) => drawn(day.amount)),
            say: (at) => formatYuan(days[at]!.amount),
          },
        ]}
        tick={(value) => `¥${formatShort(language, value)}`}
      />
      <details class="more">
        <summary>{t('common.dataTable')}</summary>
        <DataTable
          compact
          caption={t('sites.trend')}
          rows={days.toReversed()}
          rowKey={(day) => day.day}
          empty={null}
          columns={[
            { head: t('operator.home.trend.day'), cell: (day) => day.day, wide: true },
            { head: t('operator.home.trend.games'), cell: (day) => formatCount(day.games), number: true },
            { head: t('operator.home.trend.players'), cell: (day) => formatCount(day.players), number: true },
            { head: t('operator.home.trend.amount'), cell: (day) => <Yuan of={day.amount} />, number: true },
          ]}
        />
      </details>
    </Panel>
  )
}

/** The way to the first game at this site; every step names its page. */
function SetUp({ siteId }: { siteId: Uuid }) {
  const t = useText()
  return (
    <Panel id="set-up" title={t('sites.setUp')}>
      <ol class="numbered">
        <li>
          {t('sites.setUp.key')} <a href="/operator/api-keys">{t('nav.apiKeys')}</a>
        </li>
        <li>
          {t('sites.setUp.site')} <ShortId id={showId('site', siteId)} />
        </li>
        <li>
          {t('sites.setUp.games')} <a href="/operator/applications">{t('nav.applications')}</a>
        </li>
        <li>
          {t('sites.setUp.sign')} <a href="/operator/api-keys/signing">{t('apiKeys.tabs.signing')}</a>
        </li>
      </ol>
    </Panel>
  )
}
