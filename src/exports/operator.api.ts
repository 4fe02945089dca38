import * as v from 'valibot'
import { EXPORT_FORMATS } from '#drizzle/schema'
import { actOf } from '#src/audit-logs/audit-log'
import { answersFile, TABLE_FILES } from '#src/core/answers'
import type { RequestInfo } from '#src/platform/http'
import { api, type OperatorCaller } from '#src/platform/route'
import { exportResponse } from './download'
import { exportNow } from './exports'
import type { ExportFormat } from './file'
import { EXPORT_FILTERS, type ExportKind } from './filters'

const format = { format: v.picklist(EXPORT_FORMATS) }
const UsageQuery = v.object({ ...EXPORT_FILTERS.usage.entries, ...format })
const StatisticsQuery = v.object({ ...EXPORT_FILTERS.statistics.entries, ...format })

/** Files of an operator's rows for its programs (API 4). */
export const exportsOperatorApi = [
  api(
    'GET /operators/me/usage-records/export',
    { audience: 'operator', answer: answersFile(TABLE_FILES), query: UsageQuery },
    ({ caller, query, info, request }) => exported(caller, info, 'usage', query.format, request),
  ),

  api(
    'GET /operators/me/statistics/export',
    { audience: 'operator', answer: answersFile(TABLE_FILES), query: StatisticsQuery },
    ({ caller, query, info, request }) => exported(caller, info, 'statistics', query.format, request),
  ),
]

/** The filter goes on as it was sent: what is stored, recorded and checked again is the text. */
async function exported(
  caller: OperatorCaller,
  info: RequestInfo,
  kind: ExportKind,
  format: ExportFormat,
  { url }: Request,
): Promise<Response> {
  const filter = Object.fromEntries([...new URL(url).searchParams].toReversed())
  const file = await exportNow(caller, { kind, format, filter, language: info.language }, actOf(caller, info))
  return exportResponse(file, format)
}
