import { and, eq } from 'drizzle-orm'
import { providerBills } from '#drizzle/schema'
import { newId, type Uuid } from '#src/core/ids'
import { type BusinessDay, type Instant, iso } from '#src/core/time'
import type { Channel } from '#src/payments/gateways/gateway'
import { config } from '#src/platform/config'
import { read, type Transaction } from '#src/platform/database'
import { writeFileWhole } from '#src/platform/files'
import { alipayBillLines } from './alipay-bill'
import type { BillLine } from './bill'
import { wechatBillLines } from './wechat-bill'

export type BillRow = typeof providerBills.$inferSelect

/** Lines per statement: a file of any length needs the memory of so many. */
const BATCH = 5_000

/** The row of a channel's day, made when it is not there. */
export async function billOf(channel: Channel, day: BusinessDay, at: Instant): Promise<BillRow> {
  await read()
    .insert(providerBills)
    .values({ id: newId(), channel, billDate: day, ...NOTHING, createdAt: at })
    .onConflictDoNothing()
  const [bill] = await read()
    .select()
    .from(providerBills)
    .where(and(eq(providerBills.channel, channel), eq(providerBills.billDate, day)))
  return bill!
}

const ZERO_FEN = 0n as BillRow['payment']
const NOTHING = { payment: ZERO_FEN, refund: ZERO_FEN, feeMillifen: 0n, ourPayment: ZERO_FEN, ourRefund: ZERO_FEN, settled: ZERO_FEN }

export type KeptFile = { path: string; name: string; bytes: number; sha256: string }

/** Keeps a provider's file as it came. It is named by its content, so that a second one of the same day never replaces the first. */
export async function keepFile(channel: Channel, day: BusinessDay, name: string, bytes: Uint8Array): Promise<KeptFile> {
  const digest = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  const path = `bills/${channel}/${day}-${digest.slice(0, 16)}`
  const written = await writeFileWhole(
    billPath({ path }),
    (async function* () {
      yield bytes
    })(),
  )
  return { path, name: downloadName(channel, day, name), ...written }
}

/** Where a kept file lies on this machine. */
export const billPath = ({ path }: { path: string }): string => `${config().DATA_DIR}/${path}`

/** A name of our own: the provider's may be in any encoding. */
function downloadName(channel: Channel, day: BusinessDay, name: string): string {
  const ending = /\.(zip|csv|gz|csv\.gz)$/i.exec(name)?.[0].toLowerCase() ?? (channel === 'alipay' ? '.zip' : '.csv')
  return `${channel}_${day.replaceAll('-', '')}${ending}`
}

/**
 * Reads a file into lines, all of them or, with a BillFault, none. Under the bill's lock: of two processes one imports, the other finds it
 * done. A day without a file is an empty bill.
 */
export async function importBill(
  tx: Transaction,
  billId: Uuid,
  file: { kept: KeptFile; bytes: Uint8Array } | null,
  at: Instant,
): Promise<boolean> {
  const [bill] = await tx.db.select().from(providerBills).where(eq(providerBills.id, billId)).for('no key update')
  if (bill!.state !== 'waiting') return false
  const lines = file === null ? [] : bill!.channel === 'wechat' ? wechatBillLines(file.bytes) : alipayBillLines(file.bytes)
  const totals = await insertLines(tx, bill!, lines)
  await tx.db
    .update(providerBills)
    .set({
      state: 'imported',
      importedAt: at,
      lastAnswer: file === null ? 'NO_STATEMENT_EXIST' : null,
      ...totals,
      ...(file && {
        filePath: file.kept.path,
        fileName: file.kept.name,
        fileBytes: BigInt(file.kept.bytes),
        fileSha256: Buffer.from(file.kept.sha256, 'hex'),
      }),
    })
    .where(eq(providerBills.id, billId))
  return true
}

async function insertLines(tx: Transaction, bill: BillRow, lines: Iterable<BillLine>) {
  const totals = { payments: 0, refunds: 0, payment: 0n, refund: 0n, feeMillifen: 0n }
  let batch: BillLine[] = []
  let written = 0
  const flush = async () => {
    await writeLines(tx, bill, written, batch)
    written += batch.length
    batch = []
  }
  for (const line of lines) {
    totals[line.kind === 'payment' ? 'payments' : 'refunds']++
    totals[line.kind] += line.amount
    totals.feeMillifen += line.feeMillifen
    batch.push(line)
    if (batch.length === BATCH) await flush()
  }
  if (batch.length > 0) await flush()
  return { ...totals, payment: totals.payment as BillRow['payment'], refund: totals.refund as BillRow['refund'] }
}

async function writeLines(tx: Transaction, bill: BillRow, written: number, lines: BillLine[]): Promise<void> {
  const column = <T>(pick: (line: BillLine) => T): T[] => lines.map(pick)
  await tx.sql`
    INSERT INTO provider_bill_lines (bill_id, line_no, channel, kind, our_no, provider_no, refund_no, provider_refund_no, amount_fen, fee_millifen, state, at)
    SELECT ${bill.id}::uuid, ${written}::int + n, ${bill.channel}::text, kind, our_no, provider_no, refund_no, provider_refund_no, amount, fee, state, at
    FROM unnest(${column((line) => line.kind as string)}::text[], ${column((line) => line.ourNo)}::text[],
      ${column((line) => line.providerNo)}::text[], ${column((line) => line.refundNo)}::text[], ${column((line) => line.providerRefundNo)}::text[],
      ${column((line) => String(line.amount))}::bigint[], ${column((line) => String(line.feeMillifen))}::bigint[],
      ${column((line) => line.state)}::text[], ${column((line) => iso(line.at))}::timestamptz[])
      WITH ORDINALITY AS t (kind, our_no, provider_no, refund_no, provider_refund_no, amount, fee, state, at, n)`
}
