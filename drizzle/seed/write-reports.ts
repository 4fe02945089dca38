import { financeReports, REPORT_SECTIONS } from '#drizzle/schema'
import { addDays, addMs, businessDay, type Instant } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { stepsOf } from '#src/reports/document'
import { lastPeriod, type Period } from '#src/reports/period'
import { randomFrom } from './random'
import type { World } from './world'

const HOUR_MS = 3_600_000
const DAYS_TOO_MANY = 364

/**
 * Finance has asked for last month as a workbook, which the first workers process makes, and some days ago for a whole year, which took
 * too long. What the clock makes comes by itself.
 */
export async function writeReports(tx: Transaction, { staff, now }: World): Promise<void> {
  const createdBy = staff.find(({ role }) => role === 'finance')!.id
  const random = randomFrom('reports')
  const asked = (reportType: 'monthly' | 'custom', { first, last }: Period, at: Instant) => ({
    id: random.id(at),
    reportType,
    startDate: first,
    endDate: last,
    format: 'excel' as const,
    language: 'zh' as const,
    sections: [...REPORT_SECTIONS],
    recipients: [],
    stepsTotal: stepsOf(REPORT_SECTIONS),
    fileName: `finance_${reportType}_${first.replaceAll('-', '')}_${last.replaceAll('-', '')}.xlsx`,
    createdBy,
    createdAt: at,
  })
  const earlier = addMs(addDays(now, -3), -2 * HOUR_MS)
  const year = { first: businessDay(addDays(earlier, -DAYS_TOO_MANY)), last: businessDay(earlier) }
  await tx.db.insert(financeReports).values([
    {
      ...asked('custom', year, earlier),
      status: 'failed',
      error: 'timeout',
      attempts: 1,
      completedAt: addMs(earlier, 301_000),
    },
    { ...asked('monthly', lastPeriod('monthly', now), now), status: 'generating', error: null, attempts: 0, completedAt: null },
  ])
}
