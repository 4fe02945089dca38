import { join } from 'node:path'
import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts, bankTransfers, operatorAccounts, rechargeOrders } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted } from '#src/core/keyset'
import { type Money, parseYuan, yuan } from '#src/core/money'
import { invalidField } from '#src/core/problem'
import { addDays, businessDay, type Instant, isCalendarDay } from '#src/core/time'
import { say } from '#src/core/validation'
import { config } from '#src/platform/config'
import { read, type Transaction, transaction } from '#src/platform/database'
import { removeFile, writeFileWhole } from '#src/platform/files'
import { type DocumentType, documentType, FILE_ENDINGS, MOST_UPLOAD_BYTES, strangersFile } from '#src/platform/upload'
import { setting } from '#src/settings/settings'
import { orderNotFound } from '../orders'
import { requireAmount, requireOpenOwner } from '../start'

/** More goes by several transfers; the table's own limit. */
export const MOST_TRANSFERRED = parseYuan('1000000.00')!
/** Until then finance has confirmed or asked back; nothing ends by itself. */
const OPEN_DAYS = 30
const OLDEST_DAYS = 90

export const TransferInput = v.object({
  amount: v.pipe(
    v.string(),
    v.trim(),
    v.check((value) => parseYuan(value) !== undefined, say('须为最多两位小数的金额', 'must be an amount like 12.34')),
    v.transform((value): Money => parseYuan(value)!),
  ),
  payer_name: text(2, 128),
  transferred_on: v.pipe(v.string(), v.check(isCalendarDay, say('请选择转账日期', 'choose the day of the transfer'))),
})
export type TransferInput = v.InferOutput<typeof TransferInput>

/** The voucher of a transfer, for whoever may see it. Throws ORDER_NOT_FOUND where there is none. */
export async function voucherResponse(orderId: Uuid): Promise<Response> {
  const { transfer } = await requireTransfer(orderId)
  const file = Bun.file(voucherFile(transfer))
  if (!(await file.exists())) throw orderNotFound(orderId)
  return new Response(file, { headers: strangersFile(`voucher_${transfer.voucherPath}`, transfer.voucherType as DocumentType) })
}

const folder = (): string => join(config().DATA_DIR, 'vouchers')

/** Where a voucher lies: below the data folder, never below what is served, under a name of ours. */
const voucherFile = ({ voucherPath }: { voucherPath: string }): string => join(folder(), voucherPath)

/**
 * An operator says that it has transferred money and shows the voucher. The file is there before the row that names it. The same key
 * again is the same transfer. Throws INVALID_PARAMS for the amount, the day and a file that is none of those that are taken.
 */
