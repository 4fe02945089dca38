import { success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { CustomerAnswer } from '#src/refunds/answers'
import { financeJson, operatorFinance } from '#src/refunds/queries'

/** Finance and one customer's money (API 6). */
export const customersFinanceApi = [
  api(
    'GET /finance/customers/:operator_id/details',
    { audience: 'finance', permission: 'customer:view', answer: CustomerAnswer },
    async ({ params }) => success(financeJson(await operatorFinance(pathId('operator', params, 'operator_id')))),
  ),
]
