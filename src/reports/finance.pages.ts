import { h } from 'preact'
import * as v from 'valibot'
import { REPORT_FORMATS, REPORT_SECTIONS, REPORT_STATES, REPORT_TYPES, SCHEDULED_TYPES } from '#drizzle/schema'
import { actOf } from '#src/audit-logs/audit-log'
import { calendarDay } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { invalidFields, Problem } from '#src/core/problem'
import { businessDay, type Instant } from '#src/core/time'
import { validate } from '#src/core/validation'
import { recordExport } from '#src/exports/exports'
import { done, type FormCall, languageOf, problemWords, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { attachment } from '#src/platform/files'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { ReportPage } from '#views/finance/report'
import { type ReportFormField, ReportFormPage, type ReportFormProps } from '#views/finance/report-form'
import { REPORTS_PATH, reportPath, SCHEDULES_PATH } from '#views/finance/report-parts'
import { ScheduleFormPage, type ScheduleFormProps, SchedulesPage } from '#views/finance/report-schedules'
import { ReportsPage } from '#views/finance/reports'
import { reportFile } from './file'
import { FORMATS } from './paper'
import { lastPeriod, periodAround, type ScheduledType } from './period'
import { countReports, mailsOf, reportsPage, requireReport } from './queries'
import { askReport, checkedDays, ReportRequest, repeatReport } from './request'
import { changeSchedule, listSchedules, recipients, ScheduleChange, scheduleOf } from './schedule'

type ReportsCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const VIEW = { audience: 'finance', permission: 'report:download' } as const
const GENERATE = { audience: 'finance', permission: 'report:generate' } as const

const known = <const Values extends readonly string[]>(values: Values) => v.fallback(v.optional(v.picklist(values)), undefined)
const ListQuery = v.object({
  ...keysetQuery,
  type: known(REPORT_TYPES),
  status: known(REPORT_STATES),
  format: known(REPORT_FORMATS),
})
const NewQuery = v.object({ type: known(SCHEDULED_TYPES), day: v.fallback(v.optional(calendarDay), undefined) })

/** Reports for people of finance: the list, a new one, one of them, and what the clock makes. */
export const reportsFinancePages = [
  page(`GET ${REPORTS_PATH}`, VIEW, async (call) => {
    const { type: reportType, status, format, ...keyset } = pageQuery(call.request, ListQuery)
    const filter = { reportType, status, format }
    const [reports, total] = await Promise.all([reportsPage(filter, keyset), countReports(filter)])
    return showPage(call, h(ReportsPage, { reports, total, filter }))
  }),

  page(`GET ${REPORTS_PATH}/new`, GENERATE, (call) => {
    const { now } = call.info
    const { type = 'monthly', day = periodAround('monthly', businessDay(now)).first } = pageQuery(call.request, NewQuery)
    const { first, last } = periodAround(type, day)
    const values = {
      ...{ report_type: type, start_date: first, end_date: last, format: 'pdf' },
      ...{ language: languageOf(call), sections: [...REPORT_SECTIONS], recipients: '' },
    }
    return showForm(call, { values, errors: {}, message: null })
  }),

  page(`POST ${REPORTS_PATH}/new`, GENERATE, async (call) => {
    const { form, caller, info } = call
    try {
      const asked = askedFor(form, info.now)
      const id = await transaction((tx) => askReport(tx, asked, actOf(caller, info)))
      return redirect(reportPath({ id }), done('reports.done.asked'))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, FIELDS)
      return showForm(call, { values: typedIn(form), errors, message }, status)
    }
  }),

  page(`GET ${SCHEDULES_PATH}`, VIEW, async (call) => showPage(call, h(SchedulesPage, { schedules: await listSchedules() }))),

  page(`GET ${SCHEDULES_PATH}/:report_type`, GENERATE, async (call) => {
    const type = scheduledType(call)
    const { isOn, version, format, language, sections, recipients: addresses } = await scheduleOf(type)
    const values = { is_on: isOn, format, language, sections, recipients: addresses.join('\n') }
    return showSchedule(call, { type, version, values, errors: {}, message: null })
  }),

  page(`POST ${SCHEDULES_PATH}/:report_type`, GENERATE, async (call) => {
    const { form, caller, info } = call
    const type = scheduledType(call)
    const version = /^\d{1,9}$/.test(form.version ?? '') ? Number(form.version) : 0
    try {
      const { format, language, recipients: addresses } = form
      const change = { is_on: form.is_on === 'true', format, language, sections: sectionsIn(form), recipients: addresses ?? '' }
      const checked = validate(ScheduleChange, change)
      if (!checked.ok) throw invalidFields(checked.faults)
      await transaction((tx) => changeSchedule(tx, type, { ...checked.value, version }, actOf(caller, info)))
      return redirect(SCHEDULES_PATH, done('reports.done.schedule'))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, FIELDS)
      return showSchedule(call, { type, version, values: { ...typedIn(form), is_on: form.is_on === 'true' }, errors, message }, status)
    }
  }),

  page(`GET ${REPORTS_PATH}/:report_id`, VIEW, (call) => showReport(call, null)),

  page(`GET ${REPORTS_PATH}/:report_id/file`, VIEW, async (call) => {
    const report = await requireReport(idOf(call))
    const bytes = await reportFile(report)
    const { id, format, fileName: name } = report
    await transaction((tx) => recordExport(tx, { kind: 'report', report_id: id, format, name }, actOf(call.caller, call.info)))
    return new Response(bytes, { headers: attachment(name, FORMATS[format].type) })
  }),

  page(`POST ${REPORTS_PATH}/:report_id/again`, GENERATE, async (call) => {
    try {
      const id = await transaction((tx) => repeatReport(tx, idOf(call), actOf(call.caller, call.info)))
      return redirect(reportPath({ id }), done('reports.done.again'))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showReport(call, message ?? problemWords(error as Problem, call), status)
    }
  }),
]

