import { newId } from '#src/core/ids'
import { digest, type Sample, unique, type World } from './samples'

const anOperation = (w: World) => ({
  ...{ id: newId(), platform: 'probe', idempotency_key: `probe-${unique()}`, kind: 'credit', request_hash: digest() },
  ...{ wallet_id: w.wallet, currency: 'gameCoins', amount: 5, answer: '{}', created_at: w.at },
})

const aCase = (w: World) => ({
  ...{ id: newId(), form: 'duiwai_fukuan', applicant_id: w.creator, draft: '{}', created_at: w.at, updated_at: w.at },
})
/** A number that no case of today has. */
const submitted = (w: World) => ({
  number: 'FK-19000101-0001',
  submitted_at: w.at,
  flow_version: 1,
})

/** Players' wallets with their partners, and the office. */
export const DESK_SAMPLES: Record<string, Sample> = {
  partners: {
    row: (w) => ({
      ...{ id: newId(), platform: `p${unique()}`, name: '探针', key_sha256: digest(), key_hint: 'probe', key_generated_at: w.at },
      ...{ scopes: '{wallet:read}', created_at: w.at, updated_at: w.at },
    }),
  },
  wallet_operations: {
    row: anOperation,
    with: (w) => ({ 'kind=release': { target_id: w.walletOperation }, 'kind=reversal': { target_id: w.walletOperation } }),
  },
  office_flows: { row: (w) => ({ form: 'baoxiao', version: 9_999, flow: '{}', created_at: w.at }) },
  office_numbers: { row: () => ({ form: 'baoxiao', day: '1900-01-01', last: 1 }) },
  office_cases: {
    row: aCase,
    with: (w) =>
      Object.fromEntries(
        ['submitted', 'returned', 'rejected', 'withdrawn', 'approved', 'paid'].map((status) => [`status=${status}`, submitted(w)]),
      ),
  },
  office_attachments: {
    row: (w) => ({
      ...{ id: newId(), case_id: w.officeCase, kind: 'voucher', name: '探针.pdf', path: 'probe', type: 'application/pdf', bytes: 1 },
      ...{ sha256: digest(), uploaded_by: w.creator, created_at: w.at },
    }),
  },
}
