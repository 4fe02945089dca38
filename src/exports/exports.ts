import { and, count, desc, eq, gt, inArray, lt } from 'drizzle-orm'
import { exports } from '#drizzle/schema'
import { type Act, record } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { invalidField, type Language, Problem } from '#src/core/problem'
import { requirePermission } from '#src/permissions/require'
import { read, type Transaction, transaction } from '#src/platform/database'
import { readAhead } from '#src/platform/files'
import { setting } from '#src/settings/settings'
import { type ExportFormat, exportName, fileBytes } from './file'
import { EXPORT_FILTERS, type ExportKind, filterText } from './filters'
import { type Asker, type Owner, ownedBy, ownerColumns } from './owner'
import { sourceOf } from './source'
import type { FilterText, Source } from './staff-export'
import { type StaffExportKind, staffExportOf } from './staff-exports'

/** More rows than this are made in the background: a page does not wait for them. */
const DIRECT_ROWS = 20_000
/** Files of one owner that wait or are being made. */
const MOST_OPEN = 3
const REQUEST_LOCK = 7_061_979

export type ExportRow = Omit<typeof exports.$inferSelect, 'filter' | 'leasedUntil' | 'operatorId' | 'staffId'>
export type Wanted = {
  kind: ExportKind | StaffExportKind
  format: ExportFormat
  filter: Readonly<Record<string, string | undefined>>
  language: Language
}
export type MadeFile = { name: string; bytes: AsyncIterable<Uint8Array> }

/** A file at once, however long: for programs, which wait. Throws INVALID_PARAMS for faulty fields or too many rows. */
export async function exportNow(asker: Asker, wanted: Wanted, act: Act): Promise<MadeFile> {
  const { filter, source } = await opened(asker, wanted, act)
  return makeNow({ ...wanted, filter }, source, act)
}

/** A short file at once, or a place in the queue for a long one, or for any when `background` says so. */
export async function requestExport(
  asker: Asker,
  wanted: Wanted & { background: boolean },
  act: Act,
): Promise<MadeFile | { queued: Uuid }> {
  const { filter, source } = await opened(asker, wanted, act)
  if (!wanted.background && source.rows <= DIRECT_ROWS) return makeNow({ ...wanted, filter }, source, act)
  return { queued: await transaction((tx) => enqueue(tx, asker, { ...wanted, filter }, source.rows, act)) }
}

async function opened(
  asker: Asker,
  { kind, filter: given, language }: Wanted,
  { at }: Act,
): Promise<{ filter: FilterText; source: Source }> {
  const filter = askedFilter(asker, kind, given)
  const source = await sourceOf(asker, kind, filter, language, at)
  const most = setting('export_max_rows')
  if (source.rows > most)
    throw invalidField(
      'end_time',
      `共${source.rows}行，最多导出${most}行，请缩小范围`,
      `has ${source.rows} rows, at most ${most} are exported: narrow the range`,
    )
  return { filter, source }
}

/** The fields of the filter as they count for this person. Throws PERMISSION_DENIED for what staff may not take out. */
function askedFilter(asker: Asker, kind: Wanted['kind'], given: Wanted['filter']): FilterText {
  if (asker.kind === 'operator') return filterText(Object.keys(EXPORT_FILTERS[kind as ExportKind].entries), given)
  const { permission, fields, narrow } = staffExportOf(kind)
  requirePermission(asker, permission)
  return { ...filterText(fields, given), ...narrow(asker) }
}

type Fixed = Omit<Wanted, 'filter' | 'kind'> & { kind: string; filter: FilterText }

async function makeNow({ kind, format, filter }: Fixed, { rows, table }: Source, act: Act): Promise<MadeFile> {
  await transaction((tx) => recordExport(tx, { kind, format, rows, filter }, act))
  return { name: exportName(kind, filter, format, act.at), bytes: readAhead(fileBytes(format, table)) }
}

