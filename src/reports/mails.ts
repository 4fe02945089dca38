import { reportMails } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, parseYuan } from '#src/core/money'
import { text } from '#src/core/text'
import { type Instant, iso } from '#src/core/time'
import { config } from '#src/platform/config'
import { rawSql, type Transaction } from '#src/platform/database'
import { isRefusedForGood, type Mail, type Send } from '#src/platform/mail'
import { enqueue } from '#src/platform/outbox'
import { daysOf, FIGURES } from './document'
import { reportFile } from './file'
import { FORMATS } from './paper'
import { type ListedReport, requireReport } from './queries'

/** The queue's name of a mail with a report. */
export const REPORT_MAIL_TASK = 'report_mail'
/** More than this is not attached: many mail servers would refuse it. The mail leads to the page. */
const MOST_ATTACHED = 10 * 1_048_576

export type ReportMail = { reportId: Uuid; address: string }
type Attempt = { at: Instant; isLast: boolean }

/** Queues a mail to each address, in the transaction that finishes the report. */
export async function queueMails(tx: Transaction, reportId: Uuid, addresses: readonly string[], at: Instant): Promise<void> {
  if (addresses.length === 0) return
  await tx.db.insert(reportMails).values(addresses.map((address) => ({ reportId, address, createdAt: at })))
  await enqueue(
    tx,
    REPORT_MAIL_TASK,
    addresses.map((address) => ({ key: `${reportId}:${address}`, payload: { report_id: reportId, address } })),
  )
}

/**
 * Sends one report to one address, unless that is done. Throws what the mail server threw, so that the queue tries again; after the last
 * attempt, and after a refusal for good, the mail is kept as failed. Without `send` it is kept as skipped.
 */
export async function deliverReport(mail: ReportMail, send: Send | undefined, { at, isLast }: Attempt): Promise<void> {
  if (!(await isWaiting(mail))) return
  if (!send) return finish(mail, 'skipped', at)
  try {
    await send(await composed(mail))
  } catch (error) {
    const forGood = isRefusedForGood(error)
    await noteFailure(mail, error, forGood || isLast ? at : null)
    if (forGood) return
    throw error
  }
  await finish(mail, 'sent', at)
}

async function isWaiting({ reportId, address }: ReportMail): Promise<boolean> {
  const rows = await rawSql()`SELECT FROM report_mails WHERE report_id = ${reportId} AND address = ${address} AND status = 'queued'`
  return rows.length > 0
}

async function composed({ reportId, address }: ReportMail): Promise<Mail> {
  const report = await requireReport(reportId)
  const bytes = await reportFile(report)
  const isAttached = bytes.length <= MOST_ATTACHED
  const { language, reportType } = report
  const title = text(language, `reports.paper.${reportType}`)
  const days = daysOf({ first: report.startDate, last: report.endDate }, language)
  return {
    id: `${reportId}.${new Bun.CryptoHasher('sha256').update(address).digest('hex').slice(0, 16)}`,
    to: { name: '', address },
    subject: `【${text(language, 'product.name')}】${title} ${days}`,
    text: wordsOf(report, `${title} ${days}`, isAttached),
    ...(isAttached ? { attachments: [{ name: report.fileName, type: FORMATS[report.format].type, bytes }] } : {}),
  }
}

function wordsOf(report: ListedReport, title: string, isAttached: boolean): string {
  const { language, figures, fileName } = report
  const lines = FIGURES.map((key) =>
    text(language, 'reports.mail.line', { label: text(language, `reports.figure.${key}`), value: shown(figures![key]) }),
  )
  return [
    title,
    '',
    ...lines,
    '',
    ...(isAttached ? [text(language, 'reports.mail.attached', { name: fileName })] : []),
    text(language, 'reports.mail.page', { url: `${config().PUBLIC_URL}/finance/reports/${showId('report', report.id)}` }),
    '',
    '-- ',
    text(language, 'reports.mail.foot'),
    '',
  ].join('\n')
}

const shown = (yuan: string): string => `${yuan.startsWith('-') ? '−' : ''}${formatYuan(parseYuan(yuan.replace('-', ''))!)}`

async function finish({ reportId, address }: ReportMail, status: 'sent' | 'skipped', at: Instant): Promise<void> {
  await rawSql()`
    UPDATE report_mails SET status = ${status}, finished_at = ${iso(at)}, attempts = attempts + ${status === 'sent' ? 1 : 0}, last_error = NULL
    WHERE report_id = ${reportId} AND address = ${address} AND status = 'queued'`
}

async function noteFailure({ reportId, address }: ReportMail, error: unknown, failedAt: Instant | null): Promise<void> {
  const words = (error instanceof Error ? error.message : 'unknown').slice(0, 500)
  await rawSql()`
    UPDATE report_mails SET attempts = attempts + 1, last_error = ${words}, status = ${failedAt ? 'failed' : 'queued'},
      finished_at = ${failedAt && iso(failedAt)}::timestamptz
    WHERE report_id = ${reportId} AND address = ${address} AND status = 'queued'`
}
