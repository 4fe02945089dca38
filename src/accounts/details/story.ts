import type { PendingQuery, Row } from 'postgres'
import * as v from 'valibot'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, keysetQuery, rowsWanted, type Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { BusinessDay, Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** Parts of an operator's story. `other` is every act that belongs to none of the rest: nothing that happened is left out. */
export const CHAPTERS = ['account', 'keys', 'access', 'money', 'games', 'sign_in', 'sites'] as const
type Chapter = (typeof CHAPTERS)[number]

/** Which acts of the audit log belong to a chapter, by the beginning of their name. */
const ACTS: Partial<Record<Chapter, string>> = {
  account: '^(register|operator_)',
  keys: '^(api_key_|view_api_key)',
  access: '^(authorization_|application_request)',
  money: '^(refund_|invoice_|recharge_|bank_transfer_|quarantine_|payment_|adjustment|reconciliation_)',
  sign_in: '^(login|logout|session_|password_)',
  sites: '^site_',
}
/** Acts that stand in the books as well; there they have their amount. */
const IN_THE_BOOKS = ['recharge_credit', 'refund_paid', 'adjustment']

/** A place in the story: the time to the microsecond, and the row. */
const storyCursor = v.fallback(v.optional(v.pipe(v.string(), v.regex(/^\d{1,17}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/))), undefined)
export const storyKeyset = { after: storyCursor, before: storyCursor, size: keysetQuery.size }

export type StoryFilter = {
  chapter?: Chapter | undefined
  /** Both are starts of days; `to` is excluded. */
  from?: Instant | undefined
  to?: Instant | undefined
  /** Without it nothing is told that is about money but games. */
  withMoney: boolean
}

export type StoryEvent = {
  kind: 'act' | 'entry' | 'games' | 'failure'
  id: Uuid
  at: Instant
  /** To the microsecond, for the cursor. */
  cursor: string
  /** The act of the audit log, or the type of the entry in the books; of a failed sign-in `sign_in`. */
  what: string
  actorKind: 'operator' | 'staff' | 'system' | null
  actorName: string | null
  targetKind: string | null
  targetId: string | null
  details: Record<string, unknown> | null
  requestId: string | null
  /** Of an entry: signed as it moved the balance, 0 between accounts of the company; of a day of games: what they cost. */
  amount: Money | null
  balanceAfter: Money | null
  seq: bigint | null
  day: BusinessDay | null
  games: number | null
  players: number | null
}

/**
 * Everything that ever happened to an operator, newest first: what was done to it and by it, what moved its money, and for each day what
 * was played. Each source gives one page by its own index, so that a long story costs no more than a short one.
 */
export async function operatorStory(operatorId: Uuid, filter: StoryFilter, keyset: Keyset): Promise<Slice<StoryEvent>> {
  const sql = rawSql()
  const sources = sourcesOf(operatorId, filter, keyset)
  const together = sources.reduce((all, source) => sql`${all} UNION ALL ${source}`)
  const found = await sql<StoryEvent[]>`
    SELECT *, (extract(epoch FROM at) * 1000000)::bigint || '_' || id AS cursor FROM (${together}) AS story (${columns()})
    ${ordered(keyset, sql`at`)} LIMIT ${rowsWanted(keyset)}`
  return cutPage(found, keyset, (event) => event.cursor)
}

type Part = PendingQuery<Row[]>

/** The columns of every source, in their order. */
const columns = () => rawSql()`
  kind, id, at, what, "actorKind", "actorName", "targetKind", "targetId", details, "requestId", amount, "balanceAfter", seq, day, games, players`

function sourcesOf(operatorId: Uuid, filter: StoryFilter, keyset: Keyset): [Part, ...Part[]] {
  const { chapter, withMoney } = filter
  const wants = (one: Chapter) => chapter === undefined || chapter === one
  const page: Page = { filter, keyset }
  const sources: Part[] = []
  if (chapter !== 'games') sources.push(...actsAround(operatorId, page))
  if (wants('money') && withMoney) sources.push(entriesOf(operatorId, page))
  if (wants('games')) sources.push(daysPlayed(operatorId, page))
  if (wants('sign_in')) sources.push(failedSignIns(operatorId, page))
  return sources as [Part, ...Part[]]
}

type Page = { filter: StoryFilter; keyset: Keyset }

/** Done to the operator, by the operator, and to something of its own; each act stands in one of them. */
function actsAround(operatorId: Uuid, page: Page): Part[] {
  const sql = rawSql()
  const select = (whose: Part) => sql`
    (SELECT 'act', a.id, a.created_at, a.operation, a.actor_kind, a.actor_name, a.target_kind, a.target_id, a.details, a.request_id,
            NULL::bigint, NULL::bigint, NULL::bigint, NULL::text, NULL::int, NULL::int
     FROM audit_logs a WHERE ${whose} ${ofChapter(page.filter)} ${within(page, sql`a.created_at`, sql`a.id`)}
     ${ordered(page.keyset, sql`a.created_at`, sql`a.id`)} LIMIT ${rowsWanted(page.keyset)})`
  const isTarget = sql`a.target_id = ${operatorId}`
  const notTarget = sql`a.target_id IS DISTINCT FROM ${operatorId}`
  return [
    select(isTarget),
    select(sql`a.actor_id = ${operatorId} AND ${notTarget}`),
    select(sql`a.details ->> 'operator_id' = ${operatorId} AND a.actor_id IS DISTINCT FROM ${operatorId}::uuid AND ${notTarget}`),
  ]
}

function ofChapter({ chapter, withMoney }: StoryFilter): Part {
  const sql = rawSql()
  const own = chapter ? sql`AND a.operation ~ ${ACTS[chapter]!}` : sql``
  const rest = withMoney ? sql`AND a.operation <> ALL (${IN_THE_BOOKS}::text[])` : sql`AND a.operation !~ ${ACTS.money!}`
  return sql`${own} ${rest}`
}

/** Games are told by day; the second condition names the index of what is no game. */
function entriesOf(operatorId: Uuid, page: Page): Part {
  const sql = rawSql()
  return sql`
    (SELECT 'entry', t.id, t.created_at, t.type, NULL::text, NULL::text, 'transaction', t.id::text,
            jsonb_build_object('description', t.description, 'debit', t.debit_account, 'credit', t.credit_account), NULL::text,
            CASE 'operator' WHEN t.credit_account THEN t.amount_fen WHEN t.debit_account THEN -t.amount_fen ELSE 0 END,
            t.balance_after_fen, t.seq, NULL::text, NULL::int, NULL::int
     FROM transaction_records t
     WHERE t.operator_id = ${operatorId} AND t.type <> 'consumption' ${within(page, sql`t.created_at`, sql`t.id`)}
     ${ordered(page.keyset, sql`t.created_at`, sql`t.id`)} LIMIT ${rowsWanted(page.keyset)})`
}

/** A day's games stand at its end: they never change their place while the day goes on. */
function daysPlayed(operatorId: Uuid, page: Page): Part {
  const sql = rawSql()
  const at = sql`((d.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')`
  const id = sql`'00000000-0000-0000-0000-000000000000'::uuid`
  const { from, to } = page.filter
  return sql`
    (SELECT 'games', ${id}, ${at}, 'games', NULL::text, NULL::text, NULL::text, NULL::text, NULL::jsonb, NULL::text, d.total_fen,
            NULL::bigint, NULL::bigint,
            to_char(d.day, 'YYYY-MM-DD'), d.sessions, d.players
     FROM usage_days d
     WHERE d.operator_id = ${operatorId}
       ${from ? sql`AND ${at} > ${from}` : sql``} ${to ? sql`AND ${at} <= ${to}` : sql``} ${beyond(page.keyset, at, id)}
     ${isBackwards(page.keyset) ? sql`ORDER BY d.day` : sql`ORDER BY d.day DESC`} LIMIT ${rowsWanted(page.keyset)})`
}

/** Wrong passwords since the last right one; how many there were before that, the sign-in itself tells. */
function failedSignIns(operatorId: Uuid, page: Page): Part {
  const sql = rawSql()
  return sql`
    (SELECT 'failure', f.id, f.at, 'sign_in', NULL::text, NULL::text, NULL::text, NULL::text, jsonb_build_object('ip', f.ip), NULL::text,
            NULL::bigint, NULL::bigint, NULL::bigint, NULL::text, NULL::int, NULL::int
     FROM login_failures f
     WHERE f.realm = 'operator' AND f.username = (SELECT lower(username) FROM operator_accounts WHERE id = ${operatorId})
       ${within(page, sql`f.at`, sql`f.id`)}
     ${ordered(page.keyset, sql`f.at`, sql`f.id`)} LIMIT ${rowsWanted(page.keyset)})`
}

function within({ filter: { from, to }, keyset }: Page, at: Part, id: Part): Part {
  const sql = rawSql()
  return sql`${from ? sql`AND ${at} >= ${from}` : sql``} ${to ? sql`AND ${at} < ${to}` : sql``} ${beyond(keyset, at, id)}`
}

/** The time alone is what the index knows; the pair decides among rows of one moment. */
function beyond(keyset: Keyset, at: Part, id: Part): Part {
  const sql = rawSql()
  const cursor = keyset.after ?? keyset.before
  if (cursor === undefined) return sql``
  const [time, row] = cursor.split('_') as [string, string]
  const moment = sql`(timestamptz 'epoch' + ${time}::bigint * interval '1 microsecond')`
  return isBackwards(keyset)
    ? sql`AND ${at} >= ${moment} AND (${at}, ${id}) > (${moment}, ${row}::uuid)`
    : sql`AND ${at} <= ${moment} AND (${at}, ${id}) < (${moment}, ${row}::uuid)`
}

function ordered(keyset: Keyset, at: Part, id: Part = rawSql()`id`): Part {
  const sql = rawSql()
  return isBackwards(keyset) ? sql`ORDER BY ${at}, ${id}` : sql`ORDER BY ${at} DESC, ${id} DESC`
}
