import { formatYuan, type Money } from '#src/core/money'
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
import { type StateOf, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'

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

type LedgerProof =
  | { state: 'never' }
  | { state: 'ok'; at: Instant; rows: number }
  | { state: 'drift'; at: Instant; rows: number; drift: Money }

type JobRun = {
  job: string
  state: StateOf<'job'>
  startedAt: Instant
  /** Null while it runs. */
  tookMilliseconds: number | null
  /** What it counted, or why it failed, in one line. */
  result: string
}

export type AdminHomeProps = {
  now: Instant
  operators: { total: number; newToday: number }
  applications: { active: number; inactive: number }
  requests: { pending: number; oldestAt: Instant | null }
  /** `previous`: yesterday up to the same time; `series`: the last 30 days, oldest first. */
  games: { today: number; previous: number; series: readonly number[] }
  consumption: { today: Money; previous: Money; series: readonly Money[] }
  lockedAccounts: number
  /** The last 10, newest first. */
  starts: readonly GameStart[]
  proof: LedgerProof
  /** The last run of each job. */
  jobs: readonly JobRun[]
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
          <Proof proof={props.proof} />
          <Jobs rows={props.jobs} />
        </div>
      </div>
    </Layout>
  )
}

function Tiles({ operators, applications, requests, games, consumption, lockedAccounts }: AdminHomeProps) {
  const t = useText()
  return (
    <div class="tiles">
      <StatTile
        label={t('admin.home.operators')}
        icon="store"
        figure={formatCount(operators.total)}
        note={t('admin.home.operators.new', { count: formatCount(operators.newToday) })}
      />
      <StatTile
        label={t('admin.home.games')}
        icon="gamepad-2"
        figure={formatCount(games.today)}
        note={<Change current={games.today} previous={games.previous} versus="common.versus.yesterday" />}
        series={games.series}
        href="#starts"
      />
      <StatTile
        label={t('admin.home.consumption')}
        icon="receipt"
        figure={<Yuan of={consumption.today} />}
        note={<Change current={drawn(consumption.today)} previous={drawn(consumption.previous)} versus="common.versus.yesterday" />}
        series={consumption.series.map(drawn)}
        href="#starts"
      />
      <StatTile
        label={t('admin.home.applications')}
        icon="monitor"
        figure={formatCount(applications.active)}
        note={t('admin.home.applications.off', { count: formatCount(applications.inactive) })}
      />
      <StatTile
        label={t('admin.home.requests')}
        icon="inbox"
        figure={formatCount(requests.pending)}
        tone={requests.pending > 0 ? 'warn' : 'plain'}
        note={
          requests.oldestAt ? t('admin.home.requests.oldest', { time: formatMinute(requests.oldestAt) }) : t('admin.home.requests.none')
        }
      />
      <StatTile
        label={t('admin.home.locked')}
        icon="circle-alert"
        figure={formatCount(lockedAccounts)}
        tone={lockedAccounts > 0 ? 'bad' : 'plain'}
        note={t(lockedAccounts > 0 ? 'admin.home.locked.some' : 'admin.home.locked.none')}
      />
    </div>
  )
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

function Proof({ proof }: { proof: LedgerProof }) {
  const t = useText()
  return (
    <Panel id="proof" title={t('admin.home.proof')} note={<StatusBadge noun="proof" state={proof.state} />}>
      <p class={proof.state === 'drift' ? 'list-text bad' : undefined}>
        {proof.state === 'ok' && t('admin.home.proof.ok.text', { rows: formatCount(proof.rows) })}
        {proof.state === 'drift' && t('admin.home.proof.drift.text', { amount: formatYuan(proof.drift) })}
        {proof.state === 'never' && t('admin.home.proof.never.text')}
      </p>
      {proof.state !== 'never' && (
        <p class="muted">
          {t('admin.home.proof.at')} <Moment at={proof.at} seconds />
        </p>
      )}
    </Panel>
  )
}

function Jobs({ rows }: { rows: readonly JobRun[] }) {
  const t = useText()
  return (
    <Panel id="jobs" title={t('admin.home.jobs')}>
      <DataTable
        compact
        caption={t('admin.home.jobs.caption')}
        rows={rows}
        rowKey={(row) => row.job}
        empty={<EmptyState icon="loader-circle" title={t('admin.home.jobs.empty')} next={t('admin.home.jobs.emptyNext')} />}
        columns={[
          {
            head: t('admin.home.jobs.name'),
            cell: (row) => (
              <>
                <code>{row.job}</code>
                <span class="cell-more">
                  <Name of={row.result} />
                </span>
              </>
            ),
            wide: true,
          },
          { head: t('admin.home.jobs.state'), cell: (row) => <StatusBadge noun="job" state={row.state} /> },
          {
            head: t('admin.home.jobs.last'),
            cell: (row) => (
              <>
                <Moment at={row.startedAt} />
                {row.tookMilliseconds !== null && <span class="cell-more">{formatTook(row.tookMilliseconds)}</span>}
              </>
            ),
            number: true,
          },
        ]}
      />
    </Panel>
  )
}

const formatTook = (milliseconds: number): string => (milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`)
