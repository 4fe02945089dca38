import { actOf } from '#src/audit-logs/audit-log'
import { auditingRefusal } from '#src/audit-logs/refusals'
import { showId } from '#src/core/ids'
import { transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { ReversalConfirmedAnswer, ReversalProposedAnswer, ReversalRejectedAnswer } from '../answers'
import { requireReversal } from './queries'
import { confirmReversal, proposeReversal, ReversalInput, ReversalRejection, rejectReversal } from './reversals'

/** Finance takes invoices back, by its programs: one person proposes, another decides. */
export const reversalsFinanceApi = [
  api(
    'POST /finance/invoices/:invoice_id/reversals',
    { audience: 'finance', permission: 'invoice:review', answer: ReversalProposedAnswer, body: ReversalInput },
    async ({ caller, params, body, info }) => {
      const invoiceId = pathId('invoice', params, 'invoice_id')
      const id = await transaction((tx) => proposeReversal(tx, invoiceId, body, actOf(caller, info)))
      return success({ reversal_id: id, status: 'proposed' }, { status: 201, message: '已提交，等待另一名财务人员复核' })
    },
  ),

  api(
    'POST /finance/invoices/:invoice_id/reversals/:reversal_id/confirm',
    { audience: 'finance', permission: 'invoice:review', stepUp: true, answer: ReversalConfirmedAnswer },
    async ({ caller, params, info }) => {
      const { id, invoiceId } = await ofInvoice(params)
      const act = actOf(caller, info)
      const number = await auditingRefusal({ operation: 'invoice_reversal_confirm', target: { kind: 'invoice', id: invoiceId } }, act, () =>
        transaction((tx) => confirmReversal(tx, id, act)),
      )
      faultPoint('reversal:committed')
      const data = { reversal_id: id, invoice_id: showId('invoice', invoiceId), red_number: number }
      return success(data, { message: '发票已作废或红冲' })
    },
  ),

  api(
    'POST /finance/invoices/:invoice_id/reversals/:reversal_id/reject',
    { audience: 'finance', permission: 'invoice:review', answer: ReversalRejectedAnswer, body: ReversalRejection },
    async ({ caller, params, body, info }) => {
      const { id } = await ofInvoice(params)
      await transaction((tx) => rejectReversal(tx, id, body.reason, actOf(caller, info)))
      return success(null, { message: '申请已驳回' })
    },
  ),
]

const ofInvoice = (params: Record<string, string>) =>
  requireReversal(pathId('invoice', params, 'invoice_id'), pathId('session', params, 'reversal_id'))
