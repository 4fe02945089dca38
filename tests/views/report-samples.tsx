import type { VNode } from 'preact'
import { ReportPage } from '#views/finance/report'
import { ReportFormPage } from '#views/finance/report-form'
import { type ReportView, SECTION_VALUES, STATES, TYPES } from '#views/finance/report-parts'
import { ScheduleFormPage, SchedulesPage, type ScheduleView } from '#views/finance/report-schedules'
import { ReportsPage } from '#views/finance/reports'
import { ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, type Say, staff } from './sample-props'

const FIGURES = {
  recharge: '120.00',
  refund: '103720.00',
  net: '-103600.00',
  consumption: '101114.00',
  opening: '3438.00',
  closing: '6144.00',
}

function aReport(say: Say, at: number): ReportView {
  const status = STATES[at % STATES.length]!
  const isDone = status === 'completed'
  return {
    id: id(at + 1),
    reportType: TYPES[at % TYPES.length]!,
    startDate: '2026-02-01',
    endDate: at % 2 ? '2026-02-28' : '2026-02-01',
    format: (['pdf', 'excel', 'csv'] as const)[at % 3]!,
    language: at % 2 ? 'zh' : 'en',
    sections: [...SECTION_VALUES],
    recipients: [say('boss@example.com'), say('audit@example.com')],
    createdBy: at % 3 === 0 ? null : id(77),
    createdByName: at % 3 === 0 ? null : say('张发财'),
    repeats: at === 1 ? id(9) : null,
    repeatedBy: at === 5 ? id(8) : null,
    status,
    attempts: at % 2,
    stepsDone: isDone ? 6 : 3,
    stepsTotal: 6,
    figures: isDone ? FIGURES : null,
    fileName: say('finance_monthly_20260201_20260228.pdf'),
    fileBytes: isDone ? 278_626n : null,
    fileSha256: isDone ? new Uint8Array(32).fill(171) : null,
    error: status === 'failed' ? (['error', 'timeout', 'abandoned'] as const)[at % 3]! : null,
    createdAt: ago(at * DAY),
    completedAt: status === 'generating' ? null : ago(at * DAY - 20),
  }
}

const aSchedule = (say: Say, reportType: ScheduleView['reportType'], isChanged: boolean): ScheduleView => ({
  reportType,
  isOn: reportType !== 'weekly',
  format: 'pdf',
  language: 'zh',
  sections: [...SECTION_VALUES],
  recipients: isChanged ? [say('boss@example.com'), say('audit@example.com')] : [],
  version: 2,
  updatedAt: isChanged ? ago(DAY) : null,
  updatedByName: isChanged ? say('张发财') : null,
})

/** The reports of finance in their states. */
export function reportSamples(say: Say): Sample[] {
  const auditor = staff(say, 'finance', 'auditor')
  const manager = { ...staff(say, 'finance', 'manager'), permissions: ['report:generate', 'report:download'] }
  const at = (name: string, path: string, page: VNode, viewer: Sample['viewer'] = manager): Sample => ({ name, path, viewer, page })
  const long: Say = () => say(LONG)
  const rows = Array.from({ length: 7 }, (_, n) => aReport(say, n))
  const all = { reportType: undefined, status: undefined, format: undefined }
  const values = { report_type: 'monthly', start_date: '2026-02-01', end_date: '2026-02-28', format: 'pdf', language: 'zh' }
  const presets = [
    { name: 'last-daily', day: '2026-02-27' },
    { name: 'last-weekly', day: '2026-02-16' },
    { name: 'this-monthly', day: '2026-02-01' },
    { name: 'last-monthly', day: '2026-01-01' },
  ] as const
  const mails = (['queued', 'sent', 'failed', 'skipped'] as const).map((status, n) => ({
    address: say(`a${n}@example.com`),
    status,
    at: status === 'queued' ? null : ago(60),
  }))
  const wrong = {
    report_type: say('须为daily、weekly之一'),
    start_date: say('不能晚于今天'),
    end_date: say('期间最长366天'),
    format: say('须为pdf之一'),
    sections: say('至少选择一项内容'),
    recipients: say('邮箱格式错误'),
  }
  const typed = { ...values, recipients: say('nobody'), sections: [] }
  const schedule = { is_on: true, format: 'pdf', language: 'zh', sections: [...SECTION_VALUES], recipients: say('boss@example.com') }
  return [
    at('reports', '/finance/reports', <ReportsPage reports={slice(rows, null, id(1))} total={40} filter={all} />),
    at('reports-auditor', '/finance/reports', <ReportsPage reports={slice(rows)} total={7} filter={all} />, auditor),
    at('reports-empty', '/finance/reports', <ReportsPage reports={slice([])} total={0} filter={all} />),
    at(
      'reports-none',
      '/finance/reports?type=weekly&status=failed&format=csv',
      <ReportsPage reports={slice([])} total={0} filter={{ reportType: 'weekly', status: 'failed', format: 'csv' }} />,
    ),
    ...[0, 1, 2, 5].map((n) =>
      at(
        `report-${n}`,
        `/finance/reports/rpt_${id(n + 1)}`,
        <ReportPage report={aReport(say, n)} mails={n === 1 ? mails : []} refusal={null} />,
      ),
    ),
    at(
      'report-long',
      `/finance/reports/rpt_${id(2)}`,
      <ReportPage report={aReport(long, 1)} mails={mails} refusal={say('该申请已处理，无法重复操作')} />,
    ),
    at(
      'report-new',
      '/finance/reports/new',
      <ReportFormPage values={{ ...values, sections: [...SECTION_VALUES], recipients: '' }} presets={presets} errors={{}} message={null} />,
    ),
    at(
      'report-new-wrong',
      '/finance/reports/new',
      <ReportFormPage values={typed} presets={presets} errors={wrong} message={say('已有20份报表在生成')} />,
    ),
    at(
      'report-schedules',
      '/finance/reports/schedules',
      <SchedulesPage schedules={[aSchedule(say, 'daily', false), aSchedule(say, 'weekly', true), aSchedule(long, 'monthly', true)]} />,
    ),
    at(
      'report-schedule',
      '/finance/reports/schedules/daily',
      <ScheduleFormPage type="daily" version={1} values={schedule} errors={{}} message={null} />,
    ),
    at(
      'report-schedule-wrong',
      '/finance/reports/schedules/weekly',
      <ScheduleFormPage
        type="weekly"
        version={1}
        values={{ ...schedule, is_on: false, sections: [] }}
        errors={{ sections: wrong.sections, recipients: wrong.recipients }}
        message={say('定时设置刚被他人修改，请核对后再保存')}
      />,
    ),
  ]
}