export async function announceTransfer(
  operatorId: Uuid,
  input: TransferInput,
  { bytes, idempotencyKey }: { bytes: Uint8Array | undefined; idempotencyKey: string },
  act: PersonalAct,
): Promise<Uuid> {
  requireAmount(input.amount, { min: setting('recharge_min'), max: MOST_TRANSFERRED })
  requireDay(input.transferred_on, act.at)
  const voucher = requireVoucher(bytes)
  const known = await orderOfKey(operatorId, idempotencyKey)
  if (known) return known
  const id = newId()
  const voucherPath = `${id}.${FILE_ENDINGS[voucher.type]}`
  const written = await writeFileWhole(voucherFile({ voucherPath }), once(voucher.bytes))
  try {
    await transaction((tx) =>
      insertTransfer(tx, { id, operatorId, input, idempotencyKey, voucher: { path: voucherPath, type: voucher.type, ...written } }, act),
    )
  } catch (error) {
    await removeFile(voucherFile({ voucherPath }))
    const other = await orderOfKey(operatorId, idempotencyKey)
    if (other) return other
    throw error
  }
  return id
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function requireDay(day: string, now: Instant): void {
  if (day > businessDay(now)) throw invalidField('transferred_on', '不能晚于今天', 'must not be after today')
  if (day < businessDay(addDays(now, -OLDEST_DAYS)))
    throw invalidField('transferred_on', `不能早于${OLDEST_DAYS}天前`, `must not be more than ${OLDEST_DAYS} days ago`)
}

function requireVoucher(bytes: Uint8Array | undefined): { bytes: Uint8Array; type: DocumentType } {
  if (!bytes) throw invalidField('voucher', '请上传转账凭证', 'needs the voucher of the transfer')
  if (bytes.byteLength > MOST_UPLOAD_BYTES) throw invalidField('voucher', '文件不能超过5MB', 'may have at most 5 MB')
  const type = documentType(bytes)
  if (!type) throw invalidField('voucher', '只接受PNG、JPG图片或PDF文件', 'must be a PNG or JPG picture or a PDF file')
  return { bytes, type }
}

async function orderOfKey(operatorId: Uuid, idempotencyKey: string): Promise<Uuid | undefined> {
  const [order] = await read()
    .select({ id: rechargeOrders.id })
    .from(rechargeOrders)
    .where(and(eq(rechargeOrders.operatorId, operatorId), eq(rechargeOrders.idempotencyKey, idempotencyKey)))
  return order?.id
}

type Announced = {
  id: Uuid
  operatorId: Uuid
  input: TransferInput
  idempotencyKey: string
  voucher: { path: string; type: DocumentType; bytes: number; sha256: string }
}

async function insertTransfer(
  tx: Transaction,
  { id, operatorId, input, idempotencyKey, voucher }: Announced,
  act: PersonalAct,
): Promise<void> {
  const { actor, origin, at } = act
  await requireOpenOwner(tx, operatorId)
  await tx.db.insert(rechargeOrders).values({
    id,
    operatorId,
    amount: input.amount,
    paymentMethod: 'bank',
    idempotencyKey,
    refunded: 0n as Money,
    expiresAt: addDays(at, OPEN_DAYS),
    createdAt: at,
    updatedAt: at,
  })
  await tx.db.insert(bankTransfers).values({
    orderId: id,
    payerName: input.payer_name,
    transferredOn: input.transferred_on,
    voucherPath: voucher.path,
    voucherType: voucher.type,
    voucherBytes: voucher.bytes,
    voucherSha256: Buffer.from(voucher.sha256, 'hex'),
    createdAt: at,
  })
  const details = { amount: yuan(input.amount), payment_method: 'bank', voucher_sha256: voucher.sha256 }
  await record(tx, { actor, origin, operation: 'recharge_order', target: { kind: 'order', id }, details }, at)
}

const selectTransfers = () =>
  read()
    .select({ transfer: bankTransfers, order: rechargeOrders, operatorName: operatorAccounts.name })
    .from(bankTransfers)
    .innerJoin(rechargeOrders, eq(rechargeOrders.id, bankTransfers.orderId))
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, rechargeOrders.operatorId))

export type FoundTransfer = Awaited<ReturnType<typeof listTransfers>>['rows'][number]

/** One page of transfers, those that wait or those that are decided, newest first. */
export async function listTransfers(state: 'waiting' | 'decided', keyset: Keyset) {
  const { after, before } = keyset
  const beyond = after ? lt(bankTransfers.orderId, after) : before ? gt(bankTransfers.orderId, before) : undefined
  const waiting = and(isNull(bankTransfers.decidedAt), eq(rechargeOrders.status, 'pending'))
  const rows = await selectTransfers()
    .where(and(state === 'waiting' ? waiting : isNotNull(bankTransfers.decidedAt), beyond))
    .orderBy(isBackwards(keyset) ? asc(bankTransfers.orderId) : desc(bankTransfers.orderId))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, ({ transfer }) => transfer.orderId)
}

/** One transfer of any operator. Throws ORDER_NOT_FOUND. */
export async function requireTransfer(orderId: Uuid): Promise<FoundTransfer> {
  const [found] = await selectTransfers().where(eq(bankTransfers.orderId, orderId))
  if (!found) throw orderNotFound(orderId)
  return found
}

/** The names of who confirmed first and who decided. */
export async function reviewersOf({ firstReviewer, decidedBy }: FoundTransfer['transfer']) {
  const ids = [firstReviewer, decidedBy].filter((id) => id !== null)
  const rows =
    ids.length === 0
      ? []
      : await read().select({ id: adminAccounts.id, name: adminAccounts.name }).from(adminAccounts).where(inArray(adminAccounts.id, ids))
  const nameOf = (id: Uuid | null) => rows.find((row) => row.id === id)?.name ?? null
  return { firstName: nameOf(firstReviewer), deciderName: nameOf(decidedBy) }
}
