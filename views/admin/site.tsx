import { showId, type Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { Facts } from '../components/facts'
import { drawn, formatCount } from '../components/figures'
import { useMay } from '../components/may'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { operatorPath } from './operator-frame'
import { adminSitePath } from './sites'

type Played = { games: number; players: number; amount: Money }

export type SiteProps = {
  site: {
    id: Uuid
    operatorId: Uuid
    operatorName: string
    name: string
    address: string
    description: string | null
    deletedAt: Instant | null
    createdAt: Instant
    updatedAt: Instant
  }
  month: Played & { lastStart: Instant | null }
  /** The last 30 days, oldest first. */
  days: readonly (Played & { day: string })[]
}

/** `/admin/sites/{id}`: one site of a customer. */
export function AdminSitePage({ site, month, days }: SiteProps) {
  const t = useText()
  const may = useMay()
  const played = days.filter(({ games }) => games > 0).toReversed()
  return (
    <Layout
      title={site.name}
      trail={[
        { href: '/admin/sites', label: t('nav.sites') },
        { href: operatorPath(site.operatorId), label: site.operatorName },
      ]}
      action={
        may('site:manage') &&
        !site.deletedAt && (
          <a class="button primary" href={`${adminSitePath(site.id)}/edit`}>
            {t('sites.edit')}
          </a>
        )
      }
    >
      {site.deletedAt && (
        <Notice tone="neutral" title={t('sites.deleted')}>
          <p>{t('sites.deleted.text')}</p>
        </Notice>
      )}
      <div class="tiles">
        <StatTile
          label={t('sites.games')}
          icon="gamepad-2"
          figure={formatCount(month.games)}
          series={days.map(({ games }) => games)}
          href="#days"
        />
        <StatTile
          label={t('sites.amount')}
          icon="receipt"
          figure={<Yuan of={month.amount} />}
          series={days.map(({ amount }) => drawn(amount))}
          href="#days"
        />
        <StatTile
          label={t('sites.lastStart')}
          icon="monitor"
          figure={month.lastStart ? formatMinute(month.lastStart).slice(0, 10) : '–'}
          note={month.lastStart ? formatMinute(month.lastStart).slice(11) : t('sites.lastStart.never')}
        />
      </div>
      <div class="columns even">
        <Panel id="facts" title={t('sites.facts')}>
          <Facts
            rows={[
              {
                label: t('adminSites.operator'),
                value: (
                  <a href={operatorPath(site.operatorId)}>
                    <Name of={site.operatorName} />
                  </a>
                ),
              },
              { label: t('sites.id'), value: <ShortId id={showId('site', site.id)} /> },
              { label: t('sites.address'), value: <Name of={site.address} /> },
              { label: t('sites.description'), value: site.description === null ? '–' : <bdi class="prose">{site.description}</bdi> },
              { label: t('sites.created'), value: <Moment at={site.createdAt} /> },
              { label: t('account.updated'), value: <Moment at={site.updatedAt} /> },
            ]}
          />
        </Panel>
        <Panel id="days" title={t('adminSites.days')}>
          <DataTable
            compact
            caption={t('adminSites.days')}
            rows={played}
            rowKey={(row) => row.day}
            empty={<p class="muted">{t('sites.trend.empty')}</p>}
            columns={[
              { head: t('adminSites.day'), cell: (row) => row.day, wide: true },
              { head: t('adminSites.games'), cell: (row) => formatCount(row.games), number: true },
              { head: t('adminSites.players'), cell: (row) => formatCount(row.players), number: true },
              { head: t('adminSites.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
            ]}
          />
        </Panel>
      </div>
    </Layout>
  )
}