async function enqueue(tx: Transaction, owner: Owner, { kind, format, filter, language }: Fixed, rows: number, act: Act): Promise<Uuid> {
  // Two requests at once must count each other; the account itself is not locked, since games start meanwhile.
  await tx.sql`SELECT pg_advisory_xact_lock(${REQUEST_LOCK}, hashtext(${owner.id}))`
  const [open] = await tx.db
    .select({ count: count() })
    .from(exports)
    .where(and(ownedBy(owner), inArray(exports.status, ['queued', 'running'])))
  if (open!.count >= MOST_OPEN)
    throw invalidField(
      'export',
      `已有${MOST_OPEN}个导出在进行，请等待完成`,
      `${MOST_OPEN} exports are under way already, please wait for them`,
    )
  const id = newId()
  const fileName = exportName(kind, filter, format, act.at)
  await tx.db
    .insert(exports)
    .values({ id, ...ownerColumns(owner), kind, format, language, filter, rowsTotal: rows, fileName, createdAt: act.at })
  await recordExport(tx, { kind, format, rows, filter }, act, id)
  return id
}

/** What was taken out of the product stands in the audit log, before it leaves. */
export const recordExport = (tx: Transaction, details: Record<string, unknown>, { actor, origin, at }: Act, id?: Uuid): Promise<void> =>
  record(tx, { actor, origin, operation: 'export', ...(id ? { target: { kind: 'export', id } } : {}), details }, at)

const columns = {
  id: exports.id,
  kind: exports.kind,
  format: exports.format,
  language: exports.language,
  status: exports.status,
  attempts: exports.attempts,
  rowsDone: exports.rowsDone,
  rowsTotal: exports.rowsTotal,
  fileName: exports.fileName,
  fileBytes: exports.fileBytes,
  fileSha256: exports.fileSha256,
  error: exports.error,
  createdAt: exports.createdAt,
  finishedAt: exports.finishedAt,
  expiresAt: exports.expiresAt,
}

/** One page of an owner's exports, newest first. */
export async function listExports(owner: Owner, keyset: Keyset): Promise<Slice<ExportRow>> {
  const back = isBackwards(keyset)
  const beyond = keyset.after ? lt(exports.id, keyset.after) : keyset.before ? gt(exports.id, keyset.before) : undefined
  const rows = await read()
    .select(columns)
    .from(exports)
    .where(and(ownedBy(owner), beyond))
    .orderBy(back ? exports.id : desc(exports.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, ({ id }) => id)
}

/** One export of this owner. Throws RESOURCE_NOT_FOUND for one that is unknown or somebody else's. */
export async function requireExport(owner: Owner, id: Uuid): Promise<ExportRow> {
  const [row] = await read()
    .select(columns)
    .from(exports)
    .where(and(eq(exports.id, id), ownedBy(owner)))
  if (!row) throw new Problem('RESOURCE_NOT_FOUND', { id })
  return row
}

/** Asks for the same file again, after it failed or its time was over. */
export async function repeatExport(asker: Asker, id: Uuid, act: Act): Promise<Uuid> {
  const [row] = await read()
    .select({ kind: exports.kind, format: exports.format, language: exports.language, filter: exports.filter })
    .from(exports)
    .where(and(eq(exports.id, id), ownedBy(asker)))
  if (!row) throw new Problem('RESOURCE_NOT_FOUND', { id })
  const wanted = { ...row, kind: row.kind as Wanted['kind'] }
  const { filter, source } = await opened(asker, wanted, act)
  return transaction((tx) => enqueue(tx, asker, { ...wanted, filter }, source.rows, act))
}

/** A file of this owner that is ready. Throws RESOURCE_NOT_FOUND, or PERMISSION_DENIED where the right to it was taken away meanwhile. */
export async function requireReadyExport(asker: Asker, id: Uuid): Promise<ExportRow> {
  const row = await requireExport(asker, id)
  if (asker.kind === 'staff') requirePermission(asker, staffExportOf(row.kind).permission)
  if (row.status !== 'ready') throw new Problem('RESOURCE_NOT_FOUND', { id })
  return row
}
