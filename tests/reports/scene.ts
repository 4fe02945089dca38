import { rmSync } from 'node:fs'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { money } from '#src/core/money'
import { addMs, type BusinessDay, now, startOfDay } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { placeOf } from '#src/reports/file'
import { claimReport, makeReport } from '#src/reports/make'
import { type ListedReport, requireReport } from '#src/reports/queries'
import { type Asked, askReport } from '#src/reports/request'
import { recharged, refunded } from '#tests/invoices/money'
import type { TestDatabase } from '#tests/support/database'
import { anApplication, anOperator, aSite, aStaff } from '#tests/support/factory'
import { play } from '#tests/usage/games'

export const ALL = ['income_summary', 'top_customers', 'usage_statistics', 'refund_summary'] as const

/** A moment of a business day of Asia/Shanghai, by its hour. */
const at = (day: BusinessDay, hour: number) => addMs(startOfDay(day), hour * 3_600_000)

/**
 * January and February 2026 of two operators: 幻境 pays 1,000 and plays for 240, gets 100 back; 星海 pays 500 and plays for 60. One game of
 * each lies a second before the end of January and at the beginning of February: days are those of Asia/Shanghai.
 */
export async function twoMonths() {
  const [one, other] = [await anOperator({ name: '幻境未来', category: 'vip' }), await anOperator({ name: '星海乐园', category: 'normal' })]
  const reviewer = await aStaff('finance', 'manager')
  const [space, sea] = [await anApplication({ name: '太空探险记' }), await anApplication({ name: '深海迷踪' })]
  const [beijing, shanghai] = [await aSite(one.id, { name: '北京门店' }), await aSite(other.id, { name: '上海门店' })]
  await recharged(one.id, '400.00', at('2026-01-20', 9))
  const edge = startOfDay('2026-02-01')
  await play(one.id, [{ siteId: beijing, applicationId: space, players: 4, at: addMs(edge, -1) }])
  await play(one.id, [{ siteId: beijing, applicationId: space, players: 2, at: edge }])
  await recharged(one.id, '600.00', at('2026-02-03', 9))
  await play(one.id, [
    { siteId: beijing, applicationId: sea, players: 9, at: at('2026-02-10', 20), price: money(1_500) },
    { siteId: beijing, applicationId: space, players: 1, at: at('2026-02-28', 23), price: money(4_500) },
  ])
  await refunded(one.id, reviewer.id, '100.00', at('2026-02-15', 12))
  await recharged(other.id, '500.00', at('2026-02-05', 9))
  await play(other.id, [{ siteId: shanghai, applicationId: sea, players: 4, at: at('2026-02-06', 18), price: money(1_500) }])
  await recharged(other.id, '77.00', at('2026-03-01', 0))
  return { one, other, reviewer }
}

export const actOf = (id: Uuid): PersonalAct => ({ actor: { kind: 'staff', id, name: '张发财', role: 'manager' }, origin: null, at: now() })

const wanted = (more: Partial<Asked> = {}): Asked => ({
  reportType: 'monthly',
  first: '2026-02-01',
  last: '2026-02-28',
  format: 'pdf',
  sections: ALL,
  language: 'zh',
  recipients: [],
  ...more,
})

export const asked = (by: Uuid, more: Partial<Asked> = {}): Promise<Uuid> => transaction((tx) => askReport(tx, wanted(more), actOf(by)))

/** Asks, makes and gives the finished report. */
export async function made(by: Uuid, more: Partial<Asked> = {}): Promise<ListedReport> {
  const id = await asked(by, more)
  const claimed = (await claimReport(now()))!
  if (claimed.id !== id) throw new Error('another report was waiting')
  await makeReport(claimed)
  return requireReport(id)
}

export const bytesOf = async ({ filePath }: Pick<ListedReport, 'filePath'>): Promise<Uint8Array> => Bun.file(placeOf(filePath!)).bytes()

/** Takes the files of a database's reports away with it. */
export async function removeReportFiles({ owner }: Pick<TestDatabase, 'owner'>): Promise<void> {
  for (const { path } of await owner`SELECT file_path AS path FROM finance_reports WHERE file_path IS NOT NULL`) rmSync(placeOf(path))
}
