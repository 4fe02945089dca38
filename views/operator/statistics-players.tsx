import { useText } from '../page-context'
import { SumsTable } from './statistics-table'
import type { Sums } from './usage'
import { type UsageQuery, usageAddress } from './usage-address'

export type PartyRow = Sums & { playerCount: number; percentage: number }

type PartyProps = { rows: readonly PartyRow[]; total: Sums; mostCommon: number | null; query: UsageQuery }

/** How many play together: each size of party with its share of the games. */
export function Party({ rows, total, mostCommon, query }: PartyProps) {
  const t = useText()
  return (
    <>
      {mostCommon !== null && <p>{t('statistics.players.common', { count: mostCommon })}</p>}
      <SumsTable
        caption={t('statistics.players')}
        head={t('statistics.column.party')}
        rows={rows.map((row) => ({
          key: String(row.playerCount),
          name: t('usage.players.value', { count: row.playerCount }),
          href: usageAddress({ ...query, players: row.playerCount }),
          sums: row,
          share: row.percentage / 100,
          more: `${row.percentage.toFixed(1)}%`,
        }))}
        more={t('statistics.column.share')}
        whole={{ sums: total, href: usageAddress(query) }}
      />
    </>
  )
}
