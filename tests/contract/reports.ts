import type { Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { claimReport, makeReport } from '#src/reports/make'
import { askReport } from '#src/reports/request'
import { BAD_PAGE, type Endpoint, notFound, optional, required, type World } from './endpoint'
import { day, id, int, oneOf, orNull, text, time } from './shapes'

/** API.md 6, reports. */

const report = {
  report_id: id('rpt'),
  report_type: oneOf('daily', 'weekly', 'monthly', 'custom'),
  start_date: day,
  end_date: day,
  format: oneOf('pdf', 'excel', 'csv'),
  status: oneOf('generating', 'completed', 'failed'),
  file_size: orNull(int),
  download_url: orNull(text),
  error_message: orNull(text),
  created_by: orNull(id('fin')),
  created_at: time,
  completed_at: orNull(time),
}

const finance = ({ staff }: World) => staff.finance

/** A report that somebody asked for; made where it should be. */
async function aReport({ sql }: World, isMade: boolean): Promise<Uuid> {
  const [person] = await sql<{ id: Uuid }[]>`SELECT id FROM admin_accounts WHERE role = 'finance' LIMIT 1`
  const act = { actor: { kind: 'staff' as const, id: person!.id, name: '张发财', role: 'manager' }, origin: null, at: now() }
  const asked = { reportType: 'daily', first: '2026-01-31', last: '2026-01-31', format: 'csv', language: 'zh', recipients: [] } as const
  const reportId = await transaction((tx) => askReport(tx, { ...asked, sections: ['income_summary'] }, act))
  while (isMade) {
    const claimed = await claimReport(now())
    if (!claimed) break
    await makeReport(claimed)
  }
  return reportId
}

const body = (more: object = {}) => ({ report_type: 'monthly', start_date: '2026-01-01', end_date: '2026-01-31', format: 'pdf', ...more })
const BAD_DAY: unknown[] = ['2026-02-30', '2026-1-1', '01.01.2026', 20260101]
const download = (world: World, reportId: string) => ({ token: finance(world), params: { report_id: reportId } })

export const REPORTS: Endpoint[] = [
  {
    at: 'POST /v1/finance/reports/generate',
    mark: 'C',
    who: 'finance',
    permission: 'report:generate',
    fields: {
      report_type: required('yearly', 7),
      start_date: required(...BAD_DAY, '2126-01-01'),
      end_date: required(...BAD_DAY, '2025-12-31', '2027-01-02'),
      format: required('docx', 7),
      include_sections: optional([], ['summary'], 'income_summary'),
    },
    success: {
      status: 201,
      message: '报表正在生成，预计5分钟完成',
      data: { report_id: id('rpt'), status: oneOf('generating'), estimated_time: oneOf(300) },
    },
    ask: (world) => ({ token: finance(world), body: body({ include_sections: ['income_summary', 'refund_summary'] }) }),
    errors: [
      {
        when: '367 days',
        status: 400,
        code: 'INVALID_PARAMS',
        ask: (world) => ({
          token: finance(world),
          body: body({ report_type: 'custom', start_date: '2025-01-01', end_date: '2026-01-02' }),
        }),
      },
    ],
  },
  {
    at: 'GET /v1/finance/reports',
    mark: 'C',
    who: 'finance',
    permission: 'report:download',
    fields: { ...BAD_PAGE, report_type: optional('yearly') },
    success: { status: 200, items: report },
    ask: async (world) => {
      await aReport(world, true)
      return { token: finance(world), query: { report_type: 'daily' } }
    },
  },
  {
    at: 'GET /v1/finance/reports/{report_id}/download',
    mark: 'C',
    who: 'finance',
    permission: 'report:download',
    success: { status: 200, file: /^attachment; filename="finance_daily_20260131_20260131\.csv"$/ },
    ask: async (world) => download(world, await aReport(world, true)),
    errors: [
      ...notFound('RESOURCE_NOT_FOUND', download),
      {
        when: 'it is being made',
        status: 404,
        code: 'REPORT_NOT_READY',
        message: '报表尚未生成完成，请稍后重试',
        details: ['status'],
        ask: async (world) => download(world, await aReport(world, false)),
      },
    ],
  },
]
