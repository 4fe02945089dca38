import { h } from 'preact'
import * as v from 'valibot'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { keysetQuery } from '#src/core/keyset'
import { OFFICE_FORMS, type OfficeForm } from '#src/core/office'
import type { Table } from '#src/core/table'
import { text } from '#src/core/text'
import { languageOf, type PageCall, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { csvBytes } from '#src/platform/csv'
import { attachment, streamed } from '#src/platform/files'
import { page, type StaffCaller } from '#src/platform/route'
import { CasesPage } from '#views/office/cases'
import { OfficeStatisticsPage } from '#views/office/statistics'
import { CASE_FILTER, type CaseList, caseChunks, countCases, countForms, countWaiting, type ListedCase, listCases } from './queries'

type StaffCall = PageCall & { caller: StaffCaller }

const ListQuery = v.object({ ...keysetQuery, ...dayRangeQuery, ...CASE_FILTER })
const StatisticsQuery = v.object(dayRangeQuery)

/** Requests of our people: those of the viewer, and for whom it is all of a form. */
export const officeStaffPages = [
  ...(['tasks', 'mine', 'done', 'copies'] as const).map((list) =>
    page(`GET /office/${list}`, { audience: 'staff' }, (call) => showCases(call, list, null)),
  ),
  ...OFFICE_FORMS.flatMap((form) => [
    page(`GET /office/all/${form}`, { audience: 'staff', permission: `office:${form}:view_all` }, (call) => showCases(call, 'all', form)),
    page(`GET /office/all/${form}/list.csv`, { audience: 'staff', permission: `office:${form}:export` }, (call) => takeOut(call, form)),
  ]),
  page('GET /office/statistics', { audience: 'staff', permission: 'office:dashboard' }, async (call) => {
    const dates = dayRange(pageQuery(call.request, StatisticsQuery), call.info.now)
    const [forms, waiting] = await Promise.all([countForms(dates.stretch), countWaiting()])
    return showPage(call, h(OfficeStatisticsPage, { dates, forms, waiting }))
  }),
]

async function showCases(call: StaffCall, list: CaseList, whole: OfficeForm | null): Promise<Response> {
  const { range, from, to, form, status, keyword, ...keyset } = pageQuery(call.request, ListQuery)
  const dates = dayRange({ range, from, to }, call.info.now)
  const asked = { form: whole ?? form, status, keyword }
  const filter = { ...asked, stretch: dates.stretch }
  const [cases, total] = await Promise.all([listCases(list, call.caller, filter, keyset), countCases(list, call.caller, filter)])
  return showPage(call, h(CasesPage, { list, whole, cases, total, filter: asked, dates }))
}

/** Everything of a form as a file, the newest first. */
function takeOut(call: StaffCall, form: OfficeForm): Response {
  const { range, from, to, status, keyword } = pageQuery(call.request, ListQuery)
  const { stretch } = dayRange({ range, from, to }, call.info.now)
  const language = languageOf(call)
  const filter = { form, status, keyword, stretch }
  const name = text(language, `office.form.${form}`)
  const table: Table = {
    title: name,
    columns: [
      { head: text(language, 'office.number'), kind: 'text', width: 18 },
      { head: text(language, 'office.applicant'), kind: 'text', width: 12 },
      { head: text(language, 'office.department'), kind: 'text', width: 12 },
      { head: text(language, 'office.amount'), kind: 'money', width: 14 },
      { head: text(language, 'office.begun'), kind: 'moment', width: 20 },
      { head: text(language, 'office.decided'), kind: 'moment', width: 20 },
      { head: text(language, 'office.state'), kind: 'text', width: 10 },
    ],
    chunks: rowsOf(caseChunks(call.caller, filter), (status) => text(language, `office.state.${status}`)),
  }
  return streamed(csvBytes(table), attachment(`office_${form}.csv`, 'text/csv; charset=utf-8'))
}

async function* rowsOf(chunks: AsyncIterable<ListedCase[]>, stateWords: (status: ListedCase['status']) => string) {
  for await (const rows of chunks)
    yield rows.map(({ number, applicantName, department, amount, submittedAt, decidedAt, status }) => [
      number,
      applicantName,
      department,
      amount,
      submittedAt,
      decidedAt,
      stateWords(status),
    ])
}
