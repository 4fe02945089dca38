import * as v from 'valibot'
import { idOf, keyword } from '#src/core/fields'
import { showId } from '#src/core/ids'
import type { Cell, Column, Table } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'
import { comparedStretches, type Instant } from '#src/core/time'
import { countSites, figuresOfSites, NEVER_PLAYED, type SiteFilter, type SiteOfOperator, siteChunks } from '#src/sites/everywhere'
import { staffExport } from './staff-export'

/** The sites of all operators as their list shows them, with this month's games. */
export const sitesExport = staffExport({
  title: 'nav.sites',
  permission: 'site:view',
  filter: { keyword, deleted: v.optional(v.literal('true')), operator: v.optional(idOf('operator')) },
  open: async ({ keyword: words, deleted, operator }, { language, now }) => {
    const filter = { keyword: words, includeDeleted: deleted === 'true', operatorId: operator }
    return { rows: (await countSites(filter)).sites, table: sitesTable(filter, language, now) }
  },
})

function sitesTable(filter: SiteFilter, language: Language, now: Instant): Table {
  const column = (key: PlainKey, kind: Column['kind'], width: number): Column => ({ head: text(language, key), kind, width })
  return {
    title: text(language, 'nav.sites'),
    columns: [
      column('sites.name', 'text', 24),
      column('adminSites.operator', 'text', 28),
      column('sites.address', 'text', 40),
      column('sites.games', 'count', 10),
      column('sites.amount', 'money', 14),
      column('sites.lastStart', 'moment', 20),
      column('sites.created', 'moment', 20),
      column('sites.state.deleted', 'moment', 20),
      column('sites.id', 'text', 44),
    ],
    chunks: inCells(filter, now),
  }
}

async function* inCells(filter: SiteFilter, now: Instant): AsyncGenerator<Cell[][]> {
  const { month } = comparedStretches(now)
  for await (const sites of siteChunks(filter)) {
    const figures = await figuresOfSites(sites, month)
    yield sites.map((site) => cells(site, figures.get(site.id) ?? NEVER_PLAYED))
  }
}

const cells = (site: SiteOfOperator, { games, amount, lastStart }: typeof NEVER_PLAYED): Cell[] => [
  site.name,
  site.operatorName,
  site.address,
  games,
  amount,
  lastStart,
  site.createdAt,
  site.deletedAt,
  showId('site', site.id),
]
