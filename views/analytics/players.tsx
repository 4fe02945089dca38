import type { DayRange } from '#src/core/day-range'
import type { Money } from '#src/core/money'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Filters, FilterText } from '../components/filters'
import { Yuan } from '../components/money'
import { Panel } from '../components/panel'
import { Pie, PieKey } from '../components/pie'
import { ShareBar } from '../components/share-bar'
import type { Sums } from '../operator/usage'
import { useText } from '../page-context'
import { AnalyticsFrame, NARROWED_FIELDS, type Narrowed, narrowedChips, SumTiles } from './frame'

type GroupName = '1' | '2' | '3-4' | '5-8' | '9+'

export type PlayersProps = {
  distribution: {
    rows: readonly (Sums & { playerCount: number; percentage: number })[]
    groups: readonly { name: GroupName; sessions: number; players: number; total: Money; percentage: number }[]
    total: Sums
    mostCommon: number | null
  }
  narrowed: Narrowed
  dates: DayRange
}

/** `/analytics/players`: how many play together, in five groups and by each size. */
export function PlayersPage({ distribution, narrowed, dates }: PlayersProps) {
  const t = useText()
  const { total, mostCommon } = distribution
  return (
    <AnalyticsFrame current="players" dates={dates} report="player-distribution" narrowed={narrowed}>
      <Filters action="/analytics/players" dates={dates} chips={narrowedChips(t, narrowed)} keep={NARROWED_FIELDS}>
        <FilterText name="area" label={t('platform.area')} value={narrowed.area} placeholder={t('platform.area.hint')} />
      </Filters>
      <div class="tiles four">
        <SumTiles sums={total} />
      </div>
      {total.sessions === 0 ? (
        <div class="panel">
          <EmptyState icon="chart-column" title={t('statistics.empty')} next={t('platform.emptyNext')} />
        </div>
      ) : (
        <>
          <Groups {...distribution} />
          <Panel
            id="sizes"
            title={t('platform.sizes')}
            note={mostCommon === null ? undefined : t('statistics.players.common', { count: mostCommon })}
          >
            <Sizes {...distribution} />
          </Panel>
        </>
      )}
    </AnalyticsFrame>
  )
}

function Groups({ groups }: PlayersProps['distribution']) {
  const t = useText()
  const name = (group: GroupName) => (group === '9+' ? t('platform.group.more') : t('platform.group', { size: group.replace('-', '–') }))
  return (
    <Panel id="groups" title={t('statistics.players')}>
      <div class="pie-beside">
        <Pie
          summary={groups.map((group) => `${name(group.name)} ${group.percentage.toFixed(1)}%`).join(', ')}
          slices={groups.map((group) => ({ name: group.name, share: group.percentage / 100 }))}
        />
        <DataTable
          caption={t('statistics.players')}
          rows={groups.map((group, order) => ({ ...group, order }))}
          rowKey={(group) => group.name}
          empty={null}
          columns={[
            {
              head: t('platform.group.head'),
              cell: (group) => (
                <>
                  <PieKey order={group.order} /> {name(group.name)}
                </>
              ),
            },
            { head: t('statistics.column.sessions'), cell: (group) => formatCount(group.sessions), number: true },
            { head: t('statistics.column.share'), cell: (group) => `${group.percentage.toFixed(1)}%`, number: true },
            { head: t('platform.revenue'), cell: (group) => <Yuan of={group.total} />, number: true },
          ]}
        />
      </div>
    </Panel>
  )
}

function Sizes({ rows }: PlayersProps['distribution']) {
  const t = useText()
  return (
    <DataTable
      caption={t('platform.sizes')}
      rows={rows}
      rowKey={(row) => String(row.playerCount)}
      empty={null}
      columns={[
        {
          head: t('statistics.column.party'),
          cell: (row) => (
            <span class="bar-name">
              {t('usage.players.value', { count: row.playerCount })}
              <ShareBar share={row.percentage / 100} />
            </span>
          ),
          wide: true,
        },
        { head: t('statistics.column.sessions'), cell: (row) => formatCount(row.sessions), number: true },
        { head: t('statistics.column.share'), cell: (row) => `${row.percentage.toFixed(1)}%`, number: true },
        { head: t('platform.revenue'), cell: (row) => <Yuan of={row.total} />, number: true },
      ]}
    />
  )
}
