import type { BusinessDay } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount, formatDay, formatShort } from '../components/figures'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { Badge } from '../components/status-badge'
import { TrendChart } from '../components/trend-chart'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { formatLatency, formatSuccess, type LevelView, type Targets, useLevelColumns, useServiceAddress } from './service-level-parts'

type BurnView = LevelView & {
  name: '1h' | '6h' | '3d'
  errors: number
  slow: number
  limits: { errors: number; slow: number }
  isBurning: boolean
  isSlow: boolean
}

export type ServiceLevelProps = {
  targets: Targets
  /** The last four weeks. */
  level: LevelView
  /** 1 untouched, 0 used up, below it overdrawn. */
  budgetLeft: number
  burns: readonly BurnView[]
  /** Newest first. */
  days: readonly (LevelView & { day: BusinessDay })[]
}

/** `/admin/service-level`: how well game starts were answered in four weeks, and how fast the budget of faults burns. */
export function ServiceLevelPage(props: ServiceLevelProps) {
  const t = useText()
  const { level } = props
  return (
    <Layout title={t('service.title')} note={t('service.note')}>
      <Tiles {...props} />
      {level.calls + level.uncounted === 0 ? (
        <section class="panel" aria-label={t('service.title')}>
          <EmptyState icon="chart-column" title={t('service.empty')} next={t('service.emptyNext')} />
        </section>
      ) : (
        <>
          <Burns {...props} />
          <Days {...props} />
        </>
      )}
    </Layout>
  )
}

function Tiles({ level, targets, budgetLeft }: ServiceLevelProps) {
  const t = useText()
  const allowed = Math.floor(level.calls * (1 - targets.success))
  const isLow = level.success !== null && level.success < targets.success
  const isLate = level.p95 !== null && level.p95 > targets.p95Ms
  return (
    <div class="tiles four">
      <StatTile
        label={t('service.success.28')}
        icon={isLow ? 'circle-x' : 'circle-check'}
        figure={formatSuccess(level.success)}
        note={t('service.target', { target: formatSuccess(targets.success) })}
        tone={isLow ? 'bad' : 'plain'}
      />
      <StatTile
        label={t('service.budget')}
        icon="shield-check"
        figure={budgetLeft < 0 ? t('service.budget.over') : `${Math.floor(budgetLeft * 1000) / 10}%`}
        note={t('service.budget.note', { faults: formatCount(level.faults), allowed: formatCount(allowed) })}
        tone={budgetLeft < 0 ? 'bad' : budgetLeft < 0.25 ? 'warn' : 'plain'}
      />
      <StatTile
        label={t('service.p95')}
        icon="history"
        figure={formatLatency(level.p95)}
        note={t('service.latency.note', { target: `${targets.p95Ms} ms`, p50: formatLatency(level.p50), p99: formatLatency(level.p99) })}
        tone={isLate ? 'warn' : 'plain'}
      />
      <StatTile
        label={t('service.calls.28')}
        icon="gamepad-2"
        figure={formatCount(level.calls)}
        note={t('service.calls.note', { accepted: formatCount(level.accepted), refused: formatCount(level.refused) })}
      />
    </div>
  )
}

function Burns({ burns }: ServiceLevelProps) {
  const t = useText()
  return (
    <Panel id="burns" title={t('service.burns')} note={t('service.burns.note')}>
      <DataTable
        caption={t('service.burns')}
        rows={burns}
        rowKey={(row) => row.name}
        empty={null}
        columns={[
          { head: t('service.window'), cell: (row) => t(`service.window.${row.name}`) },
          { head: t('service.calls'), cell: (row) => formatCount(row.calls), number: true },
          { head: t('service.faults'), cell: (row) => formatCount(row.faults), number: true },
          { head: t('service.success'), cell: (row) => formatSuccess(row.success), number: true },
          {
            head: t('service.burn.errors'),
            cell: (row) => t('service.rate', { rate: row.errors.toFixed(1), limit: row.limits.errors }),
            number: true,
          },
          { head: 'p95', cell: (row) => formatLatency(row.p95), number: true },
          {
            head: t('service.burn.slow'),
            cell: (row) => t('service.rate', { rate: row.slow.toFixed(1), limit: row.limits.slow }),
            number: true,
          },
          { head: t('service.state'), cell: (row) => <BurnBadge of={row} /> },
        ]}
      />
    </Panel>
  )
}

function BurnBadge({ of }: { of: BurnView }) {
  const t = useText()
  if (of.isBurning)
    return (
      <Badge tone="bad" icon="circle-x">
        {t('service.state.errors')}
      </Badge>
    )
  if (of.isSlow)
    return (
      <Badge tone="warn" icon="triangle-alert">
        {t('service.state.slow')}
      </Badge>
    )
  return (
    <Badge tone="ok" icon="circle-check">
      {t('service.state.fine')}
    </Badge>
  )
}

function Days({ days, targets }: ServiceLevelProps) {
  const t = useText()
  const { language } = usePage()
  const address = useServiceAddress()
  const columns = useLevelColumns<ServiceLevelProps['days'][number]>(targets)
  const oldestFirst = [...days].reverse()
  const [calls, faults] = [t('service.calls'), t('service.faults')]
  return (
    <Panel id="days" title={t('service.days')} note={t('service.days.note')}>
      <TrendChart
        summary={`${calls}: ${oldestFirst.map(({ day, ...one }) => `${day} ${one.calls}`).join(', ')}`}
        days={oldestFirst.map(({ day }) => day)}
        series={[
          { name: calls, values: oldestFirst.map((one) => one.calls), say: (at) => formatCount(oldestFirst[at]!.calls) },
          { name: faults, values: oldestFirst.map((one) => one.faults), say: (at) => formatCount(oldestFirst[at]!.faults) },
        ]}
        tick={(value) => formatShort(language, value)}
      />
      <DataTable
        caption={t('service.days')}
        rows={days.filter((one) => one.calls + one.uncounted > 0)}
        rowKey={(row) => row.day}
        empty={null}
        columns={[
          { head: t('service.day'), cell: (row) => <a href={address({ day: row.day })}>{formatDay(language, row.day)}</a> },
          ...columns,
        ]}
      />
    </Panel>
  )
}
