import * as v from 'valibot'
import { REPORT_TYPES } from '#drizzle/schema'
import { actOf } from '#src/audit-logs/audit-log'
import { pageQuery } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { recordExport } from '#src/exports/exports'
import { transaction } from '#src/platform/database'
import { attachment } from '#src/platform/files'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { ReportAskedAnswer, ReportFileAnswer, ReportsAnswer } from './answers'
import { reportFile } from './file'
import { FORMATS } from './paper'
import { listReports, reportJson, requireReport } from './queries'
import { askReport, checkedDays, ReportRequest } from './request'

/** What a program is told to expect (API 6); most take seconds. */
const ESTIMATED_SECONDS = 300

const ReportsQuery = v.object({ ...pageQuery, report_type: v.optional(v.picklist([...REPORT_TYPES, 'all']), 'all') })

/** Reports for finance's programs (API 6). */
export const reportsFinanceApi = [
  api(
    'POST /finance/reports/generate',
    { audience: 'finance', permission: 'report:generate', answer: ReportAskedAnswer, body: ReportRequest },
    async ({ caller, body, info }) => {
      const { report_type: reportType, format, include_sections: sections } = body
      const days = checkedDays(body.start_date, body.end_date, info.now)
      const asked = { reportType, format, sections, language: info.language, recipients: [], ...days }
      const id = await transaction((tx) => askReport(tx, asked, actOf(caller, info)))
      return success(
        { report_id: showId('report', id), status: 'generating', estimated_time: ESTIMATED_SECONDS },
        { status: 201, message: '报表正在生成，预计5分钟完成' },
      )
    },
  ),

  api(
    'GET /finance/reports',
    { audience: 'finance', permission: 'report:download', answer: ReportsAnswer, query: ReportsQuery },
    async ({ query }) => {
      const reportType = query.report_type === 'all' ? undefined : query.report_type
      const { total, rows } = await listReports({ page: query.page, page_size: query.page_size, reportType })
      return list(query, total, rows.map(reportJson))
    },
  ),

  api(
    'GET /finance/reports/:report_id/download',
    { audience: 'finance', permission: 'report:download', answer: ReportFileAnswer },
    async ({ caller, params, info }) => {
      const report = await requireReport(pathId('report', params, 'report_id'))
      const bytes = await reportFile(report)
      const { id, format, fileName } = report
      await transaction((tx) => recordExport(tx, { kind: 'report', report_id: id, format, name: fileName }, actOf(caller, info)))
      return new Response(bytes, { headers: attachment(fileName, FORMATS[format].type) })
    },
  ),
]
