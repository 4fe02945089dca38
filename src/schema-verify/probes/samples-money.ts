import { newId } from '#src/core/ids'
import { addDays, addSeconds, businessDay } from '#src/core/time'
import { randomHex } from '#src/platform/secrets'
import { digest, type Sample, unique } from './samples'

const REASON = '结构核对用的探针，事务结束即回滚'

/** Rows about money in, money out and papers; what moves balances is tried by the product's own code (money.ts). */
export const MONEY_SAMPLES: Record<string, Sample> = {
  recharge_orders: {
    row: (w) => ({
      ...{ id: newId(), operator_id: w.operator, amount_fen: 10_000, payment_method: 'wechat', status: 'pending' },
      ...{ expires_at: addSeconds(w.at, 900), created_at: w.at, updated_at: w.at },
    }),
    with: (w) => ({ 'status=success': { paid_at: w.at, provider_txn_id: unique() }, 'origin=quarantine': { foreign_order_no: unique() } }),
  },
  payment_quarantine: {
    row: (w) => ({ id: newId(), channel: 'wechat', provider_txn_id: unique(), payload: '{}', cause: 'other', created_at: w.at }),
    with: (w) => {
      const resolved = { resolution: '探针', resolved_by: w.reviewer, resolved_at: w.at }
      return { 'status=credited': resolved, 'status=returned': resolved, 'status=dismissed': resolved }
    },
  },
  payment_notifications: {
    row: (w) => ({
      ...{ id: newId(), channel: 'wechat', provider_event_id: unique(), kind: 'payment', out_trade_no: unique(), body: '{}' },
      ...{ received_at: w.at, last_received_at: w.at },
    }),
  },
  refund_records: {
    row: (w) => ({ id: newId(), operator_id: w.operator, requested_fen: 100, reason: REASON, created_at: w.at, updated_at: w.at }),
    with: (w) => {
      const reviewed = { first_reviewer: w.reviewer, reviewed_at: w.at }
      return { 'status=approved': { ...reviewed, actual_fen: 100 }, 'status=rejected': { ...reviewed, reject_reason: REASON } }
    },
  },
  refund_payouts: {
    row: (w) => ({
      ...{ id: newId(), refund_id: w.refund, operator_id: w.operator, order_id: w.order, out_refund_no: unique(), amount_fen: 100 },
      ...{ channel: 'bank', status: 'processing', created_at: w.at, updated_at: w.at },
    }),
    with: (w) => {
      const booked = { ledger_seq: 1, finished_at: w.at }
      const watched = { next_check_at: w.at }
      return {
        'channel=wechat': watched,
        'channel=alipay': watched,
        'status=completed': booked,
        'status=returned': booked,
        'status=replaced': { finished_at: w.at },
      }
    },
  },
  refund_transfers: {
    row: (w) => ({
      ...{
        id: newId(),
        payout_id: w.payout,
        payee_name: '探针',
        bank_name: '探针银行',
        bank_account: '62220000',
        bank_reference: unique(),
      },
      ...{ proof_path: 'probe', proof_type: 'image/png', proof_bytes: 1, proof_sha256: digest(), entered_by: w.creator, entered_at: w.at },
    }),
    with: (w) => {
      const decided = { decided_by: w.reviewer, decided_at: w.at }
      return { 'status=done': decided, 'status=rejected': { ...decided, reject_reason: REASON } }
    },
  },
  balance_adjustments: {
    row: (w) => ({
      ...{ id: newId(), operator_id: w.operator, direction: 'in', amount_fen: 100, reason: REASON, idempotency_key: unique() },
      ...{ request_hash: digest(), created_by: w.creator, created_at: w.at },
    }),
    with: (w) => {
      const decided = { submitted_at: w.at, decided_by: w.reviewer, decided_at: w.at }
      return {
        'status=waiting': { submitted_at: w.at },
        'status=booked': { ...decided, ledger_seq: 1 },
        'status=rejected': { ...decided, reject_reason: REASON },
        'status=withdrawn': { ...decided, decided_by: w.creator },
      }
    },
  },
  invoice_records: {
    row: (w) => ({
      ...{
        id: newId(),
        operator_id: w.operator,
        invoice_type: 'vat_normal',
        amount_fen: 100,
        invoice_title: '探针',
        tax_id: '91110000MA00000000',
      },
      ...{ email: 'probe@example.com', created_at: w.at, updated_at: w.at },
    }),
    with: (w) => {
      const reviewed = { reviewed_by: w.reviewer, reviewed_at: w.at }
      const issued = {
        ...reviewed,
        number: `FP209901-9${randomHex(3).replace(/\D/g, '0').slice(0, 5)}`,
        pdf_path: 'probe',
        pdf_sha256: digest(),
      }
      const bank = { bank_name: '探针', bank_account: '1', company_address: '探针', company_phone: '1' }
      return {
        'invoice_type=vat_special': bank,
        'status=approved': issued,
        'status=rejected': { ...reviewed, reject_reason: REASON },
        'tax_rate=*': { ...issued, status: 'approved', tax_fen: 0 },
      }
    },
  },
  invoice_reversals: {
    row: (w) => ({
      ...{ id: newId(), invoice_id: w.invoice, operator_id: w.operator, kind: 'void', amount_fen: 100, reason_code: 'mistake' },
      ...{ reason: REASON, proposed_by: w.creator, proposed_at: w.at },
    }),
    with: (w) => {
      const decided = { decided_by: w.reviewer, decided_at: w.at }
      return { 'status=issued': decided, 'status=rejected': { ...decided, reject_reason: REASON } }
    },
  },
  invoice_tax_files: {
    row: (w) => ({
      ...{
        id: newId(),
        invoice_id: w.invoice,
        tax_number: `9${randomHex(4).replace(/\D/g, '0').slice(0, 7)}`,
        file_path: 'probe',
        file_type: 'pdf',
      },
      ...{ file_bytes: 1, file_sha256: digest(), uploaded_by: w.creator, uploaded_at: w.at },
    }),
  },
  provider_bills: {
    row: (w) => ({ id: newId(), channel: 'wechat', bill_date: businessDay(addDays(w.at, -40_000)), created_at: w.at }),
    with: (w) => ({
      'state=imported': { imported_at: w.at },
      'state=matched': { imported_at: w.at, matched_at: w.at },
      'state=closed': { imported_at: w.at, matched_at: w.at, closed_at: w.at },
    }),
  },
  provider_bill_lines: {
    row: (w) => ({
      ...{ bill_id: w.bill, line_no: 1, channel: 'wechat', kind: 'payment', our_no: 'probe', provider_no: 'probe', amount_fen: 100 },
      ...{ fee_millifen: 0, state: 'SUCCESS', at: w.at },
    }),
    with: () => ({ 'kind=refund': { refund_no: 'probe' } }),
  },
  bill_differences: {
    row: (w) => ({
      ...{ id: newId(), bill_id: w.bill, channel: 'wechat', bill_date: businessDay(w.at), subject: unique(), kind: 'long' },
      ...{ state: 'open', found_at: w.at },
    }),
    with: (w) => {
      const proposed = { proposed_by: w.creator, proposed_at: w.at, action: 'accept', reason: REASON }
      return {
        'state=carried': { owner_id: w.creator, due_on: businessDay(w.at), reason: REASON },
        'state=proposed': proposed,
        'state=resolved': { ...proposed, approved_by: w.reviewer, approved_at: w.at, closed_at: w.at },
        'state=vanished': { closed_at: w.at },
      }
    },
  },
  ledger_proofs: {
    row: (w) => ({
      ...{ id: newId(), scope: 'full', operators: 0, transactions: 0, drift_fen: 0, findings: '[]', started_at: w.at, finished_at: w.at },
    }),
  },
}
