import { and, eq, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts, REPORT_FORMATS, REPORT_SECTIONS, reportSchedules as schedules } from '#drizzle/schema'
import { type PersonalAct, record, SYSTEM } from '#src/audit-logs/audit-log'
import { email } from '#src/core/fields'
import { brokenRule } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { say } from '#src/core/validation'
import { read, type Transaction, transaction } from '#src/platform/database'
import { lastPeriod, type ScheduledType } from './period'
import { askByClock, inOrder } from './request'

const MOST_RECIPIENTS = 10

/** Addresses as they are typed, one on each line; each once. */
export const recipients = v.pipe(
  v.string(),
  v.transform((typed) => [...new Set(typed.split(/[\s,;，；]+/).filter((address) => address !== ''))]),
  v.check((addresses) => addresses.length <= MOST_RECIPIENTS, say(`最多${MOST_RECIPIENTS}个邮箱`, `at most ${MOST_RECIPIENTS} addresses`)),
  v.check((addresses) => addresses.every((address) => v.is(email, address)), say('邮箱格式错误', 'is not a valid e-mail address')),
)

/** What a person says about a schedule. */
export const ScheduleChange = v.object({
  is_on: v.boolean(),
  format: v.picklist(REPORT_FORMATS),
  language: v.picklist(['zh', 'en']),
  sections: v.pipe(v.array(v.picklist(REPORT_SECTIONS)), v.minLength(1, say('至少选择一项内容', 'needs at least one part'))),
  recipients,
})

const selectSchedules = () =>
  read()
    .select({
      reportType: schedules.reportType,
      isOn: schedules.isOn,
      format: schedules.format,
      language: schedules.language,
      sections: schedules.sections,
      recipients: schedules.recipients,
      version: schedules.version,
      updatedAt: schedules.updatedAt,
      updatedByName: adminAccounts.name,
    })
    .from(schedules)
    .leftJoin(adminAccounts, eq(adminAccounts.id, schedules.updatedBy))

const ORDER = sql`array_position(ARRAY['daily', 'weekly', 'monthly'], ${schedules.reportType}::text)`

export type Schedule = Awaited<ReturnType<typeof selectSchedules>>[number]

/** What the clock makes, the shortest period first. */
export const listSchedules = (): Promise<Schedule[]> => selectSchedules().orderBy(ORDER)

export async function scheduleOf(type: ScheduledType): Promise<Schedule> {
  const [schedule] = await selectSchedules().where(eq(schedules.reportType, type))
  return schedule!
}

/** Changes a schedule as somebody saw it. Throws INVALID_PARAMS (SCHEDULE_CHANGED) when somebody else was quicker. */
export async function changeSchedule(
  tx: Transaction,
  type: ScheduledType,
  change: v.InferOutput<typeof ScheduleChange> & { version: number },
  { actor, origin, at }: PersonalAct,
): Promise<void> {
  const [before] = await tx.db.select().from(schedules).where(eq(schedules.reportType, type)).for('update')
  if (before!.version !== change.version) throw brokenRule('SCHEDULE_CHANGED', 'schedule')
  const { is_on: isOn, format, language } = change
  const after = { isOn, format, language, sections: inOrder(change.sections), recipients: change.recipients }
  await tx.db
    .update(schedules)
    .set({ ...after, version: change.version + 1, updatedBy: actor.id, updatedAt: at })
    .where(and(eq(schedules.reportType, type), eq(schedules.version, change.version)))
  const { isOn: wasOn, format: formerFormat, language: formerLanguage, sections, recipients: formerRecipients } = before!
  const details = {
    before: { isOn: wasOn, format: formerFormat, language: formerLanguage, sections, recipients: formerRecipients },
    after,
  }
  await record(tx, { actor, origin, operation: 'report_schedule', target: { kind: 'report_schedule', id: type }, details }, at)
}

/** What the clock does: asks for the report of the newest day, week or month that is over, once. */
export const askScheduled =
  (type: ScheduledType) =>
  async ({ now }: { now: Instant }): Promise<{ asked: number }> => {
    const { isOn, format, language, sections, recipients: addresses } = await scheduleOf(type)
    if (!isOn) return { asked: 0 }
    const wanted = { reportType: type, format, language, sections, recipients: addresses, ...lastPeriod(type, now) }
    const id = await transaction((tx) => askByClock(tx, wanted, { actor: SYSTEM, origin: null, at: now }))
    return { asked: id ? 1 : 0 }
  }
