import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { refundTransfers } from '#drizzle/schema'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { say } from '#src/core/validation'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { config } from '#src/platform/config'
import { type Transaction, violatedConstraint } from '#src/platform/database'
import { writeFileWhole } from '#src/platform/files'
import { type DocumentType, documentType, FILE_ENDINGS, MOST_UPLOAD_BYTES } from '#src/platform/upload'
import { setting } from '#src/settings/settings'
import { lockUnsent, recordDesk } from './desk'
import { findPayout, lockPayout, type Payout } from './payouts'
import { secondReviewerRequired } from './review'
import { completePayout } from './settle'

/** Money that finance sends by hand, through the bank: to whom, under which reference, with what proof. */
export const TransferInput = v.strictObject({
  payee_name: text(2, 128),
  bank_name: text(2, 128),
  bank_account: v.pipe(
    v.string(),
    v.transform((given) => given.replace(/[\s-]/g, '')),
    v.regex(/^\d{8,32}$/, say('须为8-32位数字', 'must be 8-32 digits')),
  ),
  bank_reference: v.pipe(
    text(4, 64),
    v.regex(/^[0-9A-Za-z_/-]+$/, say('只能包含字母、数字和 - _ /', 'may contain letters, digits and - _ / only')),
  ),
})
export type TransferInput = v.InferOutput<typeof TransferInput>

export type Proof = { id: Uuid; path: string; type: DocumentType; bytes: number; sha256: string }

/** Keeps the proof of a transfer. Throws INVALID_PARAMS for what is missing, too large or no picture or PDF. */
export async function keepProof(bytes: Uint8Array | undefined): Promise<Proof> {
  if (!bytes) throw invalidField('proof', '请上传转账凭证', 'is required')
  const type = documentType(bytes)
  if (!type) throw invalidField('proof', '须为 PNG、JPEG 图片或 PDF', 'must be a PNG or JPEG picture or a PDF')
  if (bytes.byteLength > MOST_UPLOAD_BYTES) throw invalidField('proof', '文件最大 5 MB', 'may have at most 5 MB')
  const id = newId()
  const path = `${id}.${FILE_ENDINGS[type]}`
  const chunks = (async function* () {
    yield bytes
  })()
  const { sha256 } = await writeFileWhole(proofFile(path), chunks)
  return { id, path, type, bytes: bytes.byteLength, sha256 }
}

/** Where a proof lies; its name is one of ours. */
export const proofFile = (path: string): string => `${config().DATA_DIR}/refund-proofs/${path}`

const awaited = ({ id }: Pick<Payout, 'id'>) => ({ kind: 'refund_transfer_review' as const, subject: id })

/**
 * Finance has sent the money: at once in the books, or above the limit when a second person has seen the proof. Throws
 * RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED, a reference that is in the books already).
 */
export async function enterTransfer(
  tx: Transaction,
  payoutId: Uuid,
  input: TransferInput,
  proof: Proof,
  act: PersonalAct,
): Promise<'done' | 'waits'> {
  const { actor, at } = act
  const found = await findPayout({ id: payoutId }, tx.db)
  if (!found) throw new Problem('RESOURCE_NOT_FOUND', { id: payoutId }, 'resource')
  const locked = await lockUnsent(tx, found)
  const { payout } = locked
  const isAlone = payout.amount <= setting('refund_dual_review_limit')
  await insertTransfer(tx, payoutId, input, proof, isAlone, act)
  if (isAlone) await completePayout(tx, locked, null, at)
  else {
    const details = { refund_id: showId('refund', payout.refundId), amount: yuan(payout.amount), entered_by: actor.name }
    await raiseAlert(tx, { ...awaited(payout), audience: 'finance', operatorId: payout.operatorId, details }, at)
  }
  const facts = { bank_reference: input.bank_reference, bank_account: maskAccount(input.bank_account), proof_sha256: proof.sha256 }
  await recordDesk(tx, 'refund_transfer_enter', payout, { ...facts, paid: isAlone }, act)
  return isAlone ? 'done' : 'waits'
}

async function insertTransfer(
  tx: Transaction,
  payoutId: Uuid,
  input: TransferInput,
  proof: Proof,
  isAlone: boolean,
  { actor, at }: PersonalAct,
) {
  try {
    await tx.db.insert(refundTransfers).values({
      id: proof.id,
      payoutId,
      payeeName: input.payee_name,
      bankName: input.bank_name,
      bankAccount: input.bank_account,
      bankReference: input.bank_reference,
      proofPath: proof.path,
      proofType: proof.type,
      proofBytes: proof.bytes,
      proofSha256: Buffer.from(proof.sha256, 'hex'),
      status: isAlone ? 'done' : 'entered',
      enteredBy: actor.id,
      enteredAt: at,
    })
  } catch (error) {
    if (violatedConstraint(error) !== 'one_transfer_per_reference') throw error
    throw invalidField('bank_reference', '该流水号已登记过', 'is in the books already')
  }
}

/** A second person has seen the proof: the money counts as paid. Throws SECOND_REVIEWER_REQUIRED for who entered it, like `lockEntered`. */
export async function confirmTransfer(tx: Transaction, transferId: Uuid, act: PersonalAct): Promise<void> {
  const { actor, at } = act
  const { transfer, locked } = await lockEntered(tx, transferId)
  if (transfer.enteredBy === actor.id) throw secondReviewerRequired(setting('refund_dual_review_limit'))
  await tx.db.update(refundTransfers).set({ status: 'done', decidedBy: actor.id, decidedAt: at }).where(eq(refundTransfers.id, transferId))
  await completePayout(tx, locked, null, at)
  await settleAlert(tx, awaited(locked.payout), at)
  await recordDesk(tx, 'refund_transfer_confirm', locked.payout, { bank_reference: transfer.bankReference }, act)
}

/** What was entered is wrong: the payout waits for another transfer. */
export async function rejectTransfer(tx: Transaction, transferId: Uuid, why: string, act: PersonalAct): Promise<void> {
  const { actor, at } = act
  const { transfer, locked } = await lockEntered(tx, transferId)
  await tx.db
    .update(refundTransfers)
    .set({ status: 'rejected', rejectReason: why, decidedBy: actor.id, decidedAt: at })
    .where(eq(refundTransfers.id, transferId))
  await settleAlert(tx, awaited(locked.payout), at)
  await recordDesk(tx, 'refund_transfer_reject', locked.payout, { bank_reference: transfer.bankReference, reason: why }, act)
}

/** Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
async function lockEntered(tx: Transaction, id: Uuid) {
  const [seen] = await tx.db.select({ payoutId: refundTransfers.payoutId }).from(refundTransfers).where(eq(refundTransfers.id, id))
  const payout = seen && (await findPayout({ id: seen.payoutId }, tx.db))
  if (!payout) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  const locked = await lockPayout(tx, payout)
  const [transfer] = await tx.db.select().from(refundTransfers).where(eq(refundTransfers.id, id)).for('no key update')
  if (transfer!.status !== 'entered') throw brokenRule('ALREADY_PROCESSED', 'transfer_id')
  return { transfer: transfer!, locked }
}

/** `…6789`. */
const maskAccount = (account: string): string => `…${account.slice(-4)}`
