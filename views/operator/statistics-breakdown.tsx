import type { Uuid } from '#src/core/ids'
import { useText } from '../page-context'
import { type Measure, measureName, shareOf } from './statistics-measure'
import { SumsTable } from './statistics-table'
import type { Sums } from './usage'
import { type UsageQuery, usageAddress } from './usage-address'

type BreakdownProps = {
  kind: 'apps' | 'sites'
  rows: readonly (Sums & { id: Uuid; name: string })[]
  measure: Measure
  sums: Sums
  query: UsageQuery
}

/** Applications or sites, the largest first, each with its share as a bar: chart and table in one. */
export function Breakdown({ kind, rows, measure, sums, query }: BreakdownProps) {
  const t = useText()
  const sorted = rows.toSorted((a, b) => (a[measure] === b[measure] ? 0 : a[measure] > b[measure] ? -1 : 1))
  const own = (id: Uuid): UsageQuery => (kind === 'apps' ? { ...query, applicationId: id } : { ...query, siteId: id })
  return (
    <SumsTable
      caption={t(`statistics.${kind}`, { measure: t(measureName(measure)) })}
      head={t(kind === 'apps' ? 'statistics.column.application' : 'statistics.column.site')}
      rows={sorted.map((row) => ({
        key: row.id,
        name: row.name,
        href: usageAddress(own(row.id)),
        sums: row,
        share: shareOf(row, sums, measure),
        more: `${(shareOf(row, sums, measure) * 100).toFixed(1)}%`,
      }))}
      more={t('statistics.column.share')}
      whole={{ sums, href: usageAddress(query) }}
    />
  )
}
