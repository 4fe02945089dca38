import * as v from 'valibot'
import { REPORT_FORMATS, REPORT_STATES, REPORT_TYPES } from '#drizzle/schema'
import { answers, answersFile, answersList, count, dayText, isoText, oneOf, orNull, TABLE_FILES, wireId, words } from '#src/core/answers'

/** What the reports' routes answer (API 6). */

const report = {
  report_id: wireId('report'),
  report_type: oneOf(REPORT_TYPES),
  start_date: dayText,
  end_date: dayText,
  format: oneOf(REPORT_FORMATS),
  status: oneOf(REPORT_STATES),
  file_size: orNull(count),
  download_url: orNull(words('/v1/finance/reports/rpt_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55/download')),
  error_message: orNull(words('生成时出错，可以重新生成；再次失败请联系技术人员')),
  created_by: orNull(wireId('finance')),
  created_at: isoText,
  completed_at: orNull(isoText),
}

export const ReportsAnswer = answersList(v.strictObject(report))
export const ReportAskedAnswer = answers(
  v.strictObject({ report_id: wireId('report'), status: v.literal('generating'), estimated_time: v.literal(300) }),
  { status: 201, message: '报表正在生成，预计5分钟完成' },
)
export const ReportFileAnswer = answersFile(['application/pdf', ...TABLE_FILES], ['RESOURCE_NOT_FOUND', 'REPORT_NOT_READY'])
