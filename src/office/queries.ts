import * as v from 'valibot'
import { keyword } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import { CASE_STATES, type CaseState, OFFICE_FORMS, type OfficeForm } from '#src/core/office'
import type { Instant, Stretch } from '#src/core/time'
import { type Querying, rawSql } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import type { StaffCaller } from '#src/platform/route'
import type { EventKind } from './case'
import { formsSeenWhole } from './row'

/** Whose requests: waiting for the person, started, decided on or received by them; or all that may be seen whole. */
export type CaseList = 'tasks' | 'mine' | 'done' | 'copies' | 'all'

/** The fields of a filter as an address carries them; what cannot be read is not said. */
export const CASE_FILTER = {
  form: v.fallback(v.optional(v.picklist(OFFICE_FORMS)), undefined),
  status: v.fallback(v.optional(v.picklist(CASE_STATES)), undefined),
  keyword: v.fallback(keyword, ''),
}
export type CaseFilter = {
  form?: OfficeForm | undefined
  status?: CaseState | undefined
  /** In the number or the applicant's name. */
  keyword?: string | undefined
  /** When it was begun. */
  stretch?: Stretch | null | undefined
}

export type ListedCase = {
  id: Uuid
  form: OfficeForm
  status: CaseState
  number: string | null
  applicantName: string
  department: string | null
  amount: Money | null
  createdAt: Instant
  submittedAt: Instant | null
  decidedAt: Instant | null
  /** For whom it waits now. */
  waitsFor: string[]
}

type Viewer = Pick<StaffCaller, 'id' | 'permissions'>

