import type { Money } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { drawn, formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { Change, StatTile } from '../components/stat-tile'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { type BackupLight, type Chain, type JobsLight, type LedgerProof, Lights, type SchemaLight } from './home-lights'

type GameStart = {
  id: string
  at: Instant
  operatorName: string
  siteName: string
  applicationName: string
  players: number
  cost: Money
  sessionId: string
}

const WORK = { requests: '/admin/app-requests', locked: '/admin/anomalies', alerts: '/admin/alerts', jobs: '/admin/jobs' } as const
type Waiting = { count: number; oldestAt: Instant | null }

export type AdminHomeProps = {
  now: Instant
  /** Games that started and have not been reported as ended. */
  live: { games: number; players: number }
  operators: { total: number; newToday: number }
  applications: { active: number; inactive: number }
  /** `previous`: yesterday up to the same time; `series`: the last 30 days, oldest first. */
  games: { today: number; previous: number; series: readonly number[] }
  consumption: { today: Money; previous: Money; series: readonly Money[] }
  pending: Readonly<Record<keyof typeof WORK, Waiting>>
  /** The last 10, newest first. */
  starts: readonly GameStart[]
  proof: LedgerProof
  chain: Chain
  schema: SchemaLight
  jobs: JobsLight
  backup: BackupLight
}

/** `/admin/`: who plays, what waits, and whether the machine is well. */
export function AdminHomePage(props: AdminHomeProps) {
  const t = useText()
  return (
    <Layout title={t('nav.home')} note={t('common.asOf', { time: formatMinute(props.now) })}>
      <Tiles {...props} />
      <div class="columns">
        <Starts rows={props.starts} />
        <div class="stack">
          <Pending now={props.now} pending={props.pending} />
          <Lights proof={props.proof} chain={props.chain} schema={props.schema} jobs={props.jobs} backup={props.backup} />
        </div>
      </div>
    </Layout>
  )
}

function Tiles({ live, operators, applications, games, consumption, pending }: AdminHomeProps) {
  const t = useText()
  const { viewer } = usePage()
  const { alerts } = pending
  const maySee = (permission: string): boolean => viewer?.kind === 'admin' && viewer.permissions.includes(permission)
  return (
    <div class="tiles">
      <StatTile
        label={t('admin.home.live')}
        icon="gamepad-2"
        figure={formatCount(live.games)}
        note={t('admin.home.live.note', { players: formatCount(live.players) })}
        href="#starts"
      />
      <StatTile
        label={t('admin.home.games')}
        icon="monitor"
        figure={formatCount(games.today)}
        note={<Change current={games.today} previous={games.previous} versus="common.versus.yesterday" />}
        series={games.series}
        href={maySee('statistics:global') ? '/analytics/' : '#starts'}
      />
      <StatTile
        label={t('admin.home.consumption')}
        icon="receipt"
        figure={<Yuan of={consumption.today} />}
        note={<Change current={drawn(consumption.today)} previous={drawn(consumption.previous)} versus="common.versus.yesterday" />}
        series={consumption.series.map(drawn)}
        href={maySee('transaction:view') ? '/admin/transactions?range=today&type=consumption' : '#starts'}
      />
      <StatTile
        label={t('admin.home.alerts')}
        icon="bell"
        figure={formatCount(alerts.count)}
        tone={alerts.count > 0 ? 'bad' : 'plain'}
        note={alerts.oldestAt ? t('admin.home.alerts.some', { time: formatMinute(alerts.oldestAt) }) : t('admin.home.alerts.none')}
        href="/admin/alerts"
      />
      <StatTile
        label={t('admin.home.operators')}
        icon="store"
        figure={formatCount(operators.total)}
        note={t('admin.home.operators.new', { count: formatCount(operators.newToday) })}
        href="/admin/operators"
      />
      <StatTile
        label={t('admin.home.applications')}
        icon="inbox"
        figure={formatCount(applications.active)}
        note={t('admin.home.applications.off', { count: formatCount(applications.inactive) })}
        href="/admin/applications"
      />
    </div>
  )
}

function Pending({ now, pending }: Pick<AdminHomeProps, 'now' | 'pending'>) {
  const t = useText()
  const rows = (Object.keys(WORK) as (keyof typeof WORK)[]).flatMap((of) => (pending[of].count > 0 ? [{ of, ...pending[of] }] : []))
  return (
    <Panel id="pending" title={t('admin.home.pending')}>
      <DataTable
        compact
        caption={t('admin.home.pending')}
        rows={rows}
        rowKey={(row) => row.of}
        empty={<EmptyState icon="circle-check" title={t('admin.home.pending.empty')} next={t('admin.home.pending.emptyNext')} />}
        columns={[
          { head: t('admin.home.pending.what'), cell: (row) => <a href={WORK[row.of]}>{t(`admin.home.pending.${row.of}`)}</a>, wide: true },
          { head: t('admin.home.pending.count'), cell: (row) => formatCount(row.count), number: true },
          {
            head: t('admin.home.pending.oldest'),
            cell: (row) =>
              row.oldestAt ? (
                <>
                  <Moment at={row.oldestAt} />
                  <span class="cell-more">
                    <Waited since={row.oldestAt} now={now} />
                  </span>
                </>
              ) : (
                '–'
              ),
            number: true,
          },
        ]}
      />
    </Panel>
  )
}

const MINUTE_MS = 60_000

/** How long something has waited, in its largest unit. */
function Waited({ since, now }: { since: Instant; now: Instant }) {
  const t = useText()
  const minutes = Math.max(0, Math.floor((now.getTime() - since.getTime()) / MINUTE_MS))
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return <>{t('admin.home.waited.days', { count: Math.floor(hours / 24) })}</>
  return <>{hours > 0 ? t('admin.home.waited.hours', { count: hours }) : t('admin.home.waited.minutes', { count: minutes })}</>
}

function Starts({ rows }: { rows: readonly GameStart[] }) {
  const t = useText()
  return (
    <Panel id="starts" title={t('admin.home.starts')}>
      <DataTable
        caption={t('admin.home.starts.caption', { count: rows.length })}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="gamepad-2" title={t('admin.home.starts.empty')} next={t('admin.home.starts.emptyNext')} />}
        columns={[
          { head: t('admin.home.starts.time'), cell: (row) => <Moment at={row.at} seconds /> },
          { head: t('admin.home.starts.operator'), cell: (row) => <Name of={row.operatorName} />, wide: true },
          { head: t('admin.home.starts.site'), cell: (row) => <Name of={row.siteName} />, wide: true },
          { head: t('admin.home.starts.application'), cell: (row) => <Name of={row.applicationName} />, wide: true },
          { head: t('admin.home.starts.players'), cell: (row) => formatCount(row.players), number: true },
          { head: t('admin.home.starts.cost'), cell: (row) => <Yuan of={row.cost} />, number: true },
          { head: t('admin.home.starts.session'), cell: (row) => <ShortId id={row.sessionId} /> },
        ]}
      />
    </Panel>
  )
}
