import { showId, type Uuid } from '#src/core/ids'
import type { BusinessDay, Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount, formatDay } from '../components/figures'
import { Chips } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import {
  formatLatency,
  formatSuccess,
  type LevelView,
  SERVICE_LEVEL,
  type Targets,
  useLevelColumns,
  useServiceAddress,
} from './service-level-parts'

type OutcomeView = { outcome: string; fate: 'accepted' | 'refused' | 'fault' | 'uncounted'; calls: number; p95: number | null }
type RefusalView = {
  at: Instant
  requestId: Uuid
  code: string
  operatorId: Uuid | null
  operatorName: string | null
  ip: string
  durationUs: number
}

export type ServiceLevelDayProps = {
  day: BusinessDay
  hour: number | null
  /** Only refusals of this code are shown. */
  code: string | null
  targets: Targets
  level: LevelView
  hours: readonly (LevelView & { hour: number })[]
  outcomes: readonly OutcomeView[]
  refusals: readonly RefusalView[]
  showsOperators: boolean
}

/** `/admin/service-level?day=…&hour=…`: one day or one hour of it, what became of its game starts and who was refused. */
export function ServiceLevelDayPage(props: ServiceLevelDayProps) {
  const t = useText()
  const { language } = usePage()
  const { day, hour, level } = props
  const name = formatDay(language, day)
  const trail = [
    { href: SERVICE_LEVEL, label: t('service.title') },
    ...(hour === null ? [] : [{ href: `${SERVICE_LEVEL}?day=${day}`, label: name }]),
  ]
  return (
    <Layout title={hour === null ? name : t('service.hour.of', { day: name, from: clock(hour), to: clock(hour + 1) })} trail={trail}>
      {level.calls + level.uncounted === 0 ? (
        <section class="panel" aria-label={name}>
          <EmptyState icon="chart-column" title={t('service.day.empty')} next={t('service.day.emptyNext')} />
        </section>
      ) : (
        <>
          <Tiles {...props} />
          {hour === null && <Hours {...props} />}
          <Outcomes {...props} />
        </>
      )}
      <Refusals {...props} />
    </Layout>
  )
}

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

function Tiles({ level, targets }: ServiceLevelDayProps) {
  const t = useText()
  const isLow = level.success !== null && level.success < targets.success
  return (
    <div class="tiles four">
      <StatTile
        label={t('service.success')}
        icon={isLow ? 'circle-x' : 'circle-check'}
        figure={formatSuccess(level.success)}
        note={t('service.target', { target: formatSuccess(targets.success) })}
        tone={isLow ? 'bad' : 'plain'}
      />
      <StatTile label={t('service.faults')} icon="triangle-alert" figure={formatCount(level.faults)} note={t('service.faults.note')} />
      <StatTile
        label={t('service.p95')}
        icon="history"
        figure={formatLatency(level.p95)}
        note={t('service.latency.note', { target: `${targets.p95Ms} ms`, p50: formatLatency(level.p50), p99: formatLatency(level.p99) })}
      />
      <StatTile
        label={t('service.calls')}
        icon="gamepad-2"
        figure={formatCount(level.calls)}
        note={t('service.calls.note', { accepted: formatCount(level.accepted), refused: formatCount(level.refused) })}
      />
    </div>
  )
}

function Hours({ hours, targets }: ServiceLevelDayProps) {
  const t = useText()
  const address = useServiceAddress()
  const columns = useLevelColumns<ServiceLevelDayProps['hours'][number]>(targets)
  return (
    <Panel id="hours" title={t('service.hours')}>
      <DataTable
        caption={t('service.hours')}
        rows={hours}
        rowKey={(row) => String(row.hour)}
        empty={null}
        columns={[{ head: t('service.hour'), cell: (row) => <a href={address({ hour: row.hour })}>{clock(row.hour)}</a> }, ...columns]}
      />
    </Panel>
  )
}

function Outcomes({ outcomes, level }: ServiceLevelDayProps) {
  const t = useText()
  const address = useServiceAddress()
  const total = level.calls + level.uncounted
  const name = ({ outcome, fate }: OutcomeView) =>
    fate === 'accepted' ? t(outcome === 'replayed' ? 'service.outcome.replayed' : 'service.outcome.accepted') : null
  return (
    <Panel id="outcomes" title={t('service.outcomes')} note={t('service.outcomes.note')}>
      <DataTable
        caption={t('service.outcomes')}
        rows={outcomes}
        rowKey={(row) => row.outcome}
        empty={null}
        columns={[
          {
            head: t('service.outcome'),
            cell: (row) =>
              name(row) ?? (
                <a href={`${address({ outcome: row.outcome })}#refusals`}>
                  <code>{row.outcome}</code>
                </a>
              ),
          },
          { head: t('service.fate'), cell: (row) => <StatusBadge noun="gameStart" state={row.fate} /> },
          { head: t('service.count'), cell: (row) => formatCount(row.calls), number: true },
          { head: t('service.share'), cell: (row) => `${((row.calls / total) * 100).toFixed(2)}%`, number: true },
          { head: 'p95', cell: (row) => formatLatency(row.p95), number: true },
        ]}
      />
    </Panel>
  )
}

function Refusals({ refusals, code, showsOperators }: ServiceLevelDayProps) {
  const t = useText()
  return (
    <Panel id="refusals" title={t('service.refusals')} note={t('service.refusals.note')}>
      <Chips chips={code === null ? [] : [{ label: code, clear: ['outcome'] }]} keep={['day', 'hour']} action={SERVICE_LEVEL} />
      <DataTable
        caption={t('service.refusals')}
        rows={refusals}
        rowKey={(row) => row.requestId}
        empty={<EmptyState icon="circle-check" title={t('service.refusals.empty')} next={t('service.refusals.emptyNext')} />}
        columns={[
          { head: t('service.at'), cell: (row) => <Moment at={row.at} seconds /> },
          { head: t('service.outcome'), cell: (row) => <code>{row.code}</code> },
          { head: t('service.operator'), cell: (row) => <Whose of={row} link={showsOperators} />, wide: true },
          { head: t('service.ip'), cell: (row) => <code>{row.ip}</code> },
          { head: t('service.took'), cell: (row) => formatLatency(row.durationUs / 1000), number: true },
          { head: t('common.requestId'), cell: (row) => <ShortId id={row.requestId} /> },
        ]}
      />
    </Panel>
  )
}

function Whose({ of, link }: { of: RefusalView; link: boolean }) {
  const t = useText()
  if (of.operatorId === null || of.operatorName === null) return <>{t('service.unknown')}</>
  if (!link) return <Name of={of.operatorName} />
  return (
    <a href={`/admin/operators/${showId('operator', of.operatorId)}/calls?result=refused`}>
      <Name of={of.operatorName} />
    </a>
  )
}
