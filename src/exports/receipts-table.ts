import * as v from 'valibot'
import { idOf, keyword } from '#src/core/fields'
import { showId } from '#src/core/ids'
import type { Cell, Column } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'
import { type ReceiptsFilter, receiptCounts, receiptsPage, requireAnnouncement } from '#src/notifications/receipts'
import { pagesOf } from './games-tables'
import { staffExport } from './staff-export'

/** Who has read an announcement, as its page shows it. */
export const receiptsExport = staffExport({
  title: 'announce.receipts',
  permission: 'announcement:publish',
  filter: { announcement_id: idOf('announcement'), keyword, read: v.optional(v.picklist(['yes', 'no', 'all']), 'all') },
  open: async ({ announcement_id: id, ...filter }, { language }) => {
    const announcement = await requireAnnouncement(id)
    const { all } = await receiptCounts(announcement, filter)
    const table = {
      title: text(language, 'announce.receipts'),
      columns: columns(language),
      chunks: inCells(announcement, filter, language),
    }
    return { rows: all, table }
  },
})

function columns(language: Language): Column[] {
  const column = (key: PlainKey, kind: Column['kind'], width: number): Column => ({ head: text(language, key), kind, width })
  return [
    column('access.operator', 'text', 28),
    column('access.username', 'text', 20),
    column('access.category', 'text', 10),
    column('announce.read', 'text', 10),
    column('announce.readAt', 'moment', 20),
    column('access.number', 'text', 42),
  ]
}

type Announcement = Parameters<typeof receiptsPage>[0]

async function* inCells(announcement: Announcement, filter: ReceiptsFilter, language: Language): AsyncGenerator<Cell[][]> {
  const pages = pagesOf(async (keyset) => {
    const { rows, ...slice } = await receiptsPage(announcement, filter, keyset)
    return { ...slice, rows: rows.map((row) => ({ ...row, id: row.operatorId })) }
  })
  for await (const rows of pages) {
    yield rows.map((row) => [
      row.name,
      row.username,
      text(language, `category.${row.category}`),
      text(language, row.readAt ? 'announce.read.yes' : 'announce.read.no'),
      row.readAt,
      showId('operator', row.id),
    ])
  }
}
