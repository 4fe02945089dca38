import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { officeAttachments } from '#drizzle/schema'
import { actOf, record } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { config } from '#src/platform/config'
import { type Querying, rawSql, type Transaction, transaction } from '#src/platform/database'
import { removeFile, writeFileWhole } from '#src/platform/files'
import type { RequestInfo } from '#src/platform/http'
import type { StaffCaller } from '#src/platform/route'
import { type DocumentType, documentType, FILE_ENDINGS, MOST_UPLOAD_BYTES, strangersFile } from '#src/platform/upload'
import { actOn } from './act'
import { lockEditable, seenBy } from './row'

const MOST_FILES = 5
const ENDINGS: Readonly<Record<DocumentType, RegExp>> = {
  'image/png': /\.png$/i,
  'image/jpeg': /\.jpe?g$/i,
  'application/pdf': /\.pdf$/i,
}

type Upload = { file: Uint8Array; name: string; type: DocumentType; sha256: string }

/** Checks a file by what it holds, how large it is and what it is called. Throws INVALID_PARAMS with the reason. */
export function checkedFile(file: Uint8Array | undefined, name: string): Upload {
  if (!file) throw brokenRule('NO_PROOF', 'file')
  if (file.byteLength > MOST_UPLOAD_BYTES) throw invalidField('file', '文件最大 5 MB', 'may have at most 5 MB')
  const type = documentType(file)
  if (!type) throw invalidField('file', '须为 PNG、JPEG 图片或 PDF', 'must be a PNG or JPEG picture or a PDF')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the point is to refuse them
  const isNamed = [...name].length <= 120 && name.isWellFormed() && !/[\u0000-\u001f\u007f/\\<>:"|?*\u202a-\u202e\u2066-\u2069]/.test(name)
  if (!isNamed || !ENDINGS[type].test(name))
    throw invalidField('file', '文件名与内容不符或含有不允许的字符', 'has a name that does not fit what it holds')
  return { file, name, type, sha256: new Bun.CryptoHasher('sha256').update(file).digest('hex') }
}

type Keeping = { caseId: Uuid; kind: 'voucher' | 'payment'; by: Uuid; at: Instant }

/** Below the data folder, never below what is served, under a name of ours. */
const fileOf = (path: string): string => join(config().DATA_DIR, 'office-files', path)

/** Writes the file before the row that names it, and takes it away again where there will be no row. */
async function keeping<T>(upload: Upload, work: (path: string) => Promise<T>): Promise<T> {
  const path = `${newId()}.${FILE_ENDINGS[upload.type]}`
  const chunks = (async function* () {
    yield upload.file
  })()
  await writeFileWhole(fileOf(path), chunks)
  try {
    return await work(path)
  } catch (error) {
    // After a lost COMMIT nobody knows: a file without a row harms less than a row without its file.
    if (error instanceof Problem) await removeFile(fileOf(path))
    throw error
  }
}

async function insert(
  tx: Transaction,
  { file, name, type, sha256 }: Upload,
  path: string,
  { caseId, kind, by, at }: Keeping,
): Promise<void> {
  const row = { id: newId(), caseId, kind, name, path, type, bytes: file.byteLength, sha256: Buffer.from(sha256, 'hex') }
  await tx.db.insert(officeAttachments).values({ ...row, uploadedBy: by, createdAt: at })
}

/** Adds a file to an own request that can be changed. Throws like `lockEditable`, INVALID_PARAMS for one too many. */
export async function attach(caseId: Uuid, upload: Upload, caller: StaffCaller, info: RequestInfo): Promise<void> {
  await keeping(upload, (path) =>
    transaction(async (tx) => {
      const row = await lockEditable(tx, caseId, caller, 'edit')
      const [kept] = await tx.sql<{ files: number }[]>`
        SELECT count(*)::int AS files FROM office_attachments WHERE case_id = ${caseId} AND kind = 'voucher'`
      if (kept!.files >= MOST_FILES) throw brokenRule('TOO_MANY_FILES', 'file')
      await insert(tx, upload, path, { caseId, kind: 'voucher', by: caller.id, at: info.now })
      await recordFile(tx, 'office_attach', { caseId, form: row.form, name: upload.name, sha256: upload.sha256 }, caller, info)
    }),
  )
}

/** Marks a payment as made, with its proof. Throws like `actOn`. */
export async function markPaid(caseId: Uuid, upload: Upload, caller: StaffCaller, info: RequestInfo): Promise<void> {
  await keeping(upload, (path) =>
    actOn(caseId, { do: 'pay' }, caller, info, (tx) => insert(tx, upload, path, { caseId, kind: 'payment', by: caller.id, at: info.now })),
  )
}

/** Takes a file away from an own request that can be changed. Throws RESOURCE_NOT_FOUND, and like `lockEditable`. */
export async function removeAttachment(id: Uuid, caller: StaffCaller, info: RequestInfo): Promise<Uuid> {
  const { caseId, path } = await transaction(async (tx) => {
    const found = await findAttachment(tx, id, caller)
    const row = await lockEditable(tx, found.caseId, caller, 'edit')
    if (found.kind !== 'voucher') throw brokenRule('CASE_STATE', 'file')
    const gone = await tx.db.delete(officeAttachments).where(eq(officeAttachments.id, id)).returning({ id: officeAttachments.id })
    if (gone.length > 0) await recordFile(tx, 'office_detach', { caseId: row.id, form: row.form, name: found.name }, caller, info)
    return found
  })
  await removeFile(fileOf(path))
  return caseId
}

/** Forgets all files of a draft; what is given back takes them off the disk, after COMMIT. */
export async function dropFilesOf({ sql }: Transaction, caseId: Uuid): Promise<() => Promise<void>> {
  const gone = await sql<{ path: string }[]>`DELETE FROM office_attachments WHERE case_id = ${caseId} RETURNING path`
  return async () => {
    for (const { path } of gone) await removeFile(fileOf(path))
  }
}

type Found = { id: Uuid; caseId: Uuid; kind: 'voucher' | 'payment'; name: string; path: string; type: DocumentType }

/** A file of a case that the caller may see. Throws RESOURCE_NOT_FOUND for all others as for none. */
async function findAttachment(on: Querying, id: Uuid, caller: StaffCaller): Promise<Found> {
  const [found] = await on.sql<Found[]>`
    SELECT f.id, f.case_id AS "caseId", f.kind, f.name, f.path, f.type
    FROM office_attachments f JOIN office_cases c ON c.id = f.case_id WHERE f.id = ${id} AND ${seenBy(on, caller)}`
  if (!found) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return found
}

/** The file as it was handed in. Throws RESOURCE_NOT_FOUND. */
export async function attachmentResponse(id: Uuid, caller: StaffCaller): Promise<Response> {
  const { path, type } = await findAttachment({ sql: rawSql() }, id, caller)
  const file = Bun.file(fileOf(path))
  if (!(await file.exists())) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return new Response(file, { headers: strangersFile(`office_${id}.${FILE_ENDINGS[type]}`, type) })
}

type Named = { caseId: Uuid; form: string; name: string; sha256?: string }

function recordFile(
  tx: Transaction,
  operation: string,
  { caseId, ...details }: Named,
  caller: StaffCaller,
  info: RequestInfo,
): Promise<void> {
  const { actor, origin, at } = actOf(caller, info)
  return record(tx, { actor, origin, operation, target: { kind: 'office_case', id: caseId }, details }, at)
}
