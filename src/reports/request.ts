import { and, count, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { REPORT_FORMATS, REPORT_SECTIONS, REPORT_TYPES, financeReports as reports } from '#drizzle/schema'
import { type Act, type PersonalAct, record } from '#src/audit-logs/audit-log'
import { calendarDay } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { brokenRule, type FieldFault, invalidField, invalidFields, type Language } from '#src/core/problem'
import { type BusinessDay, businessDay, type Instant } from '#src/core/time'
import { say } from '#src/core/validation'
import { settleAlert } from '#src/notifications/alerts'
import type { Transaction } from '#src/platform/database'
import { stepsOf } from './document'
import { FORMATS, type ReportFormat } from './paper'
import { daysIn, MOST_DAYS, type Period, type ReportType } from './period'
import { requireReport } from './queries'
import type { Section } from './section'

/** Reports of one person that are being made. */
const MOST_OPEN = 20

/** What a report is asked for with (API 6). */
export const ReportRequest = v.object({
  report_type: v.picklist(REPORT_TYPES),
  start_date: calendarDay,
  end_date: calendarDay,
  format: v.picklist(REPORT_FORMATS),
  include_sections: v.optional(
    v.pipe(v.array(v.picklist(REPORT_SECTIONS)), v.minLength(1, say('至少选择一项内容', 'needs at least one part'))),
    [...REPORT_SECTIONS],
  ),
})

export type Asked = Period & {
  reportType: ReportType
  format: ReportFormat
  sections: readonly Section['key'][]
  language: Language
  recipients: readonly string[]
}

/** The days of a report. Throws INVALID_PARAMS where they are turned round, too many or not there yet. */
export function checkedDays(first: BusinessDay, last: BusinessDay, now: Instant): Period {
  const faults: FieldFault[] = []
  if (first > businessDay(now)) faults.push({ field: 'start_date', message: { zh: '不能晚于今天', en: 'must not be after today' } })
  if (last < first) faults.push({ field: 'end_date', message: { zh: '不能早于起始日', en: 'must not be before the first day' } })
  if (faults.length > 0) throw invalidFields(faults)
  const period = { first, last }
  if (daysIn(period).length > MOST_DAYS)
    throw invalidField('end_date', `期间最长${MOST_DAYS}天`, `the period has at most ${MOST_DAYS} days`)
  return period
}

/** Asks for a report, which is made soon after the transaction. Throws INVALID_PARAMS when too many of this person are being made. */
export async function askReport(tx: Transaction, asked: Asked, act: PersonalAct): Promise<Uuid> {
  const [open] = await tx.db
    .select({ count: count() })
    .from(reports)
    .where(and(eq(reports.createdBy, act.actor.id), eq(reports.status, 'generating')))
  if (open!.count >= MOST_OPEN)
    throw invalidField(
      'report',
      `已有${MOST_OPEN}份报表在生成，请等待完成`,
      `${MOST_OPEN} reports are being made already, please wait for them`,
    )
  const id = newId()
  await insertReport(tx, id, asked, { createdBy: act.actor.id, at: act.at })
  await recordAsked(tx, id, asked, act)
  return id
}

/** Asks on behalf of the clock; undefined where that was done. */
export async function askByClock(tx: Transaction, asked: Asked, act: Act): Promise<Uuid | undefined> {
  const id = newId()
  if (!(await insertReport(tx, id, asked, { createdBy: null, at: act.at }))) return undefined
  await recordAsked(tx, id, asked, act)
  return id
}

/** Makes a report again that failed: a new one like it. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
export async function repeatReport(tx: Transaction, failed: Uuid, act: PersonalAct): Promise<Uuid> {
  const known = await requireReport(failed)
  if (known.status !== 'failed') throw brokenRule('ALREADY_PROCESSED', 'report_id')
  const { reportType, format, sections, language, recipients, startDate: first, endDate: last } = known
  const asked = { reportType, format, sections, language, recipients, first, last }
  const id = newId()
  // Two people at once: the second finds that the first did it.
  if (!(await insertReport(tx, id, asked, { createdBy: act.actor.id, at: act.at, repeats: failed })))
    throw brokenRule('ALREADY_PROCESSED', 'report_id')
  await settleAlert(tx, { kind: REPORT_FAILED, subject: failed }, act.at)
  await recordAsked(tx, id, asked, act, failed)
  return id
}

export const REPORT_FAILED = 'report_failed'

type Author = { createdBy: Uuid | null; at: Instant; repeats?: Uuid }

/** False where there is one already that there may be only one of: the clock's of a period, another try of one that failed. */
async function insertReport(tx: Transaction, id: Uuid, asked: Asked, { createdBy, at, repeats }: Author): Promise<boolean> {
  const sections = inOrder(asked.sections)
  const added = await tx.db
    .insert(reports)
    .values({
      id,
      reportType: asked.reportType,
      startDate: asked.first,
      endDate: asked.last,
      format: asked.format,
      language: asked.language,
      sections,
      recipients: [...asked.recipients],
      stepsTotal: stepsOf(sections),
      fileName: fileNameOf(asked),
      createdBy,
      createdAt: at,
      repeats: repeats ?? null,
    })
    .onConflictDoNothing()
    .returning({ id: reports.id })
  return added.length > 0
}

/** Each part once, in the order of the paper. */
export const inOrder = (sections: readonly Section['key'][]): Section['key'][] => REPORT_SECTIONS.filter((key) => sections.includes(key))

const fileNameOf = ({ reportType, first, last, format }: Asked): string =>
  `finance_${reportType}_${first.replaceAll('-', '')}_${last.replaceAll('-', '')}.${FORMATS[format].ending}`

function recordAsked(tx: Transaction, id: Uuid, asked: Asked, { actor, origin, at }: Act, repeats?: Uuid): Promise<void> {
  const { reportType, first, last, format, recipients } = asked
  const details = {
    report_type: reportType,
    start_date: first,
    end_date: last,
    format,
    sections: inOrder(asked.sections),
    recipients,
    ...(repeats ? { repeats } : {}),
  }
  return record(tx, { actor, origin, operation: 'report_generate', target: { kind: 'report', id }, details }, at)
}
