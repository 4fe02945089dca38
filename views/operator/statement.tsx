import type { DayRange } from '#src/core/day-range'
import { type Money, minus, ZERO } from '#src/core/money'
import type { BusinessDay } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Filters } from '../components/filters'
import { Icon } from '../components/icon'
import { Movement, Yuan } from '../components/money'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { MoneyTabs } from './money-tabs'
import { KIND_TONES, type MovementKind } from './transactions'

type Sums = { rows: number; in: Money; out: Money }
type Day = Sums & { day: BusinessDay; opening: Money; closing: Money }

export type StatementProps = {
  dates: DayRange
  statement: Sums & {
    first: BusinessDay
    last: BusinessDay
    opening: Money
    closing: Money
    days: readonly Day[]
    kinds: readonly (Sums & { kind: MovementKind })[]
  }
}

/** `/operator/statement`: a period from its opening to its closing balance, day by day. */
export function StatementPage({ dates, statement }: StatementProps) {
  const t = useText()
  const { first, last } = statement
  const file = (format: string) => `/operator/statement?from=${first}&to=${last}&format=${format}`
  return (
    <Layout
      title={t('statement.title')}
      note={t('statement.period', { first, last })}
      action={
        <>
          <a class="button" href={file('csv')}>
            <Icon name="download" />
            {t('statement.csv')}
          </a>
          <a class="button primary" href={file('pdf')}>
            <Icon name="file-text" />
            {t('statement.pdf')}
          </a>
        </>
      }
    >
      <MoneyTabs current="statement" />
      <Filters action="/operator/statement" dates={dates} chips={[]} />
      <StatementBody statement={statement} rowsAt={(query) => `/operator/transactions?${query}`} />
    </Layout>
  )
}

/** What both sides of the counter see of a period. */
export function StatementBody({ statement, rowsAt }: Pick<StatementProps, 'statement'> & { rowsAt: RowsAt }) {
  const t = useText()
  const { first, last } = statement
  return (
    <>
      <div class="tiles four">
        <StatTile label={t('statement.opening')} icon="landmark" figure={<Yuan of={statement.opening} />} note={first} />
        <StatTile label={t('statement.in')} icon="arrow-down-left" figure={<Moved of={statement.in} />} />
        <StatTile label={t('statement.out')} icon="arrow-up-right" figure={<Moved of={minus(ZERO, statement.out)} />} />
        <StatTile label={t('statement.closing')} icon="landmark" figure={<Yuan of={statement.closing} />} note={last} />
      </div>
      {statement.rows === 0 ? (
        <section class="panel">
          <EmptyState icon="receipt" title={t('statement.empty')} next={t('statement.emptyNext')} />
        </section>
      ) : (
        <>
          <Kinds {...statement} rowsAt={rowsAt} />
          <Days days={statement.days} rowsAt={rowsAt} />
        </>
      )}
    </>
  )
}

/** Where the rows behind a figure are, by the fields of that page's filter. */
type RowsAt = (query: string) => string

/** Nothing moved has no sign. */
const Moved = ({ of }: { of: Money }) => (of === ZERO ? <Yuan of={of} /> : <Movement of={of} />)
/** In a table the days on which something moved stand out. */
const MovedCell = ({ of }: { of: Money }) => (of === ZERO ? <span class="muted">–</span> : <Movement of={of} />)

function Kinds({ first, last, kinds, rowsAt }: StatementProps['statement'] & { rowsAt: RowsAt }) {
  const t = useText()
  return (
    <Panel id="kinds" title={t('statement.kinds')}>
      <DataTable
        compact
        caption={t('statement.kinds')}
        rows={kinds}
        rowKey={(row) => row.kind}
        empty={null}
        columns={[
          {
            head: t('statement.kind'),
            cell: ({ kind }) => (
              <a href={rowsAt(`type=${kind}&from=${first}&to=${last}`)}>
                <Badge tone={KIND_TONES[kind]}>{t(`kind.${kind}`)}</Badge>
              </a>
            ),
            wide: true,
          },
          { head: t('statement.count'), cell: (row) => formatCount(row.rows), number: true },
          { head: t('statement.in'), cell: (row) => <MovedCell of={row.in} />, number: true },
          { head: t('statement.out'), cell: (row) => <MovedCell of={minus(ZERO, row.out)} />, number: true },
        ]}
      />
    </Panel>
  )
}

function Days({ days, rowsAt }: { days: readonly Day[]; rowsAt: RowsAt }) {
  const t = useText()
  return (
    <Panel id="days" title={t('statement.days')} note={t('statement.days.note')}>
      <DataTable
        caption={t('statement.days')}
        rows={days}
        rowKey={(row) => row.day}
        empty={null}
        columns={[
          { head: t('statement.day'), cell: ({ day }) => <a href={rowsAt(`from=${day}&to=${day}`)}>{day}</a> },
          { head: t('statement.count'), cell: (row) => formatCount(row.rows), number: true },
          { head: t('statement.opening'), cell: (row) => <Yuan of={row.opening} />, number: true },
          { head: t('statement.in'), cell: (row) => <MovedCell of={row.in} />, number: true },
          { head: t('statement.out'), cell: (row) => <MovedCell of={minus(ZERO, row.out)} />, number: true },
          { head: t('statement.closing'), cell: (row) => <Yuan of={row.closing} />, number: true },
        ]}
      />
    </Panel>
  )
}
