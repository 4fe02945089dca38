import { and, count, desc, eq, gt, lt, type SQL } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { adminAccounts, reportMails, financeReports as reports } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { text } from '#src/core/text'
import { iso } from '#src/core/time'
import { read } from '#src/platform/database'
import type { ReportFormat } from './paper'
import type { ReportType } from './period'

export type ReportFilter = {
  reportType?: ReportType | undefined
  status?: 'generating' | 'completed' | 'failed' | undefined
  format?: ReportFormat | undefined
}

const later = alias(reports, 'later')

const selectReports = () =>
  read()
    .select({
      id: reports.id,
      reportType: reports.reportType,
      startDate: reports.startDate,
      endDate: reports.endDate,
      format: reports.format,
      language: reports.language,
      sections: reports.sections,
      recipients: reports.recipients,
      createdBy: reports.createdBy,
      createdByName: adminAccounts.name,
      repeats: reports.repeats,
      repeatedBy: later.id,
      status: reports.status,
      attempts: reports.attempts,
      stepsDone: reports.stepsDone,
      stepsTotal: reports.stepsTotal,
      figures: reports.figures,
      fileName: reports.fileName,
      filePath: reports.filePath,
      fileBytes: reports.fileBytes,
      fileSha256: reports.fileSha256,
      error: reports.error,
      createdAt: reports.createdAt,
      completedAt: reports.completedAt,
    })
    .from(reports)
    .leftJoin(adminAccounts, eq(adminAccounts.id, reports.createdBy))
    .leftJoin(later, eq(later.repeats, reports.id))

export type ListedReport = Awaited<ReturnType<typeof selectReports>>[number]

const meant = ({ reportType, status, format }: ReportFilter): SQL | undefined =>
  and(
    reportType ? eq(reports.reportType, reportType) : undefined,
    status ? eq(reports.status, status) : undefined,
    format ? eq(reports.format, format) : undefined,
  )

/** One page of reports by key, newest first. */
export async function reportsPage(filter: ReportFilter, keyset: Keyset): Promise<Slice<ListedReport>> {
  const step = keyset.after ? lt(reports.id, keyset.after) : keyset.before ? gt(reports.id, keyset.before) : undefined
  const found = await selectReports()
    .where(and(meant(filter), step))
    .orderBy(isBackwards(keyset) ? reports.id : desc(reports.id))
    .limit(rowsWanted(keyset))
  return cutPage(found, keyset, ({ id }) => id)
}

export async function countReports(filter: ReportFilter): Promise<number> {
  const [row] = await read().select({ count: count() }).from(reports).where(meant(filter))
  return row!.count
}

/** One numbered page of them with their count, as the API lists them. */
export async function listReports(filter: ReportFilter & { page: number; page_size: number }) {
  const [total, rows] = await Promise.all([
    countReports(filter),
    selectReports()
      .where(meant(filter))
      .orderBy(desc(reports.id))
      .limit(filter.page_size)
      .offset((filter.page - 1) * filter.page_size),
  ])
  return { total, rows }
}

/** One report. Throws RESOURCE_NOT_FOUND for an unknown one. */
export async function requireReport(id: Uuid): Promise<ListedReport> {
  const [report] = await selectReports().where(eq(reports.id, id))
  if (!report) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('report', id) }, 'resource')
  return report
}

/** Whom a report was sent to, and what came of it. */
export const mailsOf = (id: Uuid) =>
  read()
    .select({
      address: reportMails.address,
      status: reportMails.status,
      at: reportMails.finishedAt,
    })
    .from(reportMails)
    .where(eq(reportMails.reportId, id))
    .orderBy(reportMails.address)

/** A report as the API shows it (API 6). */
export function reportJson(report: ListedReport) {
  const id = showId('report', report.id)
  const { status, fileBytes, error, createdBy, completedAt } = report
  return {
    report_id: id,
    report_type: report.reportType,
    start_date: report.startDate,
    end_date: report.endDate,
    format: report.format,
    status,
    file_size: fileBytes === null ? null : Number(fileBytes),
    download_url: status === 'completed' ? `/v1/finance/reports/${id}/download` : null,
    error_message: error === null ? null : text('zh', `reports.error.${error}`),
    created_by: createdBy === null ? null : showId('finance', createdBy),
    created_at: iso(report.createdAt),
    completed_at: completedAt && iso(completedAt),
  }
}