/** One page of requests, newest first. */
export async function listCases(list: CaseList, viewer: Viewer, filter: CaseFilter, keyset: Keyset): Promise<Slice<ListedCase>> {
  const sql = rawSql()
  const step = keyset.after ? sql`AND c.id < ${keyset.after}::uuid` : keyset.before ? sql`AND c.id > ${keyset.before}::uuid` : sql``
  const order = isBackwards(keyset) ? sql`ORDER BY c.id` : sql`ORDER BY c.id DESC`
  const rows = await sql<ListedCase[]>`
    SELECT ${columns()} FROM office_cases c JOIN admin_accounts a ON a.id = c.applicant_id
    WHERE ${ofList(list, viewer)} AND ${matching(filter)} ${step} ${order} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, ({ id }) => id)
}

export async function countCases(list: CaseList, viewer: Viewer, filter: CaseFilter): Promise<number> {
  const [row] = await rawSql()<{ count: number }[]>`
    SELECT count(*)::int AS count FROM office_cases c JOIN admin_accounts a ON a.id = c.applicant_id
    WHERE ${ofList(list, viewer)} AND ${matching(filter)}`
  return row!.count
}

const CHUNK = 1_000

/** All of them for a file, newest first, in chunks that are each a query of their own. */
export async function* caseChunks(viewer: Viewer, filter: CaseFilter): AsyncGenerator<ListedCase[]> {
  const sql = rawSql()
  for (let last: Uuid | undefined; ; ) {
    const rows: ListedCase[] = await sql<ListedCase[]>`
      SELECT ${columns()} FROM office_cases c JOIN admin_accounts a ON a.id = c.applicant_id
      WHERE c.status <> 'draft' AND c.form = ANY(${exportable(viewer)}::text[]) AND ${matching(filter)}
        ${last ? sql`AND c.id < ${last}::uuid` : sql``} ORDER BY c.id DESC LIMIT ${CHUNK}`
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    last = rows.at(-1)!.id
  }
}

/** The forms of which somebody may take all requests out. */
const exportable = ({ permissions }: Viewer): string[] =>
  formsSeenWhole(permissions).filter((form) => permissions.has(`office:${form}:export`))

const columns = () => rawSql()`
  c.id, c.form, c.status, c.number, a.name AS "applicantName", c.department, c.amount_fen AS amount, c.created_at AS "createdAt",
  c.submitted_at AS "submittedAt", c.decided_at AS "decidedAt",
  ARRAY(SELECT p.name FROM office_tasks t JOIN admin_accounts p ON p.id = t.person_id WHERE t.case_id = c.id AND t.status = 'open'
    ORDER BY t.id LIMIT 4) AS "waitsFor"`

function ofList(list: CaseList, { id, permissions }: Viewer) {
  const sql = rawSql()
  if (list === 'mine') return sql`c.applicant_id = ${id}`
  if (list === 'tasks') return sql`c.id IN (SELECT case_id FROM office_tasks WHERE person_id = ${id} AND status = 'open')`
  if (list === 'done')
    return sql`c.id IN (SELECT case_id FROM office_tasks WHERE person_id = ${id} AND status IN ('approved', 'rejected', 'sent_back', 'transferred'))`
  if (list === 'copies') return sql`c.id IN (SELECT case_id FROM office_copies WHERE person_id = ${id})`
  return sql`c.status <> 'draft' AND c.form = ANY(${formsSeenWhole(permissions)}::text[])`
}

function matching({ form, status, keyword: words, stretch }: CaseFilter) {
  const sql = rawSql()
  const pattern = likePattern(words ?? '')
  return sql`true ${form ? sql`AND c.form = ${form}` : sql``} ${status ? sql`AND c.status = ${status}` : sql``}
    ${words ? sql`AND (c.number ILIKE ${pattern} OR a.name ILIKE ${pattern})` : sql``}
    ${stretch ? sql`AND c.created_at >= ${stretch.from} AND c.created_at < ${stretch.to}` : sql``}`
}

/** How many requests wait for somebody. */
export async function waitingTasks(personId: Uuid): Promise<number> {
  const [row] = await rawSql()<{ count: number }[]>`
    SELECT count(*)::int AS count FROM office_tasks WHERE person_id = ${personId} AND status = 'open'`
  return row!.count
}

/** The request that has waited longest for somebody, besides one; what opens after a decision. */
export async function nextTask(personId: Uuid, besides: Uuid): Promise<Uuid | undefined> {
  const [row] = await rawSql()<{ id: Uuid }[]>`
    SELECT case_id AS id FROM office_tasks WHERE person_id = ${personId} AND status = 'open' AND case_id <> ${besides} ORDER BY id LIMIT 1`
  return row?.id
}

export type EventRow = {
  seq: number
  kind: EventKind
  actorId: Uuid | null
  node: string | null
  comment: string | null
  people: Uuid[]
  at: Instant
}

export type CaseFile = { id: Uuid; kind: 'voucher' | 'payment'; name: string; bytes: number; at: Instant }

/** What happened to a case, newest first, and its files; whoever asks has looked whether the case may be seen. */
export async function storyOf({ sql }: Querying, caseId: Uuid): Promise<{ events: EventRow[]; files: CaseFile[] }> {
  const [events, files] = await Promise.all([
    sql<EventRow[]>`
      SELECT seq, kind, actor_id AS "actorId", node, comment, people, created_at AS at FROM office_events WHERE case_id = ${caseId} ORDER BY seq DESC`,
    sql<CaseFile[]>`SELECT id, kind, name, bytes, created_at AS at FROM office_attachments WHERE case_id = ${caseId} ORDER BY id`,
  ])
  return { events: [...events], files: [...files] }
}

export type FormCount = {
  form: OfficeForm
  started: number
  waiting: number
  approved: number
  rejected: number
  amount: Money
  /** From handing in to the decision, half of them took longer; null where none was decided. */
  medianSeconds: number | null
  oldestAt: Instant | null
}

/** What became of the requests that were handed in within a stretch. */
export const countForms = (stretch: Stretch | null): Promise<FormCount[]> => {
  const sql = rawSql()
  return sql<FormCount[]>`
    SELECT f.form, count(c.id)::int AS started, count(*) FILTER (WHERE c.status = 'submitted')::int AS waiting,
      count(*) FILTER (WHERE c.status IN ('approved', 'paid'))::int AS approved, count(*) FILTER (WHERE c.status = 'rejected')::int AS rejected,
      coalesce(sum(c.amount_fen) FILTER (WHERE c.status IN ('approved', 'paid')), 0)::bigint AS amount,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.decided_at - c.submitted_at)::float8)
        FILTER (WHERE c.status IN ('approved', 'paid', 'rejected')) AS "medianSeconds",
      min(c.submitted_at) FILTER (WHERE c.status = 'submitted') AS "oldestAt"
    FROM unnest(${[...OFFICE_FORMS]}::text[]) WITH ORDINALITY AS f (form, at)
    LEFT JOIN office_cases c ON c.form = f.form AND c.status <> 'draft'
      ${stretch ? sql`AND c.submitted_at >= ${stretch.from} AND c.submitted_at < ${stretch.to}` : sql``}
    GROUP BY f.form, f.at ORDER BY f.at`
}

export type WaitCount = { id: Uuid; name: string; waiting: number; oldestAt: Instant }

/** For whom requests wait, the longest list first. */
export const countWaiting = (): Promise<WaitCount[]> => rawSql()<WaitCount[]>`
  SELECT a.id, a.name, count(*)::int AS waiting, min(t.created_at) AS "oldestAt"
  FROM office_tasks t JOIN admin_accounts a ON a.id = t.person_id WHERE t.status = 'open'
  GROUP BY a.id, a.name ORDER BY count(*) DESC, a.name LIMIT 20`

/** The entries as they were last submitted, as the table has them; undefined for what was never submitted. */
export async function filledOf({ sql }: Querying, caseId: Uuid, table: string): Promise<Record<string, unknown> | undefined> {
  const [found] = await sql<
    { filled: Record<string, unknown> }[]
  >`SELECT to_jsonb(f) AS filled FROM ${sql(table)} f WHERE case_id = ${caseId}`
  return found?.filled
}
