import { type Money, minus, ZERO } from '#src/core/money'
import { type BusinessDay, formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { CLOSING_PATH, ClosingTabs, closingPath } from './closing-parts'

type ClosingListDay = {
  day: BusinessDay
  opening: Money
  in: Money
  out: Money
  closing: Money
  closed: { at: Instant; by: string; hash: string } | null
}

export type ClosingProps = {
  now: Instant
  month: string
  previous: string
  next: string | null
  /** Newest first, up to today. */
  days: readonly ClosingListDay[]
  state: { last: BusinessDay | null; next: BusinessDay | null; behind: number }
  mayClose: boolean
}

/** `/finance/closing`: what operators hold, day by day, and which days are closed. */
export function ClosingPage({ now, month, previous, next, days, state, mayClose }: ClosingProps) {
  const t = useText()
  return (
    <Layout
      title={t('closing.title')}
      note={t('common.asOf', { time: formatMinute(now) })}
      action={
        mayClose &&
        state.next && (
          <a class="button primary" href={closingPath(state.next)}>
            {t('closing.close.of', { day: state.next })}
          </a>
        )
      }
    >
      <ClosingTabs current="days" />
      <Tiles state={state} />
      <Panel id="days" title={t('closing.days')} note={<Months month={month} previous={previous} next={next} />}>
        <DataTable
          caption={t('closing.days')}
          rows={days}
          rowKey={(row) => row.day}
          empty={<EmptyState icon="receipt" title={t('closing.days.empty')} next={t('closing.days.emptyNext')} />}
          columns={[
            { head: t('closing.day'), cell: (row) => <a href={closingPath(row.day)}>{row.day}</a> },
            { head: t('closing.opening'), cell: (row) => <Yuan of={row.opening} />, number: true },
            { head: t('closing.in'), cell: (row) => <Moved of={row.in} />, number: true },
            { head: t('closing.out'), cell: (row) => <Moved of={minus(ZERO, row.out)} />, number: true },
            { head: t('closing.closing'), cell: (row) => <Yuan of={row.closing} />, number: true },
            { head: t('closing.state'), cell: (row) => <StateOf row={row} state={state} /> },
            { head: t('closing.by'), cell: (row) => (row.closed ? <Name of={row.closed.by} /> : '–') },
            { head: t('closing.at'), cell: (row) => (row.closed ? <Moment at={row.closed.at} /> : '–') },
          ]}
        />
      </Panel>
    </Layout>
  )
}

function Tiles({ state }: Pick<ClosingProps, 'state'>) {
  const t = useText()
  return (
    <div class="tiles">
      <StatTile
        label={t('closing.tile.last')}
        icon="circle-check"
        figure={state.last ?? t('closing.tile.never')}
        {...(state.last && { href: closingPath(state.last) })}
      />
      <StatTile
        label={t('closing.tile.behind')}
        icon="loader-circle"
        figure={formatCount(state.behind)}
        note={state.next ? t('closing.tile.next', { day: state.next }) : t('closing.tile.none')}
        tone={state.behind > 2 ? 'warn' : 'plain'}
        {...(state.next && { href: closingPath(state.next) })}
      />
    </div>
  )
}

const Moved = ({ of }: { of: Money }) => (of === ZERO ? <span class="muted">–</span> : <Movement of={of} />)

function StateOf({ row, state }: { row: ClosingListDay; state: ClosingProps['state'] }) {
  const t = useText()
  if (row.closed)
    return (
      <Badge tone="ok" icon="circle-check">
        {t('closing.state.closed')}
      </Badge>
    )
  // Days before the first closing are part of its opening.
  if (state.last !== null && row.day < state.last) return <Badge tone="neutral">{t('closing.state.before')}</Badge>
  const isDue = state.next !== null && row.day >= state.next
  return <Badge tone={isDue && row.day === state.next ? 'warn' : 'neutral'}>{t('closing.state.open')}</Badge>
}

function Months({ month, previous, next }: Pick<ClosingProps, 'month' | 'previous' | 'next'>) {
  const t = useText()
  return (
    <span class="running">
      <a href={`${CLOSING_PATH}?month=${previous}`}>
        <Icon name="chevron-left" /> {previous} <span class="sr-only">{t('closing.month.previous')}</span>
      </a>
      <b>{month}</b>
      {next && (
        <a href={`${CLOSING_PATH}?month=${next}`}>
          {next} <Icon name="chevron-right" /> <span class="sr-only">{t('closing.month.next')}</span>
        </a>
      )}
    </span>
  )
}
