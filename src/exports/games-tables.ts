import * as v from 'valibot'
import { APPLICATION_STATES, type ApplicationsFilter, applicationsPage, countApplications } from '#src/applications/catalogue'
import { countGrants, GRANT_STATES, type GrantRow, type GrantsFilter, grantsPage } from '#src/applications/grant-queries'
import { countRequests, type QueueFilter, queuePage } from '#src/applications/request-queue'
import type { ListedRequest } from '#src/applications/requests'
import { idOf, keyword } from '#src/core/fields'
import { showId } from '#src/core/ids'
import type { Keyset, Slice } from '#src/core/keyset'
import type { Cell, Column } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'
import { staffExport } from './staff-export'

/** Games, requests for them and authorisations, as their lists show them. */

const columns = (language: Language, wanted: readonly (readonly [PlainKey, Column['kind'], number])[]): Column[] =>
  wanted.map(([key, kind, width]) => ({ head: text(language, key), kind, width }))

/** A list from its newest row to its oldest, page by page. */
export async function* pagesOf<Row extends { id: string }>(page: (keyset: Keyset) => Promise<Slice<Row>>): AsyncGenerator<Row[]> {
  let after: string | undefined
  do {
    const { rows, older } = await page({ size: 100, after })
    yield rows
    after = older ?? undefined
  } while (after !== undefined)
}

async function* inCells<Row>(pages: AsyncGenerator<Row[]>, cells: (row: Row) => Cell[]): AsyncGenerator<Cell[][]> {
  for await (const rows of pages) yield rows.map(cells)
}

const all = <const Names extends readonly [string, ...string[]]>(names: Names) => v.optional(v.picklist([...names, 'all']), 'all')

export const applicationsExport = staffExport({
  title: 'catalogue.title',
  permission: 'application:view',
  filter: { keyword, state: all(APPLICATION_STATES) },
  open: async (asked, { language, now }) => {
    const filter = asked as ApplicationsFilter
    const cells = (row: Awaited<ReturnType<typeof applicationsPage>>['rows'][number]): Cell[] => [
      row.name,
      text(language, row.isActive ? 'catalogue.state.active' : 'catalogue.state.retired'),
      row.unitPrice,
      row.minPlayers,
      row.maxPlayers,
      row.operators,
      row.nextPrice,
      row.nextPriceAt,
      row.createdAt,
      showId('application', row.id),
    ]
    const table = {
      title: text(language, 'catalogue.title'),
      columns: columns(language, [
        ['apps.name', 'text', 28],
        ['apps.state', 'text', 10],
        ['apps.price', 'money', 12],
        ['catalogue.field.min_players', 'count', 10],
        ['catalogue.field.max_players', 'count', 10],
        ['catalogue.operators', 'count', 16],
        ['catalogue.price.unit_price', 'money', 14],
        ['catalogue.price.when', 'moment', 20],
        ['catalogue.createdAt', 'moment', 20],
        ['catalogue.id', 'text', 42],
      ]),
      chunks: inCells(
        pagesOf((keyset) => applicationsPage(filter, keyset, now)),
        cells,
      ),
    }
    return { rows: await countApplications(filter), table }
  },
})

export const accessRequestsExport = staffExport({
  title: 'access.title',
  permission: 'authorization:view',
  filter: { keyword, status: all(['pending', 'approved', 'rejected']), app_id: v.optional(idOf('application')) },
  open: async ({ status, keyword: words, app_id: applicationId }, { language }) => {
    const filter: QueueFilter = { status, keyword: words, applicationId }
    const cells = (row: ListedRequest): Cell[] => [
      row.operatorName,
      text(language, `category.${row.operatorCategory}`),
      row.appName,
      row.reason,
      text(language, `apps.request.${row.status}`),
      row.createdAt,
      row.reviewerName,
      row.reviewedAt,
      row.rejectReason ?? row.reviewNote,
      showId('request', row.id),
    ]
    const table = {
      title: text(language, 'access.title'),
      columns: columns(language, [
        ['access.operator', 'text', 28],
        ['access.category', 'text', 10],
        ['apps.name', 'text', 24],
        ['apps.reason', 'text', 40],
        ['apps.state', 'text', 10],
        ['apps.request.at', 'moment', 20],
        ['access.reviewer', 'text', 14],
        ['apps.request.reviewedAt', 'moment', 20],
        ['grants.note', 'text', 40],
        ['access.number', 'text', 42],
      ]),
      chunks: inCells(
        pagesOf((keyset) => queuePage(filter, keyset)),
        cells,
      ),
    }
    return { rows: await countRequests(filter), table }
  },
})

export const authorizationsExport = staffExport({
  title: 'grants.title',
  permission: 'authorization:view',
  filter: { keyword, status: all(GRANT_STATES), app_id: v.optional(idOf('application')) },
  open: async ({ status: state, keyword: words, app_id: applicationId }, { language, now }) => {
    const filter: GrantsFilter = { state, keyword: words, applicationId }
    const cells = (row: GrantRow): Cell[] => [
      row.operatorName,
      row.operatorUsername,
      row.appName,
      text(language, `grants.state.${row.state}`),
      row.authorizedAt,
      row.authorizedByName,
      row.expiresAt,
      row.revokedAt,
      row.revokeReason ?? row.note,
      showId('authorization', row.id),
    ]
    const table = {
      title: text(language, 'grants.title'),
      columns: columns(language, [
        ['access.operator', 'text', 28],
        ['access.username', 'text', 20],
        ['apps.name', 'text', 24],
        ['apps.state', 'text', 10],
        ['apps.since', 'moment', 20],
        ['grants.by', 'text', 14],
        ['apps.expires', 'moment', 20],
        ['grants.past.ended', 'moment', 20],
        ['grants.note', 'text', 40],
        ['access.number', 'text', 42],
      ]),
      chunks: inCells(
        pagesOf((keyset) => grantsPage(filter, keyset, now)),
        cells,
      ),
    }
    return { rows: await countGrants(filter, now), table }
  },
})