const FIELDS: readonly ReportFormField[] = ['report_type', 'start_date', 'end_date', 'format', 'sections', 'recipients']

const idOf = ({ params }: ReportsCall) => pathId('report', params, 'report_id')

function scheduledType({ params }: ReportsCall): ScheduledType {
  const found = SCHEDULED_TYPES.find((type) => type === params.report_type)
  if (!found) throw new Problem('RESOURCE_NOT_FOUND', { report_type: params.report_type }, 'resource')
  return found
}

const sectionsIn = (form: Record<string, string>) => REPORT_SECTIONS.filter((key) => form[`section_${key}`] === 'true')

const typedIn = (form: Record<string, string>): ReportFormProps['values'] => ({
  report_type: form.report_type ?? '',
  start_date: form.start_date ?? '',
  end_date: form.end_date ?? '',
  format: form.format ?? '',
  language: form.language ?? '',
  sections: sectionsIn(form),
  recipients: form.recipients ?? '',
})

const ReportForm = v.object({
  report_type: ReportRequest.entries.report_type,
  start_date: calendarDay,
  end_date: v.optional(calendarDay),
  format: ReportRequest.entries.format,
  language: v.picklist(['zh', 'en']),
  sections: ScheduleChange.entries.sections,
  recipients,
})

/** What the form asks for: its own days, or the day, week or month around the first one. Throws INVALID_PARAMS with every faulty field. */
function askedFor(form: Record<string, string>, now: Instant) {
  const typed = typedIn(form)
  const isCustom = typed.report_type === 'custom'
  const checked = validate(ReportForm, { ...typed, end_date: isCustom ? typed.end_date : undefined })
  if (!checked.ok) throw invalidFields(checked.faults)
  const { report_type: reportType, start_date: first, end_date: last, format, language, sections, recipients: addresses } = checked.value
  const days = reportType === 'custom' ? { first, last: last! } : periodAround(reportType, first)
  return { reportType, format, language, sections, recipients: addresses, ...checkedDays(days.first, days.last, now) }
}

function showForm(call: ReportsCall, props: Omit<ReportFormProps, 'presets'>, status = 200): Promise<Response> {
  const { now } = call.info
  const presets: ReportFormProps['presets'] = [
    { name: 'last-daily', day: lastPeriod('daily', now).first },
    { name: 'last-weekly', day: lastPeriod('weekly', now).first },
    { name: 'this-monthly', day: periodAround('monthly', businessDay(now)).first },
    { name: 'last-monthly', day: lastPeriod('monthly', now).first },
  ]
  return showPage(call, h(ReportFormPage, { ...props, presets }), { status })
}

const showSchedule = (call: ReportsCall, props: ScheduleFormProps, status = 200): Promise<Response> =>
  showPage(call, h(ScheduleFormPage, props), { status })

async function showReport(call: ReportsCall, refusal: string | null, status = 200): Promise<Response> {
  const id = idOf(call)
  const [report, mails] = await Promise.all([requireReport(id), mailsOf(id)])
  return showPage(call, h(ReportPage, { report, mails, refusal }), { status })
}
